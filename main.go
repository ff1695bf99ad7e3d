// Command astro-apply makes the resources of an Astro Organization match a
// YAML manifest. It is a GitHub Action; README.md explains how to use it.
package main

import (
	"context"
	_ "embed"
	"os"
	"os/signal"
	"syscall"

	"astro-apply/internal/app"
)

//go:embed action.yml
var actionYAML []byte

var version, commit = "dev", "" // set by the build

func main() {
	signal.Ignore(syscall.SIGPIPE) // a closed log must not end an apply halfway
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal then ends the process immediately
	os.Exit(app.Main(ctx, app.System{
		Args: os.Args, Getenv: os.Getenv, Stdout: os.Stdout, ActionYAML: actionYAML, Version: version, Commit: commit,
	}))
}
