package app

import (
	"context"

	"astro-apply/internal/report"
)

// runDrift shows how Astro differs from the manifests, and which resources no manifest
// declares.
func runDrift(ctx context.Context, s *setup) (*report.Run, error) {
	// A requested rotation is not drift, and neither is writing unchanged secrets again.
	c, err := compare(ctx, s, compareOptions{onlyDifferences: true})
	r := c.report
	r.FailOnDrift = bool(s.config.FailOnDrift)
	if r.Plan != nil && c.policy.IsTarget == nil {
		var listErr error
		// They are for information only, so a list that can't be read is a notice, not an error.
		if r.Unmanaged, listErr = c.source.ListUnmanaged(ctx, c.current); listErr != nil {
			r.Notices = append(r.Notices, "the list of resources that are not in the manifest is incomplete: "+listErr.Error())
		}
	}
	s.publisher.printPlan(r)
	return r, err
}
