package app

import (
	"context"
	"fmt"

	"astro-apply/internal/github"
	"astro-apply/internal/manifest"
	"astro-apply/internal/sandbox"
)

// sandboxFolders returns the folders in which the run may read and write files.
func sandboxFolders(env github.Environment) sandbox.Folders {
	return sandbox.Folders{
		Workspace: env.Workspace, Temporary: env.TemporaryFolder, RestrictReads: env.OnRunner,
		RunnerFiles: []string{env.Env, env.Path, env.OutputFile, env.StateFile, env.StepSummary, env.EventPath},
	}
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
