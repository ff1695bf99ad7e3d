package app

import (
	"context"
	"errors"

	"astro-apply/internal/config"
	"astro-apply/internal/manifest"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
)

// runValidate checks the manifests, without a call to Astro. A run that chose this mode
// because it has no token also makes a dry run.
func runValidate(ctx context.Context, s *setup) (*report.Run, error) {
	r, _, sources, err := readManifests(ctx, s, manifest.Environment{AllowUnset: true})
	if err != nil || r.HasBlockingErrors() || s.config.Mode != config.ModeAuto {
		return r, err
	}
	problems, err := dryRun(ctx, s, sources)
	r.DryRun = err == nil
	r.Problems = append(r.Problems, problems...)
	schema.SortProblems(r.Problems)
	if errors.Is(ctx.Err(), context.Canceled) {
		r.StopErr = context.Cause(ctx)
	} else if err != nil { // also after the timeout: the manifest is valid without the dry run
		r.Notices = append(r.Notices, err.Error())
	}
	return r, nil
}
