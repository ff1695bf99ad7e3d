// Package app makes one run of the action: it reads the inputs and what started the run,
// chooses a mode, carries it out and publishes its report. Each mode has a file with its
// name. The package imports the other packages; only main imports it.
package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"astro-apply/internal/astro"
	"astro-apply/internal/config"
	"astro-apply/internal/github"
	"astro-apply/internal/kind"
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

// setup is what a run starts from: its inputs, what started it, and where it writes. The
// modes change no field of it.
type setup struct {
	System
	env       github.Environment
	config    *config.Config
	event     github.Event
	choice    modeChoice
	simulated bool // the run uses an in-memory Astro API, because input simulate is true

	astroToken string
	caller     astro.TokenInfo // of astroToken; empty if callerErr is set
	callerErr  error           // why astroToken can't be a token
	proxyErr   error           // an invalid setting of a proxy, which the first call to another host returns

	runner         *github.Runner
	publisher      *publisher
	failedRequests *requestLog
	files          sandbox.Folders
	catalog        kind.Catalog
}

// Main runs the action and returns its exit code: 0, or 1 if anything failed. When ctx
// ends, Main reports the changes made until then and returns within seconds.
func Main(ctx context.Context, system System) int {
	start := time.Now()
	if text, err := answerFlag(system); text != "" && err == nil && !github.ReadEnvironment(system.Getenv).OnRunner {
		_, _ = io.WriteString(system.Stdout, text)
		return 0
	}
	s, err := newSetup(system)
	r := s.newReport()
	if err == nil {
		r, err = runMode(ctx, s)
	}
	r.Errors = unjoinErrors(err)
	r.FailedRequests = s.failedRequests.list()
	r.Duration = time.Since(start)
	code := s.publisher.publishReport(r)
	publishComment(ctx, s, r)
	publishDriftIssue(ctx, s, r)
	return code
}

// newSetup reads the inputs and the event, chooses the mode and prints it with the reason.
// With an error, it returns the setup for a report of the error.
func newSetup(system System) (s *setup, err error) {
	env, token := github.ReadEnvironment(system.Getenv), system.Getenv(TokenVariable)
	runner := github.NewRunner(env, system.Stdout)
	s = &setup{
		System: system, env: env, astroToken: token, proxyErr: checkProxy(system.Getenv), runner: runner,
		publisher: &publisher{runner: runner, onRunner: env.OnRunner}, failedRequests: &requestLog{},
		files: sandboxFolders(env), catalog: kind.All(),
	}
	s.caller, s.callerErr = astro.ParseToken(token)
	runner.Mask(token)
	if s.config, err = config.Load(s.Getenv, s.ActionYAML); err != nil {
		return s, err
	}
	if args := s.Args[min(1, len(s.Args)):]; len(args) > 0 {
		if err := checkArguments(args, env.OnRunner, s.config); err != nil {
			return s, err
		}
		s.config.Files = args
	}
	runner.Mask(string(s.config.GitHubToken))
	if s.event, err = github.LoadEvent(env); err != nil && s.config.Mode == config.ModeAuto {
		return s, fmt.Errorf("mode auto can't determine what started the run: %w; set input mode", err)
	}
	if s.choice, err = chooseMode(s.config.Mode, s.event, token != "" || bool(s.config.Simulate)); err != nil {
		return s, err
	}
	s.simulated = bool(s.config.Simulate) && s.choice.mode != config.ModeValidate
	runner.Print(fmt.Sprintf("%s, mode %s: %s", programVersion(system, env.ActionRef), s.choice.mode, s.choice.reason))
	if s.choice.notAppliedReason != "" {
		runner.Print(s.choice.notAppliedReason)
	}
	return s, nil
}

// newReport returns a report with what is known before the run reads anything.
func (s *setup) newReport() *report.Run {
	r := &report.Run{
		Mode: s.choice.mode, ModeReason: s.choice.reason, NotAppliedReason: s.choice.notAppliedReason,
		Simulated: s.simulated, Secrets: s.runner.Secrets(),
	}
	if s.config != nil {
		r.Name = string(s.config.Name)
		if r.InlineManifest = s.config.Manifest != ""; !r.InlineManifest && r.Mode != config.ModeExport {
			r.Files = s.config.Files
		}
	}
	return r
}

// runMode carries out the mode of the run. Like the function of each mode, it always
// returns a report, so that a run that stops early still shows everything it has found.
// The error has no position in a manifest.
func runMode(ctx context.Context, s *setup) (*report.Run, error) {
	timeout := time.Duration(s.config.Timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("timed out after %s", timeout))
	defer cancel()
	modes := map[config.Mode]func(context.Context, *setup) (*report.Run, error){
		config.ModeValidate: runValidate, config.ModePlan: runPlan, config.ModeApply: runApply,
		config.ModeDrift: runDrift, config.ModeExport: runExport,
	}
	return modes[s.choice.mode](ctx, s)
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
