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
	Args      []string // with the program's name
	Getenv    func(string) string
	Stdout    io.Writer
	Transport http.RoundTripper // to Astro; nil: the network
	GitHub    http.RoundTripper // to GitHub; nil: the network
	Action    []byte            // the text of action.yml
	Version   string            // X.Y.Z, or dev
	Commit    string            // that the program was built of; "" if unknown
}

// TokenVariable is the only place that the token is read from.
const TokenVariable = "ASTRO_API_TOKEN" //nolint:gosec // the name of a variable, not a credential

// process is one run. Its report fills up on the way, so that whatever stops
// the run, what is known by then is told.
type process struct {
	System
	runner  *github.Runner
	files   sandbox.Folders
	catalog resource.Catalog
	token   string
	config  *config.Config
	report  report.Run
	said    string // the last sentence about the result

	event      github.Event
	rehearsing bool

	deliveries deliveries
}

// Main runs the action and returns its exit code: 0, or 1 when something
// failed. It returns soon after ctx ends, with a report of how far it came.
func Main(ctx context.Context, s System) int {
	start := time.Now()
	p := &process{System: s, runner: github.NewRunner(s.Getenv, s.Stdout), catalog: resource.Kinds(), token: s.Getenv(TokenVariable)}
	p.files = p.folders()
	p.report.Secrets = p.runner.Secrets()
	p.runner.Mask(p.token)
	p.report.Errors = apart(p.run(ctx))
	p.report.Duration = time.Since(start)
	return p.tell(ctx)
}

// run is the pipeline. The error it returns belongs to no place in a manifest;
// everything else is in the report.
func (p *process) run(ctx context.Context) error {
	var err error
	if p.config, err = config.Load(p.Getenv, p.Action); err != nil {
		return err
	}
	if err := p.arguments(); err != nil {
		return err
	}
	p.runner.Mask(string(p.config.GitHubToken))
	if err := p.choose(); err != nil {
		return err
	}
	timeout := time.Duration(p.config.Timeout)
	limited, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("the timeout of %s is over", timeout))
	defer cancel()
	if p.report.Mode == string(config.ModeExport) {
		return p.export(limited)
	}
	sources, err := p.sources(limited)
	if err != nil {
		return err
	}
	declared := p.read(sources)
	switch {
	case p.report.HasBlockingErrors():
		return nil
	case p.report.Mode == string(config.ModeValidate):
		if p.config.Mode == config.ModeAuto { // there is no token
			p.rehearse(ctx, sources)
		}
		return nil
	}
	return p.reconcile(limited, declared)
}

// arguments are files, on a laptop. A step of a workflow takes none. Nothing that
// was said is left out without a word.
func (p *process) arguments() error {
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

// read gets everything there is to know from the manifest alone.
func (p *process) read(sources []manifest.Source) *resource.Desired {
	env := manifest.Environment{Lookup: p.Getenv, AllowUnset: p.report.Mode == string(config.ModeValidate)}
	if p.report.Simulated {
		env.AllowUnset, env.Placeholder = true, standIn
	}
	declared := p.declare(sources, env)
	p.report.DeclaredCount = len(declared.Resources)
	p.report.Problems = declared.Problems
	p.fileSinks(declared, sources)
	return declared
}

// declare is what the manifests say, with everything that is wrong with them.
func (p *process) declare(sources []manifest.Source, env manifest.Environment) *resource.Desired {
	parsed := manifest.Parse(sources, env)
	declared := resource.LoadDesired(p.catalog, parsed.Documents, string(p.config.Workspace))
	secrets := slices.Sorted(slices.Values(append(parsed.Secrets, declared.Secrets...)))
	for _, secret := range slices.Compact(secrets) {
		p.runner.Mask(secret)
	}
	declared.Problems = schema.MergeProblems(parsed.Problems, declared.Problems)
	return declared
}

func (p *process) sources(ctx context.Context) ([]manifest.Source, error) {
	if p.config.Manifest != "" {
		p.report.InlineManifest = true
		return []manifest.Source{{Name: "manifest", Data: []byte(p.config.Manifest)}}, nil
	}
	sources, err := p.find(ctx, p.config.Files)
	var errs []error
	for _, err := range apart(err) {
		if errors.Is(err, fs.ErrNotExist) && p.runner.IsGitHubActions() {
			err = fmt.Errorf("%w; paths count from the root of the repository, and a step with actions/checkout has to come before this one", err)
		}
		errs = append(errs, fmt.Errorf("input files: %w", err))
	}
	return sources, errors.Join(errs...)
}

// apart takes joined errors apart, so that each is told on its own.
func apart(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}
