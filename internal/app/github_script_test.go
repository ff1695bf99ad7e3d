package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"astro-apply/internal/github/fake"
)

// The commits in scripts.
const (
	mainSHA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" // on main, after a push
	headSHA = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" // of the pull request
)

// setEvent implements the command event NAME [fork] [head=SHA] [branch=NAME]. The next
// runs have the environment that the runner sets for such an event. Pull requests have
// the number 7.
func setEvent(ts *testscript.TestScript, _ bool, args []string) {
	payload := map[string]any{"repository": map[string]any{"default_branch": "main", "full_name": "acme/data"}}
	ref, sha, head, headRepository := "refs/heads/main", mainSHA, headSHA, "acme/data"
	for _, a := range args[1:] {
		switch name, value, _ := strings.Cut(a, "="); name {
		case "fork":
			headRepository = "stranger/data"
		case "head":
			head = value
		case "branch":
			ref = "refs/heads/" + value
		}
	}
	switch args[0] {
	case "pull_request", "pull_request_target":
		ref, sha = "refs/pull/7/merge", "cccccccccccccccccccccccccccccccccccccccc"
		payload["pull_request"] = map[string]any{
			"number": 7,
			"head":   map[string]any{"sha": head, "repo": map[string]any{"full_name": headRepository}},
			"base":   map[string]any{"ref": "main", "repo": map[string]any{"full_name": "acme/data"}},
		}
	case "merge_group":
		ref = "refs/heads/gh-readonly-queue/main/pr-7-" + headSHA
	}
	data, err := json.Marshal(payload)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(".event"), data, 0o600))
	for name, value := range map[string]string{
		"GITHUB_EVENT_NAME": args[0], "GITHUB_REF": ref, "GITHUB_SHA": sha,
		"GITHUB_REF_NAME": strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/pull/"),
	} {
		ts.Setenv(name, value)
	}
}

// runGitHubCommand implements the command github, which controls the fake GitHub:
//
//	github pr [merged=HOW] [head=SHA] [locked]
//	                                    add pull request 7; HOW is merge, squash or rebase
//	github comments FILE [N]            write the bodies of its comments, or of the Nth, to FILE
//	github shown FILE N                 write the Nth comment to FILE, without its marker
//	github issues FILE                  write all issues and the comments on them to FILE, without markers
//	github issue close N                close issue N, as a person does
//	github issue copy N USER            add a copy of issue N that USER wrote
//	github private                      make the repository private
//	github comment USER FILE            add a comment of USER
//	github duplicate                    add a copy of the next comment right after its creation
//	github edit FILE                    replace the body of the first comment
//	github updated [TIME]               set the time of the first comment, or remove it
//	github as LOGIN TYPE TOKEN          set the owner of the token, and pass TOKEN to the next runs
//	github refuse METHOD PART STATUS    answer requests to paths with PART with STATUS
//	github accept                       end all refusals
//	github requests FILE                write the requests so far to FILE
func (s *scriptHarness) runGitHubCommand(ts *testscript.TestScript, args []string) {
	switch args[0] {
	case "pr":
		p := fake.PullRequest{Number: 7, HeadSHA: headSHA, BaseBranch: "main"}
		for _, a := range args[1:] {
			switch name, value, _ := strings.Cut(a, "="); name {
			case "merged":
				p.Merged, p.MergeCommitSHA = true, mainSHA
				if value == "rebase" {
					p.Commits = []string{mainSHA}
				}
				if value == "merge" {
					p.Commits = []string{headSHA}
				}
			case "head":
				p.HeadSHA = value
			case "locked":
				p.Locked = true
			}
		}
		s.github.AddPullRequest(p)
	case "comments", "shown":
		var bodies []string
		for _, c := range s.github.Comments(7) {
			bodies = append(bodies, c.Body)
		}
		if len(args) > 2 {
			n, err := strconv.Atoi(args[2])
			ts.Check(err)
			bodies = []string{bodies[n-1] + "\n"}
		}
		text := strings.Join(bodies, "\n=====\n")
		if args[0] == "shown" {
			_, text, _ = strings.Cut(text, "-->\n")
		}
		writeScriptFile(ts, args[1], text)
	case "issues":
		var b strings.Builder
		for _, i := range s.github.Issues() {
			_, body, _ := strings.Cut(i.Body, "-->\n")
			fmt.Fprintf(&b, "#%d %s, closed: %t, %s by %s\n%s\n", i.Number, i.Title, i.IsClosed, strings.Join(i.Labels, ", "), i.Login, body)
			for _, c := range s.github.Comments(i.Number) {
				fmt.Fprintf(&b, "-- comment by %s\n%s\n", c.Login, c.Body)
			}
		}
		writeScriptFile(ts, args[1], b.String())
	case "issue":
		number, err := strconv.Atoi(args[2])
		ts.Check(err)
		s.github.EditIssue(number, func(i *fake.Issue) {
			if args[1] == "close" {
				i.IsClosed = true
			}
		})
		if args[1] == "copy" {
			i := s.github.Issues()[number-100]
			i.Number, i.Login, i.Type = 0, args[3], "User"
			s.github.AddIssue(i)
		}
	case "duplicate":
		s.addDuplicate.Store(true)
	case "private":
		s.github.Private = true
	case "comment":
		s.github.AddComment(fake.Comment{PullRequest: 7, Login: args[1], Type: map[bool]string{true: "Bot", false: "User"}[strings.HasSuffix(args[1], "[bot]")], Body: ts.ReadFile(args[2])})
	case "edit":
		s.github.EditComment(s.github.Comments(7)[0].ID, ts.ReadFile(args[1]))
	case "updated":
		s.github.SetUpdatedAt(s.github.Comments(7)[0].ID, strings.Join(args[1:], ""))
	case "accept":
		s.github.ClearFaults()
	case "as":
		s.github.Login, s.github.LoginType, s.github.Token = args[1], args[2], args[3]
		ts.Setenv("INPUT_GITHUB-TOKEN", args[3])
	case "refuse":
		status, err := strconv.Atoi(args[3])
		ts.Check(err)
		s.github.InjectStatus(args[1], args[2], status, 0)
	case "requests":
		var b strings.Builder
		for _, r := range s.github.Requests() {
			path, _, _ := strings.Cut(r.Path, "?")
			fmt.Fprintf(&b, "%s %s %d\n", r.Method, path, r.Status)
		}
		writeScriptFile(ts, args[1], b.String())
	default:
		ts.Fatalf("github: unknown command %s", args[0])
	}
}
