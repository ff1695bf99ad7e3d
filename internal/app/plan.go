package app

import (
	"context"

	"astro-apply/internal/report"
)

// runPlan shows what an apply would change.
func runPlan(ctx context.Context, s *setup) (*report.Run, error) {
	c, err := compare(ctx, s, compareOptions{})
	s.publisher.printPlan(c.report)
	return c.report, err
}
