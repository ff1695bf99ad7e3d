package github

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Event describes the event that started the run. Fields that neither the runner nor
// the event sets are empty. Outside of a runner, all fields are empty.
type Event struct {
	Name           string // push, pull_request, schedule, …; "" without a runner
	Action         string // opened, synchronize, closed, …
	Ref            string // refs/heads/main, refs/pull/7/merge
	RefName        string // main, 7/merge
	DefaultBranch  string // main
	SHA            string // the merge commit of a pull request
	HeadSHA        string // the newest commit of the pull request, otherwise SHA
	Actor          string
	PullRequest    int    // its number, 0 for none
	FromFork       bool   // a pull request from another repository; it has no access to secrets
	UntrustedEvent string // name of an event that has access to secrets and may be about content from outside; "" for others
}

// eventPayload holds the members of the events' JSON that this package uses. Most events
// have only some of them. The types of go-github would decode all members, and so fail if
// one that isn't used has an unexpected type.
type eventPayload struct {
	Action      string
	Repository  payloadRepository
	PullRequest *struct {
		Number     int
		Head, Base struct {
			SHA  string
			Repo *payloadRepository // nil if the repository was deleted
		}
	} `json:"pull_request"`
	WorkflowRun struct {
		HeadRepository payloadRepository `json:"head_repository"`
	} `json:"workflow_run"`
	CheckSuite payloadCheckSuite `json:"check_suite"`
	CheckRun   struct {
		CheckSuite payloadCheckSuite `json:"check_suite"`
	} `json:"check_run"`
	Issue struct {
		PullRequest *struct{} `json:"pull_request"` // nil if the issue isn't a pull request
	}
}

type payloadRepository struct {
	FullName      string `json:"full_name"`
	DefaultBranch string `json:"default_branch"`
}

type payloadCheckSuite struct {
	HeadBranch string `json:"head_branch"`
}

// untrustedEvent returns the name of an event that has access to the repository's
// secrets although its content may come from a stranger; "" for other events. It needs
// the payload, because GITHUB_REF of such an event is the default branch.
func (p eventPayload) untrustedEvent(event, repository string) string {
	head := p.WorkflowRun.HeadRepository.FullName // "" if the repository was deleted
	switch {
	case event == "pull_request_target":
		return event
	case event == "workflow_run" && !strings.EqualFold(head, cmp.Or(p.Repository.FullName, repository)),
		event == "check_suite" && p.CheckSuite.HeadBranch == "", // its commit is in a fork
		event == "check_run" && p.CheckRun.CheckSuite.HeadBranch == "":
		return event + " for a fork"
	case event == "issue_comment" && p.Issue.PullRequest != nil:
		return event + " on a pull request"
	}
	return ""
}

// LoadEvent reads the event from the runner's variables and its file. It returns an error
// only for an event that it can't interpret without that file: a push, a pull request, and
// events that may be about one. Even with an error, the fields from the variables are
// valid.
func LoadEvent(env Environment) (Event, error) {
	p, err := readPayload(env.EventPath)
	e := Event{
		Name: env.EventName, Action: p.Action, Actor: env.Actor,
		Ref: env.Ref, RefName: env.RefName, SHA: env.SHA, HeadSHA: env.SHA,
		DefaultBranch:  p.Repository.DefaultBranch,
		UntrustedEvent: p.untrustedEvent(env.EventName, env.Repository),
	}
	if e.Name == "schedule" && e.DefaultBranch == "" {
		e.DefaultBranch = e.Branch() // schedules run on the default branch only
	}
	if pr := p.PullRequest; pr != nil {
		e.PullRequest = pr.Number
		e.HeadSHA = cmp.Or(pr.Head.SHA, e.HeadSHA)
		head, base := pr.Head.Repo, pr.Base.Repo
		e.FromFork = head == nil || base == nil || !strings.EqualFold(head.FullName, base.FullName)
	}
	switch e.Name {
	case "push", "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment",
		"workflow_run", "check_run", "check_suite", "issue_comment":
		if err != nil {
			return e, fmt.Errorf("event %s: %w", e.Name, err)
		}
	}
	return e, nil
}

func readPayload(path string) (eventPayload, error) {
	var p eventPayload
	if path == "" {
		return p, errors.New("payload: GITHUB_EVENT_PATH is not set")
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return p, fmt.Errorf("payload %s: must be a regular file", path) // a pipe would block
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return p, fmt.Errorf("payload: %w", err)
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return eventPayload{}, fmt.Errorf("payload %s: %w", path, err)
	}
	return p, nil
}

// OnDefaultBranch reports whether the run's commit is on the default branch. It
// returns false if the default branch is unknown.
func (e Event) OnDefaultBranch() bool {
	return e.DefaultBranch != "" && e.Branch() == e.DefaultBranch
}

// OnPullRequest reports whether the run is for a pull request, and has no access to
// secrets if the pull request comes from a fork.
func (e Event) OnPullRequest() bool {
	return e.Name == "pull_request" || e.Name == "pull_request_review" || e.Name == "pull_request_review_comment"
}

// Branch returns the branch that the run is for, "" for a tag or a pull request.
func (e Event) Branch() string {
	if name, ok := strings.CutPrefix(e.Ref, "refs/heads/"); ok {
		return name
	}
	return ""
}
