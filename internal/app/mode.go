package app

import (
	"errors"
	"fmt"

	"astro-apply/internal/config"
	"astro-apply/internal/github"
)

// choose decides what the run does, and says why.
func (p *process) choose() error {
	event, err := github.LoadEvent(p.Getenv)
	p.event = event
	if err != nil && p.config.Mode == config.Auto {
		return fmt.Errorf("mode auto can't tell what started the run: %w; set mode", err)
	}
	mode, why, err := choose(p.config.Mode, event, p.token != "" || bool(p.config.Simulate))
	if err != nil {
		return err
	}
	p.report.Mode, p.report.Why = string(mode), why
	p.report.Simulated = bool(p.config.Simulate) && mode != config.Validate
	p.report.FailDrift = bool(p.config.FailOnDrift)
	built := p.Commit
	if built == "" { // by a Dockerfile that was told nothing, of what uses: named
		built = p.Getenv("GITHUB_ACTION_REF")
	}
	if built != "" {
		built = " (" + built + ")"
	}
	p.runner.Print(fmt.Sprintf("astro-apply %s%s, mode %s: %s", p.Version, built, mode, why))
	return nil
}

func choose(mode config.Mode, e github.Event, token bool) (chosen config.Mode, why string, err error) {
	if mode != config.Auto {
		return mode, "the input mode says so", nil
	}
	if !token && e.Actor == "dependabot[bot]" && !e.OnDefaultBranch() {
		return config.Validate, "started by Dependabot, which gets no token", nil
	}
	switch {
	case e.Name == "" && !token:
		return config.Validate, "there is neither a workflow event nor a token", nil
	case e.Name == "":
		return config.Plan, "there is no workflow event", nil
	case e.Name == "pull_request_target":
		return "", "", errors.New("pull_request_target runs with secrets on a stranger's manifest; use pull_request, or set mode if this is what you want")
	case e.Name == "workflow_dispatch":
		return config.Apply, "started by hand", nil
	case e.Name == "push" && e.OnDefaultBranch():
		return config.Apply, "push to the default branch " + e.DefaultBranch, nil
	case e.Name == "push":
		return config.Plan, fmt.Sprintf("push to %s, which is not the default branch", e.RefName), nil
	case e.Name == "schedule":
		return config.Drift, "started by schedule", nil
	case e.Name == "pull_request" && !token && e.Fork:
		return config.Validate, "pull request from a fork, which gets no token", nil
	case e.Name == "pull_request" && !token:
		return config.Validate, "pull request without a token", nil
	case e.Name == "pull_request":
		return config.Plan, "pull request", nil
	}
	return config.Plan, "event " + e.Name, nil
}
