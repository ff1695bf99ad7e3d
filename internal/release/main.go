// Command release creates a release of astro-apply. Each of its commands is the last step
// of a job of .github/workflows/release.yml:
//
//	plan     determines the version from VERSION, and shows the release notes
//	commit   checks IMAGE, and commits an action.yml that runs it
//	publish  tags RELEASE_COMMIT, creates the release, and moves v1
//
// It uses only the APIs of GitHub and of the registry, so that its jobs need neither git
// nor credentials in the work tree, and GitHub signs the commit.
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

// run executes one command and returns the exit code.
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
		return fmt.Errorf("arguments %q: must be plan, commit or publish", args)
	}
	r, err := newRelease(ctx, getenv, runner)
	if err != nil {
		return err
	}
	return commands[args[0]](r, ctx)
}
