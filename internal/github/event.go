package github

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Event is what started the run. Fields that the runner or the event don't
// give are empty; on a laptop all of them are.
type Event struct {
	Name          string // push, pull_request, schedule, …; "" without a runner
	Action        string // opened, synchronize, closed, …
	Ref           string // refs/heads/main, refs/pull/7/merge
	RefName       string // main, 7/merge
	DefaultBranch string // main
	Repository    string // owner/name
	SHA           string // the merge commit of a pull request
	HeadSHA       string // the newest commit of the pull request, otherwise SHA
	BaseRef       string // the branch that the pull request wants to change
	Actor         string
	Workflow      string
	RunURL        string
	PullRequest   int  // its number, 0 for none
	Fork          bool // a pull request from another repository: no secrets
}

// payload is the part of the event's JSON that is of use.
type payload struct {
	Action     string
	Repository struct {
		DefaultBranch string `json:"default_branch"`
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

// LoadEvent reads the event from the environment and from the file that
// GITHUB_EVENT_PATH names. The Event is good for all that the environment
// tells even with an error, which says that a push or a pull request can't be
// understood without that file. Other events get along without.
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
		e.DefaultBranch = e.branch() // schedules run on the default branch only
	}
	if pr := p.PullRequest; pr != nil {
		e.PullRequest = pr.Number
		e.HeadSHA = cmp.Or(pr.Head.SHA, e.HeadSHA)
		e.BaseRef = cmp.Or(pr.Base.Ref, e.BaseRef)
		// The repository of a pull request may be deleted meanwhile: a fork.
		e.Fork = pr.Head.Repo == nil || !strings.EqualFold(pr.Head.Repo.FullName, pr.Base.Repo.FullName)
	}
	switch e.Name {
	case "push", "pull_request", "pull_request_target":
		if err != nil {
			return e, fmt.Errorf("event %s: %w", e.Name, err)
		}
	}
	return e, nil
}

func readPayload(path string) (payload, error) {
	var p payload
	if path == "" {
		return p, errors.New("payload: GITHUB_EVENT_PATH is not set")
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return p, fmt.Errorf("payload: %w", err)
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return payload{}, fmt.Errorf("payload %s: %w", path, err)
	}
	return p, nil
}

// OnDefaultBranch reports whether the run's commit is of the default branch.
// A branch that isn't known is none.
func (e Event) OnDefaultBranch() bool {
	return e.DefaultBranch != "" && e.branch() == e.DefaultBranch
}

func (e Event) branch() string {
	if name, ok := strings.CutPrefix(e.Ref, "refs/heads/"); ok {
		return name
	}
	return ""
}
