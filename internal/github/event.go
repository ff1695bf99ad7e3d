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
	Repository     string // owner/name
	SHA            string // the merge commit of a pull request
	HeadSHA        string // the newest commit of the pull request, otherwise SHA
	BaseRef        string // the target branch of the pull request
	Actor          string
	Workflow       string
	RunURL         string
	PullRequest    int    // its number, 0 for none
	FromFork       bool   // a pull request from another repository; it has no access to secrets
	UntrustedEvent string // name of an event that has access to secrets and may be about content from outside; "" for others
}

// eventPayload holds the members of the event's JSON that this package uses.
type eventPayload struct {
	Action     string
	Repository struct {
		FullName      string `json:"full_name"`
		DefaultBranch string `json:"default_branch"`
	}
	WorkflowRun struct {
		HeadRepository struct { // null if the repository was deleted
			FullName string `json:"full_name"`
		} `json:"head_repository"`
	} `json:"workflow_run"`
	CheckSuite checkSuite `json:"check_suite"`
	CheckRun   struct {
		CheckSuite checkSuite `json:"check_suite"`
	} `json:"check_run"`
	Issue struct {
		PullRequest *struct{} `json:"pull_request"` // set if the issue is a pull request
	}
	PullRequest *struct {
		Number int
		Head   struct {
			SHA  string
			Repo *struct {
				FullName string `json:"full_name"`
			}
		}
		Base struct {
			Ref  string
			Repo struct {
				FullName string `json:"full_name"`
			}
		}
	} `json:"pull_request"`
}

// checkSuite has no branch if its commit is in a fork.
type checkSuite struct {
	HeadBranch string `json:"head_branch"`
}

// untrustedEvent returns the name of an event that has access to the repository's
// secrets although its content may come from a stranger; "" for other events. It needs
// the payload, because GITHUB_REF of such an event is the default branch.
func (p eventPayload) untrustedEvent(event, repository string) string {
	head := p.WorkflowRun.HeadRepository.FullName
	switch {
	case event == "pull_request_target":
		return event
	case event == "workflow_run" && !strings.EqualFold(head, cmp.Or(p.Repository.FullName, repository)),
		event == "check_suite" && p.CheckSuite.HeadBranch == "",
		event == "check_run" && p.CheckRun.CheckSuite.HeadBranch == "":
		return event + " for a fork"
	case event == "issue_comment" && p.Issue.PullRequest != nil:
		return event + " on a pull request"
	}
	return ""
}

// LoadEvent reads the event from the environment and from the file that
// GITHUB_EVENT_PATH names. It returns an error only for an event that it can't interpret
// without that file: a push, a pull request, and events that may be about one. Even with
// an error, the fields from the environment are valid.
func LoadEvent(getenv func(string) string) (Event, error) {
	e := Event{
		Name:       getenv("GITHUB_EVENT_NAME"),
		Ref:        getenv("GITHUB_REF"),
		RefName:    getenv("GITHUB_REF_NAME"),
		Repository: getenv("GITHUB_REPOSITORY"),
		SHA:        getenv("GITHUB_SHA"),
		HeadSHA:    getenv("GITHUB_SHA"),
		BaseRef:    getenv("GITHUB_BASE_REF"),
		Actor:      getenv("GITHUB_ACTOR"),
		Workflow:   getenv("GITHUB_WORKFLOW"),
	}
	server, run := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_RUN_ID")
	if server != "" && e.Repository != "" && run != "" {
		e.RunURL = server + "/" + e.Repository + "/actions/runs/" + run
	}
	p, err := readPayload(getenv("GITHUB_EVENT_PATH"))
	e.Action = p.Action
	e.DefaultBranch = p.Repository.DefaultBranch
	if e.Name == "schedule" && e.DefaultBranch == "" {
		e.DefaultBranch = e.Branch() // schedules run on the default branch only
	}
	if pr := p.PullRequest; pr != nil {
		e.PullRequest = pr.Number
		e.HeadSHA = cmp.Or(pr.Head.SHA, e.HeadSHA)
		e.BaseRef = cmp.Or(pr.Base.Ref, e.BaseRef)
		// Repo is nil if the repository was deleted, so it was a fork.
		e.FromFork = pr.Head.Repo == nil || !strings.EqualFold(pr.Head.Repo.FullName, pr.Base.Repo.FullName)
	}
	e.UntrustedEvent = p.untrustedEvent(e.Name, e.Repository)
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
