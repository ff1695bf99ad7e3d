package github_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
)

func TestLoadEvent(t *testing.T) {
	t.Parallel()
	// A push has other types for members of the repository than other events. GitHub may
	// change the type of any member that isn't used.
	const push = `{"repository":{"default_branch":"main","organization":"acme","created_at":1,"pushed_at":2,
		"updated_at":"2026-01-02T03:04:05Z","id":"x","owner":[1]},"pull_request":null,"commits":{},"issue":{"id":"x"}}`
	const pull = `{"action":"opened","repository":{"default_branch":"main","topics":1},"pull_request":{"number":7,
		"id":"x","labels":{"a":1},"merged_at":5,"user":"octocat",
		"head":{"sha":"abc","repo":%s,"ref":1},"base":{"ref":"main","repo":{"full_name":"Acme/data","size":"big"}}}}`
	runner := map[string]string{
		"GITHUB_REPOSITORY": "acme/data", "GITHUB_SHA": "123", "GITHUB_ACTOR": "octocat",
	}
	base := github.Event{
		SHA: "123", HeadSHA: "123", Actor: "octocat", DefaultBranch: "main",
	}
	for _, tt := range []struct {
		name, event, ref, payload string
		want                      func(*github.Event)
		onDefault                 bool
		err                       string
	}{
		{"push to main", "push", "refs/heads/main", push, func(*github.Event) {}, true, ""},
		{"push to a branch", "push", "refs/heads/x/main", `{"repository":{"default_branch":"main"}}`, func(*github.Event) {}, false, ""},
		{"push of a tag", "push", "refs/tags/main", `{"repository":{"default_branch":"main"}}`, func(*github.Event) {}, false, ""},
		{"push without payload", "push", "refs/heads/main", "", func(e *github.Event) { e.DefaultBranch = "" }, false, "event push: payload: "},
		{"push, broken payload", "push", "refs/heads/main", "{", func(e *github.Event) { e.DefaultBranch = "" }, false, "event push: payload "},
		{
			"own pull request", "pull_request", "refs/pull/7/merge", strings.Replace(pull, "%s", `{"full_name":"acme/data"}`, 1),
			func(e *github.Event) { e.Action, e.PullRequest, e.HeadSHA = "opened", 7, "abc" }, false, "",
		},
		{
			"pull request of a fork", "pull_request", "refs/pull/7/merge", strings.Replace(pull, "%s", `{"full_name":"evil/data"}`, 1),
			func(e *github.Event) {
				e.Action, e.PullRequest, e.HeadSHA, e.FromFork = "opened", 7, "abc", true
			}, false, "",
		},
		{
			"pull request of a deleted fork", "pull_request_target", "refs/heads/main", strings.Replace(pull, "%s", `null`, 1),
			func(e *github.Event) {
				e.Action, e.PullRequest, e.HeadSHA, e.FromFork = "opened", 7, "abc", true
				e.UntrustedEvent = "pull_request_target"
			}, true, "",
		},
		{"pull request without payload", "pull_request", "refs/pull/7/merge", "", func(e *github.Event) { e.DefaultBranch = "" }, false, "event pull_request: payload: "},
		{"schedule", "schedule", "refs/heads/main", "", func(*github.Event) {}, true, ""},
		{"dispatch", "workflow_dispatch", "refs/heads/x", "", func(e *github.Event) { e.DefaultBranch = "" }, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"GITHUB_EVENT_NAME": tt.event, "GITHUB_REF": tt.ref, "GITHUB_REF_NAME": "name"}
			maps.Copy(env, runner)
			env["GITHUB_EVENT_PATH"] = filepath.Join(t.TempDir(), "event.json")
			if tt.payload != "" {
				if err := os.WriteFile(env["GITHUB_EVENT_PATH"], []byte(tt.payload), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := github.LoadEvent(runnerEnv(env))
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			want := base
			want.Name, want.Ref, want.RefName = tt.event, tt.ref, "name"
			tt.want(&want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if got.OnDefaultBranch() != tt.onDefault {
				t.Errorf("on the default branch: %v", got.OnDefaultBranch())
			}
		})
	}
}

func TestLoadEventWithoutRunner(t *testing.T) {
	t.Parallel()
	e, err := github.LoadEvent(runnerEnv(laptopEnv))
	if err != nil || e != (github.Event{}) {
		t.Errorf("got %+v, %v", e, err)
	}
	_, err = github.LoadEvent(runnerEnv(map[string]string{"GITHUB_EVENT_NAME": "push"}))
	if err == nil || !strings.Contains(err.Error(), "GITHUB_EVENT_PATH is not set") {
		t.Errorf("got %v", err)
	}
}
