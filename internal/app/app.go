// Package app is the pipeline: inputs, manifest, what is live, plan, apply,
// report. It knows every other package, and they don't know it.
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
	"astro-apply/internal/github"
	"astro-apply/internal/manifest"
	"astro-apply/internal/report"
	"astro-apply/internal/resource"
	"astro-apply/internal/sandbox"
	"astro-apply/internal/schema"
)

// System is the process's surroundings.
type System struct {
	Args            []string // with the program's name
	Getenv          func(string) string
	Stdout          io.Writer
	AstroTransport  http.RoundTripper // to Astro; nil: the network
	GitHubTransport http.RoundTripper // to GitHub; nil: the network
	ActionYAML      []byte            // the text of action.yml
	Version         string            // X.Y.Z, or dev
	Commit          string            // that the program was built of; "" if unknown
}

// TokenVariable is the only place that the token is read from.
const TokenVariable = "ASTRO_API_TOKEN" //nolint:gosec // the name of a variable, not a credential

// pipeline is one run. Its report fills up on the way, so that whatever stops
// the run, what is known by then is told.
type pipeline struct {
	System
	runner        *github.Runner
	files         sandbox.Folders
	catalog       resource.Catalog
	astroToken    string
	config        *config.Config
	report        report.Run
	printedResult string // the last sentence about the result

	event    github.Event
	inDryRun bool

	secretOutput secretOutput
}

// Main runs the action and returns its exit code: 0, or 1 when something
// failed. It returns soon after ctx ends, with a report of how far it came.
func Main(ctx context.Context, s System) int {
	start := time.Now()
	p := &pipeline{System: s, runner: github.NewRunner(s.Getenv, s.Stdout), catalog: resource.Kinds(), astroToken: s.Getenv(TokenVariable)}
	p.files = p.sandboxFolders()
	p.report.Secrets = p.runner.Secrets()
	p.runner.Mask(p.astroToken)
	p.report.Errors = unjoinErrors(p.execute(ctx))
	p.report.Duration = time.Since(start)
	return p.publishReport(ctx)
}

// execute is the pipeline. The error it returns belongs to no place in a manifest;
// everything else is in the report.
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
	limited, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("the timeout of %s is over", timeout))
	defer cancel()
	if p.report.Mode == string(config.ModeExport) {
		return p.exportManifests(limited)
	}
	sources, err := p.manifestSources(limited)
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
	return p.reconcile(limited, declared)
}

// readArguments are files, on a laptop. A step of a workflow takes none. Nothing that
// was said is left out without a word.
func (p *pipeline) readArguments() error {
	given := p.Args[min(1, len(p.Args)):]
	flag := slices.ContainsFunc(given, func(s string) bool { return strings.HasPrefix(s, "-") })
	switch {
	case len(given) == 0:
	case p.runner.IsGitHubActions():
		return fmt.Errorf("%d arguments were given, and none are taken: everything is an input (with:) or the environment; remove args: from the step", len(given))
	case slices.ContainsFunc(given, func(s string) bool { return strings.TrimSpace(s) == "" }):
		return errors.New("an argument is empty, most likely a variable that is not set; name manifest files, folders or globs")
	case p.config.Mode == config.ModeExport:
		return errors.New("mode export takes no arguments, which are manifests to read: it writes the input export-to, of what is live or of the input export-from")
	case p.config.Manifest != "":
		return errors.New("arguments and input manifest exclude each other; leave one of them out")
	case flag:
		return errors.New("there are no flags: arguments are manifest files, folders or globs, and an input such as mode is the environment variable INPUT_MODE")
	default:
		p.config.Files = given
	}
	return nil
}

// loadManifests gets everything there is to know from the manifest alone.
func (p *pipeline) loadManifests(sources []manifest.Source) *resource.Desired {
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

// parseManifests is what the manifests say, with everything that is wrong with them.
func (p *pipeline) parseManifests(sources []manifest.Source, env manifest.Environment) *resource.Desired {
	parsed := manifest.Parse(sources, env)
	declared := resource.LoadDesired(p.catalog, parsed.Documents, string(p.config.Workspace))
	secrets := slices.Sorted(slices.Values(append(parsed.Secrets, declared.Secrets...)))
	for _, secret := range slices.Compact(secrets) {
		p.runner.Mask(secret)
	}
	declared.Problems = schema.MergeProblems(parsed.Problems, declared.Problems)
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
		if errors.Is(err, fs.ErrNotExist) && p.runner.IsGitHubActions() {
			err = fmt.Errorf("%w; paths count from the root of the repository, and a step with actions/checkout has to come before this one", err)
		}
		errs = append(errs, fmt.Errorf("input files: %w", err))
	}
	return sources, errors.Join(errs...)
}

// unjoinErrors takes joined errors apart, so that each is told on its own.
func unjoinErrors(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
