package app

import (
	"context"
	"fmt"

	"astro-apply/internal/manifest"
	"astro-apply/internal/sandbox"
)

// sandboxFolders returns the folders in which the run may read and write files. The
// runner's environment variables determine them.
func (p *pipeline) sandboxFolders() sandbox.Folders {
	f := sandbox.Folders{Workspace: p.Getenv("GITHUB_WORKSPACE"), Temporary: p.Getenv("RUNNER_TEMP"), RestrictReads: p.runner.IsGitHubActions()}
	for _, name := range []string{"GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH"} {
		f.RunnerFiles = append(f.RunnerFiles, p.Getenv(name))
	}
	return f
}

// findManifests reads the manifests that match patterns. It reads in a goroutine, so
// that the run ends with ctx even if the file system hangs.
func (p *pipeline) findManifests(ctx context.Context, patterns []string) ([]manifest.Source, error) {
	type result struct {
		sources []manifest.Source
		err     error
	}
	done := make(chan result, 1)
	go func() {
		sources, err := manifest.ReadSources(p.files, patterns)
		done <- result{sources, err}
	}()
	select {
	case r := <-done:
		return r.sources, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("stopped while reading the manifests: %w", context.Cause(ctx))
	}
}
