// Package app runs the pipeline: it reads inputs and manifests, reads the current state
// from Astro, plans, applies and reports. It imports the other packages; only main
// imports it.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"astro-apply/internal/config"
	"astro-apply/internal/desired"
	"astro-apply/internal/github"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/report"
	"astro-apply/internal/sandbox"
)

// System is everything that a run uses of its process and of the network. Tests replace
// parts of it.
type System struct {
	Args            []string // starts with the program's name
	Getenv          func(string) string
	Stdout          io.Writer
	AstroTransport  http.RoundTripper // for calls to Astro; nil: the network
	GitHubTransport http.RoundTripper // for calls to GitHub; nil: the network
	ActionYAML      []byte            // content of action.yml
	Version         string            // X.Y.Z, or dev
	Commit          string            // commit that the program was built from; "" if unknown
}

// TokenVariable is the environment variable with the Astro API token. The program reads
// the token from nowhere else.
const TokenVariable = "ASTRO_API_TOKEN" //nolint:gosec // the name of a variable, not a credential

// pipeline is one run. Each step adds to the report, so that a run that stops early
// still reports everything it has found.
type pipeline struct {
	System
	env           github.Environment
	runner        *github.Runner
	files         sandbox.Folders
	catalog       kind.Catalog
	astroToken    string
	proxyErr      error // an invalid setting of a proxy, which the first call to another host returns
	config        *config.Config
	report        report.Run
	printedResult string // last result line in the log

	event    github.Event
	inDryRun bool

	secretOutput secretOutput
}

// Main runs the action and returns its exit code: 0, or 1 if anything failed. When ctx
// ends, Main reports the changes made until then and returns within seconds.
func Main(ctx context.Context, s System) int {
	start := time.Now()
	env := github.ReadEnvironment(s.Getenv)
	p := &pipeline{
		System: s, env: env, runner: github.NewRunner(env, s.Stdout), files: sandboxFolders(env),
		astroToken: s.Getenv(TokenVariable), proxyErr: checkProxy(s.Getenv), catalog: kind.All(),
	}
	p.report.Secrets = p.runner.Secrets()
	p.runner.Mask(p.astroToken)
	p.report.Errors = unjoinErrors(p.execute(ctx))
	p.report.Duration = time.Since(start)
	return p.publishReport(ctx)
}

// execute runs the steps of the pipeline. It returns errors without a position in a
// manifest; the report has the others.
func (p *pipeline) execute(ctx context.Context) error {
	var err error
	if p.config, err = config.Load(p.Getenv, p.ActionYAML); err != nil {
		return err
	}
	if err := p.readArguments(); err != nil {
		return err
	}
	p.runner.Mask(string(p.config.GitHubToken))
	if err := p.setMode(); err != nil {
		return err
	}
	timeout := time.Duration(p.config.Timeout)
	limitedCtx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("timed out after %s", timeout))
	defer cancel()
	if p.report.Mode == string(config.ModeExport) {
		return p.exportManifests(limitedCtx)
	}
	sources, err := p.manifestSources(limitedCtx)
	if err != nil {
		return err
	}
	declared := p.loadManifests(sources)
	switch {
	case p.report.HasBlockingErrors():
		return nil
	case p.report.Mode == string(config.ModeValidate):
		if p.config.Mode == config.ModeAuto { // there is no token
			p.performDryRun(ctx, sources)
		}
		return nil
	}
	return p.reconcile(limitedCtx, declared)
}

// readArguments reads the names of manifests from the command line, which only runs
// outside of GitHub Actions may have. Arguments that would have no effect are errors.
func (p *pipeline) readArguments() error {
	args := p.Args[min(1, len(p.Args)):]
	hasFlag := slices.ContainsFunc(args, func(s string) bool { return strings.HasPrefix(s, "-") })
	switch {
	case len(args) == 0:
	case p.env.OnRunner:
		return fmt.Errorf("the action takes no arguments, but the step passes %d; use inputs (with:) and environment variables, and remove args: from the step", len(args))
	case slices.ContainsFunc(args, func(s string) bool { return strings.TrimSpace(s) == "" }):
		return errors.New("an argument is empty, probably because a variable is not set; pass manifest files, folders or globs")
	case p.config.Mode == config.ModeExport:
		return errors.New("mode export takes no arguments, because it reads no manifests; remove them, and set the file to write with input export-to")
	case p.config.Manifest != "":
		return errors.New("arguments and input manifest can't be combined; remove one of them")
	case hasFlag:
		return errors.New("the program has no flags: pass manifest files, folders or globs, and set inputs as environment variables, such as INPUT_MODE")
	default:
		p.config.Files = args
	}
	return nil
}

// loadManifests parses and checks the manifests. It doesn't need Astro.
func (p *pipeline) loadManifests(sources []manifest.Source) *desired.State {
	env := manifest.Environment{Lookup: p.Getenv, AllowUnset: p.report.Mode == string(config.ModeValidate)}
	if p.report.Simulated {
		env.AllowUnset, env.Placeholder = true, placeholderValue
	}
	declared := p.parseManifests(sources, env)
	p.report.DeclaredCount = len(declared.Resources)
	p.report.Problems = declared.Problems
	p.checkFileSinks(declared, sources)
	return declared
}

// parseManifests returns the desired state with all problems of the manifests, and masks
// the secrets in them.
func (p *pipeline) parseManifests(sources []manifest.Source, env manifest.Environment) *desired.State {
	parsed := manifest.Parse(sources, env)
	declared := desired.Load(p.catalog, parsed.Documents, string(p.config.Workspace), parsed.Problems...)
	secrets := slices.Sorted(slices.Values(append(parsed.Secrets, declared.Secrets...)))
	for _, secret := range slices.Compact(secrets) {
		p.runner.Mask(secret)
	}
	return declared
}

func (p *pipeline) manifestSources(ctx context.Context) ([]manifest.Source, error) {
	if p.config.Manifest != "" {
		p.report.InlineManifest = true
		return []manifest.Source{{Name: "manifest", Data: []byte(p.config.Manifest)}}, nil
	}
	sources, err := p.findManifests(ctx, p.config.Files)
	var errs []error
	for _, err := range unjoinErrors(err) {
		if errors.Is(err, fs.ErrNotExist) && p.env.OnRunner {
			err = fmt.Errorf("%w; paths are relative to the root of the repository, and actions/checkout must run before this step", err)
		}
		errs = append(errs, fmt.Errorf("input files: %w", err))
	}
	return sources, errors.Join(errs...)
}

// unjoinErrors splits joined errors, so that the report lists each of them.
func unjoinErrors(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
