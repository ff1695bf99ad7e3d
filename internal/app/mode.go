package app

import (
	"fmt"
	"strings"

	"astro-apply/internal/config"
	"astro-apply/internal/github"
)

// choose decides what the run does, and says why.
func (p *process) choose() error {
	event, err := github.LoadEvent(p.Getenv)
	p.event = event
	if err != nil && p.config.Mode == config.ModeAuto {
		return fmt.Errorf("mode auto can't tell what started the run: %w; set mode", err)
	}
	choice, err := choose(p.config.Mode, event, p.token != "" || bool(p.config.Simulate))
	if err != nil {
		return err
	}
	mode := choice.mode
	p.report.Mode, p.report.ModeReason, p.report.NotAppliedReason = string(mode), choice.why, choice.notApplied
	p.report.Simulated = bool(p.config.Simulate) && mode != config.ModeValidate
	p.report.FailOnDrift = bool(p.config.FailOnDrift)
	built := p.Commit
	if built == "" { // by a Dockerfile that was told nothing, of what uses: named
		built = p.Getenv("GITHUB_ACTION_REF")
	}
	if built != "" {
		built = " (" + built + ")"
	}
	p.runner.Print(fmt.Sprintf("astro-apply %s%s, mode %s: %s", p.Version, built, mode, choice.why))
	if p.report.NotAppliedReason != "" {
		p.runner.Print(p.report.NotAppliedReason)
	}
	return nil
}

// choice is the mode of a run, with the reason.
type choice struct {
	mode       config.Mode
	why        string
	notApplied string // for a run that its user may expect to apply: why it doesn't, and how to; "" otherwise
}

func choose(mode config.Mode, e github.Event, token bool) (choice, error) {
	if mode != config.ModeAuto {
		return choice{mode: mode, why: "the input mode says so"}, nil
	}
	if !token && e.Actor == "dependabot[bot]" && !e.OnDefaultBranch() {
		return choice{mode: config.ModeValidate, why: "started by Dependabot, which gets no token"}, nil
	}
	switch {
	case e.Name == "" && !token:
		return choice{mode: config.ModeValidate, why: "there is neither a workflow event nor a token"}, nil
	case e.Name == "":
		return choice{mode: config.ModePlan, why: "there is no workflow event"}, nil
	case e.UntrustedEvent != "":
		return choice{}, fmt.Errorf("%s runs with secrets on a stranger's manifest; use pull_request, or set mode if this is what you want", e.UntrustedEvent)
	case e.Name == "workflow_dispatch" && e.OnDefaultBranch():
		return choice{mode: config.ModeApply, why: "started by hand on the default branch " + e.DefaultBranch}, nil
	case e.Name == "workflow_dispatch":
		return planByHand(e), nil
	case e.Name == "push" && e.OnDefaultBranch():
		return choice{mode: config.ModeApply, why: "push to the default branch " + e.DefaultBranch}, nil
	case e.Name == "push":
		return choice{mode: config.ModePlan, why: fmt.Sprintf("push to %s, which is not the default branch", e.RefName)}, nil
	case e.Name == "schedule":
		return choice{mode: config.ModeDrift, why: "started by schedule"}, nil
	case e.OnPullRequest() && !token && e.FromFork:
		return choice{mode: config.ModeValidate, why: "pull request from a fork, which gets no token"}, nil
	case e.OnPullRequest() && !token:
		return choice{mode: config.ModeValidate, why: "pull request without a token"}, nil
	case e.OnPullRequest():
		return choice{mode: config.ModePlan, why: "pull request"}, nil
	}
	return choice{mode: config.ModePlan, why: "event " + e.Name}, nil
}

// planByHand is for a run that was started by hand anywhere but on the default branch. "Run workflow" offers every
// branch and tag, so the wrong one is easily chosen.
func planByHand(e github.Event) choice {
	where := "`" + e.RefName + "`"
	switch {
	case e.RefName == "":
		where = "an unknown ref"
	case strings.HasPrefix(e.Ref, "refs/tags/"):
		where = "the tag " + where
	}
	why := "started by hand on " + where + ", not on `" + e.DefaultBranch + "`"
	if e.DefaultBranch == "" {
		why = "started by hand on " + where + ", and the default branch is not known"
	}
	return choice{mode: config.ModePlan, why: strings.ReplaceAll(why, "`", ""), notApplied: "Nothing was applied: " + why + ". Set `mode: apply` to apply from here."}
}
