package app

import (
	"context"
	"fmt"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/github"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

// compareOptions are what the modes that compare with Astro need differently.
type compareOptions struct {
	onlyDifferences bool         // plan no writes that only an input requests: of rotated and of unchanged secrets
	checkOutput     func() error // returns why the outputs can't take a secret; nil: this run writes no secrets
}

// comparison is a plan with what is needed to carry it out.
type comparison struct {
	report  *report.Run // its Plan is nil if something prevented the comparison, or ctx ended
	source  current.Source
	current *current.State
	policy  plan.Policy
}

// compare reads the manifests and compares them with Astro. It always returns a report.
func compare(ctx context.Context, s *setup, o compareOptions) (*comparison, error) {
	env := manifest.Environment{}
	if s.simulated {
		env = placeholders
	}
	r, declared, _, err := readManifests(ctx, s, env)
	c := &comparison{report: r}
	if err != nil || r.HasBlockingErrors() {
		return c, err
	}
	connection, err := connect(s, declared)
	c.source, r.UIURL, r.Notices = connection.source, connection.uiURL, connection.notices
	if err != nil {
		return c, err
	}
	rotated, err := selectRotated(s.config.Rotate, declared)
	if err != nil {
		return c, err
	}
	targets, err := selectTargets(s.config.Only, declared, rotated)
	r.TargetCount = len(targets)
	if err != nil {
		return c, err
	}
	if text := r.TargetText(); text != "" {
		s.runner.Print(text)
	}
	c.policy = plan.Policy{
		AllowDelete: bool(s.config.AllowDelete), ReviewedOnly: bool(s.config.RequireReviewedPlan),
		Now: time.Now(), Caller: connection.caller,
	}
	if !o.onlyDifferences { // drift removes nothing
		c.policy.MaxRemovals = s.config.MaxRemovals.Max
	}
	if len(s.config.Only) > 0 {
		c.policy.IsTarget = targets.contains
	}
	if !o.onlyDifferences {
		c.policy.Rotate, c.policy.WriteSecrets = rotated.contains, bool(s.config.WriteSecrets)
	}
	r.Plan, c.current, r.StopErr = makePlan(ctx, s.runner, c.source, declared, c.policy)
	if r.Plan == nil {
		return c, nil
	}
	r.Plan.AddProblems(checkOutputSinks(r.Plan.ResourcesWithNewSecret(c.policy), o.checkOutput)...)
	r.RemovalsErr = c.policy.CheckRemovals(r.Plan)
	if advice := c.source.TokenAdvice(c.current); advice != "" {
		r.Notices = append(r.Notices, "the token in "+TokenVariable+" has more permissions than the manifest needs: "+advice)
	}
	return c, nil
}

// makePlan reads the current state and plans. It reads resources that differ once more
// by id and plans again: an item of a list may have fewer fields than the resource, and
// an update would overwrite the missing ones. If ctx ends, the current state is
// incomplete and the plan would be wrong, so makePlan returns why it stopped instead.
func makePlan(
	ctx context.Context, runner *github.Runner, source current.Source, declared *desired.State, policy plan.Policy,
) (*plan.Plan, *current.State, error) {
	state := source.Read(ctx, declared)
	p := plan.Make(source.OrganizationID, state, policy)
	if stale := p.ResourcesToRefresh(); len(stale) > 0 && ctx.Err() == nil {
		source.Refresh(ctx, state, stale)
		p = p.Update(state, policy, stale)
	}
	if stop := context.Cause(ctx); stop != nil {
		if err := unfinishedReadError(state); err != nil {
			stop = fmt.Errorf("%w, while reading: %w", stop, err)
		}
		return nil, state, stop
	}
	for _, secret := range p.NewlySensitiveTexts() {
		runner.Mask(secret)
	}
	p.Redact = runner.RedactString
	return p, state, nil
}

// unfinishedReadError returns the last error of a call that was still being retried when
// the run stopped, or nil. It explains why reading took so long.
func unfinishedReadError(state *current.State) error {
	for _, o := range state.Desired.Resources {
		if e := astro.AsError(state.Errs[o]); e != nil && !e.Unsent {
			return e
		}
	}
	return nil
}
