package github

import (
	"errors"
	"fmt"
)

// SetSecretOutput sets an output to a value that is secret on purpose: the runner masks it
// in the log, and it is not scrubbed. Without a file for outputs it is an error,
// since nobody would get it.
func (r *Runner) SetSecretOutput(name, value string) error {
	if err := r.CheckSecretOutput(); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return r.writeOutput(name, value)
}

// CheckSecretOutput checks that there is a file for outputs, and a runner that masks what is
// written there: later steps and jobs print outputs.
func (r *Runner) CheckSecretOutput() error {
	switch {
	case r.getenv("GITHUB_OUTPUT") == "":
		return errors.New("there is no file for outputs here (GITHUB_OUTPUT)")
	case !r.IsGitHubActions():
		return errors.New("it can't be masked outside of a GitHub runner (GITHUB_ACTIONS and GITHUB_RUN_ID are not set); save it to a file")
	}
	return nil
}
