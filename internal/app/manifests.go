package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"astro-apply/internal/config"
	"astro-apply/internal/desired"
	"astro-apply/internal/github"
	"astro-apply/internal/manifest"
	"astro-apply/internal/report"
	"astro-apply/internal/sandbox"
	"astro-apply/internal/schema"
)

// sandboxFolders returns the folders in which the run may read and write files.
func sandboxFolders(env github.Environment) sandbox.Folders {
	return sandbox.Folders{
		Workspace: env.Workspace, Temporary: env.TemporaryFolder, RestrictReads: env.OnRunner,
		RunnerFiles: []string{env.Env, env.Path, env.OutputFile, env.StateFile, env.StepSummary, env.EventPath},
	}
}

// readManifests reads and checks the manifests, without Astro. It always returns a report,
// which has all their problems.
func readManifests(ctx context.Context, s *setup, env manifest.Environment) (
	r *report.Run, declared *desired.State, sources []manifest.Source, err error,
) {
	r = s.newReport()
	var files []manifest.Source
	if r.InlineManifest {
		sources = []manifest.Source{{Name: "manifest", Data: []byte(s.config.Manifest)}}
	} else if files, err = findManifests(ctx, s.files, s.config.Files); err != nil {
		return r, nil, nil, explainFileErrors(err, s.env.OnRunner)
	}
	sources = append(sources, files...)
	env.NoSecrets = s.simulated || s.choice.mode != config.ModeApply
	declared, r.UnsetSecrets = loadManifests(s, sources, env)
	r.DeclaredCount = len(declared.Resources)
	r.Problems = append(declared.Problems, checkFileSinks(s.files, declared, files)...)
	return r, declared, sources, nil
}

// explainFileErrors adds to each error how to fix it.
func explainFileErrors(err error, onRunner bool) error {
	var errs []error
	for _, err := range unjoinErrors(err) {
		if errors.Is(err, fs.ErrNotExist) && onRunner {
			err = fmt.Errorf("%w; paths are relative to the root of the repository, "+
				"and actions/checkout must run before this step", err)
		}
		errs = append(errs, fmt.Errorf("input files: %w", err))
	}
	return errors.Join(errs...)
}

// findManifests reads the manifests that match patterns. It reads in a goroutine, so
// that the run ends with ctx even if the file system hangs.
func findManifests(ctx context.Context, files sandbox.Folders, patterns []string) ([]manifest.Source, error) {
	type result struct {
		sources []manifest.Source
		err     error
	}
	done := make(chan result, 1)
	go func() {
		sources, err := manifest.ReadSources(files, patterns)
		done <- result{sources, err}
	}()
	select {
	case r := <-done:
		return r.sources, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("stopped while reading the manifests: %w", context.Cause(ctx))
	}
}

// loadManifests returns the desired state with all problems of the manifests, and the
// names of the secrets that are not set in this run. It masks those that are.
func loadManifests(
	s *setup, sources []manifest.Source, env manifest.Environment,
) (_ *desired.State, unsetSecrets []string) {
	env.Lookup = s.Getenv
	load := func(problems ...schema.Problem) (manifest.Result, *desired.State) {
		parsed := manifest.Parse(sources, env)
		problems = append(problems, parsed.Problems...)
		return parsed, desired.Load(s.catalog, parsed.Documents, string(s.config.Workspace), problems...)
	}
	parsed, declared := load()
	var problems []schema.Problem
	positions := map[schema.Pos]bool{}
	if len(parsed.UnsetSecrets) > 0 {
		positions = declared.SecretPositions()
	}
	for _, secret := range parsed.UnsetSecrets {
		if !positions[secret.Problem.Pos] { // the run can't compare this value without the secret
			problems = append(problems, secret.Problem)
		} else if !slices.Contains(unsetSecrets, secret.Name) {
			unsetSecrets = append(unsetSecrets, secret.Name)
		}
	}
	if problems != nil {
		parsed, declared = load(problems...) // it names the resource in each problem
	}
	secrets := slices.Sorted(slices.Values(append(parsed.Secrets, declared.Secrets...)))
	for _, secret := range slices.Compact(secrets) {
		s.runner.Mask(secret)
	}
	return declared, unsetSecrets
}
