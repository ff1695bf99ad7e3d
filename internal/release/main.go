// Command release makes a release of astro-apply. Each of its commands is the
// end of a job of .github/workflows/release.yml:
//
//	plan     which version VERSION means, and what is in it
//	commit   checks IMAGE, and commits the action.yml that runs it
//	publish  tags RELEASE_COMMIT, releases it, and moves v1
//
// It works through GitHub's API and the registry's only, so that its jobs need
// neither git nor credentials in the work tree, and GitHub signs the commit.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"astro-apply/internal/github"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout))
}

// run carries out one command and returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout io.Writer) int {
	runner := github.NewRunner(getenv, stdout)
	if err := runCommand(ctx, args, getenv, runner); err != nil {
		runner.Annotate(github.Annotation{Level: github.Error, Title: "release", Message: err.Error()})
		return 1
	}
	return 0
}

func runCommand(ctx context.Context, args []string, getenv func(string) string, runner *github.Runner) error {
	commands := map[string]func(*release, context.Context) error{
		"plan": (*release).planRelease, "commit": (*release).commitRelease, "publish": (*release).publishRelease,
	}
	if len(args) != 1 || commands[args[0]] == nil {
		return fmt.Errorf("%q: say plan, commit or publish", args)
	}
	r, err := newRelease(ctx, getenv, runner)
	if err != nil {
		return err
	}
	return commands[args[0]](r, ctx)
}
