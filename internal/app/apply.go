package app

import (
	"context"
	"fmt"

	"astro-apply/internal/apply"
	"astro-apply/internal/report"
)

// runApply makes Astro match the manifests. It changes nothing if the manifests or the
// plan have an error, or if the plan had to be reviewed and was not.
func runApply(ctx context.Context, s *setup) (*report.Run, error) {
	o := compareOptions{checkOutput: s.runner.CheckSecretOutput}
	saver := &secretSaver{files: s.files, runner: s.runner, outputs: map[string]string{}}
	saveSecret := saver.save
	if s.simulated { // the secrets aren't real, and later steps must not use them
		o.checkOutput, saveSecret = nil, discardSecret
	}
	c, err := compare(ctx, s, o)
	r := c.report
	s.publisher.printPlan(r)
	if err != nil || r.Plan == nil || r.HasBlockingErrors() {
		return r, err
	}
	hasChanges := r.Counts().Changed() > 0
	if hasChanges && bool(s.config.RequireReviewedPlan) && !s.simulated {
		if err := checkReviewedPlan(ctx, s, r.Plan); err != nil {
			r.ReviewErr = fmt.Errorf("require-reviewed-plan: %w", err)
			return r, nil
		}
	}
	if hasChanges {
		defer s.runner.StartGroup("Apply")()
	}
	r.Outcomes = apply.Run(ctx, c.source, r.Plan, apply.Options{
		Policy:     c.policy,
		Wait:       bool(s.config.Wait),
		OnOutcome:  func(o apply.Outcome) { s.runner.Print(report.OutcomeLine(o)) },
		OnProgress: s.runner.Print, Mask: s.runner.Mask, SaveSecret: saveSecret,
	})
	r.StopErr = context.Cause(ctx)
	return r, nil
}
