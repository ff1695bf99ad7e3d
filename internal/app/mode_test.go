package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/app"
)

// TestModeOfEvents runs the program for every event that can start a workflow, with the ref that the runner sets for it.
// There is no case for workflow_call: a called workflow has the event of its caller.
func TestModeOfEvents(t *testing.T) {
	t.Parallel()
	const (
		onMain   = "refs/heads/main"
		onPull   = "refs/pull/7/merge"
		repo     = `"repository":{"full_name":"acme/data","default_branch":"main"}`
		own      = `,"pull_request":{"number":7,"head":{"sha":"b","repo":{"full_name":"acme/data"}},"base":{"ref":"main","repo":{"full_name":"acme/data"}}}`
		fork     = `,"pull_request":{"number":7,"head":{"sha":"b","repo":{"full_name":"stranger/data"}},"base":{"ref":"main","repo":{"full_name":"acme/data"}}}`
		refused  = " would run with secrets on an untrusted manifest; use the event pull_request, or set input mode if you trust the manifest"
		noReader = "::error title=astro-apply::mode auto can't determine what started the run: event "
	)
	type row struct{ event, ref, payload, want string }
	rows := []row{
		{"push", onMain, "", "mode apply: push to the default branch main"},
		{"push", "refs/heads/x", "", "mode plan: push to x, which is not the default branch"},
		{"push", "refs/tags/main", "", "mode plan: push to main, which is not the default branch"},
		{"workflow_dispatch", onMain, "", "mode apply: started manually on the default branch main"},
		{"workflow_dispatch", "refs/heads/feature", "", "mode plan: started manually on feature, not on main\nThis run applies nothing, because it was started manually on `feature`, not on `main`. Set `mode: apply` to apply from here."},
		{"workflow_dispatch", "refs/tags/main", "", "mode plan: started manually on the tag main, not on main\nThis run applies nothing, because it was started manually on the tag `main`, not on `main`. Set `mode: apply` to apply from here."},
		{"workflow_dispatch", onMain, "none", "mode plan: started manually on main, and the default branch is unknown\nThis run applies nothing, because it was started manually on `main`, and the default branch is unknown. Set `mode: apply` to apply from here."},
		{"workflow_dispatch", "", "none", "mode plan: started manually on an unknown ref, and the default branch is unknown\nThis run applies nothing, because it was "},
		{"schedule", onMain, "", "mode drift: started by a schedule"},
		{"pull_request", onPull, own, "mode plan: pull request"},
		{"pull_request", onPull, fork, "mode plan: pull request"}, // it has a token: the repository passes secrets to forks
		{"pull_request_review", onPull, own, "mode plan: pull request"},
		{"pull_request_review_comment", onPull, fork, "mode plan: pull request"},
		{"merge_group", "refs/heads/gh-readonly-queue/main/pr-7-b", "", "mode plan: merge queue, at the merged head"},
		{"pull_request_target", onMain, own, "::pull_request_target" + refused},
		{"workflow_run", onMain, `,"workflow_run":{"head_repository":{"full_name":"acme/data"}}`, "mode plan: event workflow_run"},
		{"workflow_run", onMain, `,"workflow_run":{"head_repository":{"full_name":"stranger/data"}}`, "::workflow_run for a fork" + refused},
		{"workflow_run", onMain, `,"workflow_run":{"head_repository":null}`, "::workflow_run for a fork" + refused},
		{"check_suite", onMain, `,"check_suite":{"head_branch":"x"}`, "mode plan: event check_suite"},
		{"check_suite", onMain, `,"check_suite":{"head_branch":null}`, "::check_suite for a fork" + refused},
		{"check_run", onMain, `,"check_run":{"check_suite":{"head_branch":"x"}}`, "mode plan: event check_run"},
		{"check_run", onMain, `,"check_run":{"check_suite":{"head_branch":null}}`, "::check_run for a fork" + refused},
		{"issue_comment", onMain, `,"issue":{"number":3}`, "mode plan: event issue_comment"},
		{"issue_comment", onMain, `,"issue":{"number":7,"pull_request":{"url":"u"}}`, "::issue_comment on a pull request" + refused},
	}
	// These run on the default branch, or on a ref that someone with write access chose, so the manifest is trusted.
	for _, event := range []string{
		"branch_protection_rule", "create", "delete", "deployment", "deployment_status", "discussion", "discussion_comment", "fork", "gollum",
		"image_version", "issues", "label", "milestone", "page_build", "public", "registry_package", "release", "repository_dispatch", "status", "watch",
	} {
		rows = append(rows, row{event, onMain, "", "mode plan: event " + event})
	}
	// Without the payload, the program can't tell whether these events are about trusted code.
	for _, event := range []string{
		"push", "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "workflow_run", "check_suite", "check_run", "issue_comment",
	} {
		rows = append(rows, row{event, onMain, "none", noReader + event})
	}
	action, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range rows {
		t.Run(tt.event, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{
				"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": tt.event, "GITHUB_REF": tt.ref, "GITHUB_REPOSITORY": "acme/data",
				"GITHUB_REF_NAME":     tt.ref[strings.LastIndex(tt.ref, "/")+1:],
				"GITHUB_STEP_SUMMARY": filepath.Join(t.TempDir(), "summary"), "INPUT_SIMULATE": "true", "INPUT_MANIFEST": "workspaces: [{ name: data }]",
			}
			if tt.payload != "none" {
				env["GITHUB_EVENT_PATH"] = filepath.Join(t.TempDir(), "event.json")
				if err := os.WriteFile(env["GITHUB_EVENT_PATH"], []byte("{"+repo+tt.payload+"}"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var log bytes.Buffer
			app.Main(t.Context(), app.System{Args: []string{"astro-apply"}, Getenv: func(name string) string { return env[name] }, Stdout: &log, ActionYAML: action})
			if !strings.Contains(log.String(), tt.want) {
				t.Errorf("want %q in\n%s", tt.want, log.String())
			}
			_, notice, expected := strings.Cut(tt.want, "\n")
			summary, err := os.ReadFile(env["GITHUB_STEP_SUMMARY"])
			_, after, _ := strings.Cut(string(summary), "\n\n")
			shown := strings.HasPrefix(strings.ReplaceAll(after, "\\", ""), "> [!IMPORTANT]\n> "+notice)
			if err != nil || shown != expected {
				t.Errorf("the summary, in which the notice is expected to come first: %t (%v):\n%s", expected, err, summary)
			}
		})
	}
}
