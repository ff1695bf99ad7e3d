package app

import (
	"fmt"
	"strings"

	"astro-apply/internal/config"
	"astro-apply/internal/github"
)

// modeChoice is the mode of a run, with the reason.
type modeChoice struct {
	mode             config.Mode
	reason           string
	notAppliedReason string // why a run that the user may expect to apply only plans, and how to apply; else ""
}

func chooseMode(mode config.Mode, e github.Event, token bool) (modeChoice, error) {
	if mode != config.ModeAuto {
		return modeChoice{mode: mode, reason: "set by input mode"}, nil
	}
	if !token && e.Actor == "dependabot[bot]" && !e.OnDefaultBranch() {
		return modeChoice{mode: config.ModeValidate, reason: "started by Dependabot, which gets no token"}, nil
	}
	switch {
	case e.Name == "" && !token:
		return modeChoice{mode: config.ModeValidate, reason: "no workflow event and no token"}, nil
	case e.Name == "":
		return modeChoice{mode: config.ModePlan, reason: "no workflow event"}, nil
	case e.UntrustedEvent != "":
		return modeChoice{}, fmt.Errorf("%s would run with secrets on an untrusted manifest; use the event pull_request, or set input mode if you trust the manifest", e.UntrustedEvent)
	case e.Name == "workflow_dispatch" && e.OnDefaultBranch():
		return modeChoice{mode: config.ModeApply, reason: "started manually on the default branch " + e.DefaultBranch}, nil
	case e.Name == "workflow_dispatch":
		return modeForManualRun(e), nil
	case e.Name == "push" && e.OnDefaultBranch():
		return modeChoice{mode: config.ModeApply, reason: "push to the default branch " + e.DefaultBranch}, nil
	case e.Name == "push":
		return modeChoice{mode: config.ModePlan, reason: fmt.Sprintf("push to %s, which is not the default branch", e.RefName)}, nil
	case e.Name == "schedule":
		return modeChoice{mode: config.ModeDrift, reason: "started by a schedule"}, nil
	case e.Name == "merge_group":
		return modeChoice{mode: config.ModePlan, reason: "merge queue, at the merged head"}, nil
	case e.OnPullRequest() && !token && e.FromFork:
		return modeChoice{mode: config.ModeValidate, reason: "pull request from a fork, which gets no token"}, nil
	case e.OnPullRequest() && !token:
		return modeChoice{mode: config.ModeValidate, reason: "pull request without a token"}, nil
	case e.OnPullRequest():
		return modeChoice{mode: config.ModePlan, reason: "pull request"}, nil
	}
	return modeChoice{mode: config.ModePlan, reason: "event " + e.Name}, nil
}

// modeForManualRun returns mode plan for a run that was started manually on a ref other than the default branch. "Run workflow"
// offers every branch and tag, so users easily choose a wrong one.
func modeForManualRun(e github.Event) modeChoice {
	where := "`" + e.RefName + "`"
	switch {
	case e.RefName == "":
		where = "an unknown ref"
	case strings.HasPrefix(e.Ref, "refs/tags/"):
		where = "the tag " + where
	}
	why := "started manually on " + where + ", not on `" + e.DefaultBranch + "`"
	if e.DefaultBranch == "" {
		why = "started manually on " + where + ", and the default branch is unknown"
	}
	return modeChoice{mode: config.ModePlan, reason: strings.ReplaceAll(why, "`", ""), notAppliedReason: "This run applies nothing, because it was " + why + ". Set `mode: apply` to apply from here."}
}
