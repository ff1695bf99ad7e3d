package github

import (
	"errors"
	"fmt"
)

// Hand sets an output to a value that is secret on purpose: the runner masks it
// in the log, and it is not scrubbed. Without a file for outputs it is an error,
// since nobody would get it.
func (r *Runner) Hand(name, value string) error {
	if err := r.Hands(); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return r.output(name, value)
}

// Hands checks that there is a file for outputs, and a runner that masks what is
// written there: later steps and jobs print outputs.
func (r *Runner) Hands() error {
	switch {
	case r.getenv("GITHUB_OUTPUT") == "":
		return errors.New("there is no file for outputs here (GITHUB_OUTPUT)")
	case !r.Actions():
		return errors.New("it can't be masked outside of a GitHub runner (GITHUB_ACTIONS and GITHUB_RUN_ID are not set); save it to a file")
	}
	return nil
}
