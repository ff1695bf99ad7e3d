package github_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
	"astro-apply/internal/github/fake"
	"astro-apply/internal/testkit"
)

// markedComment returns a comment that the marker of one workflow identifies.
func markedComment(name, body string) github.StickyComment {
	return github.StickyComment{Body: body, Matches: func(body string) bool { return strings.HasPrefix(body, name+" ") }}
}

const (
	listRequest   = "GET /issues/7/comments 200"
	createRequest = "POST /issues/7/comments 201"
)

func TestUpsertComment(t *testing.T) {
	t.Parallel()
	own := func(body string) fake.Comment {
		return fake.Comment{PullRequest: pullNumber, Login: "github-actions[bot]", Type: "Bot", Body: body}
	}
	other := func(body string) fake.Comment {
		return fake.Comment{PullRequest: pullNumber, Login: "github-actions", Type: "User", Body: body}
	}
	limit := "a " + strings.Repeat("🚀", github.CommentLimit-2)
	for _, tt := range []struct {
		name     string
		existing []fake.Comment
		faults   func(*fake.Server)
		body     string
		want     github.UpsertResult
		err      string   // after "pull request 7: comment: "
		bodies   []string // of all comments afterwards
		requests []string
	}{
		{
			name: "created", body: "a plan\n", want: github.UpsertResult{Action: "created", URL: "1001"},
			bodies: []string{"a plan"}, requests: []string{listRequest, createRequest},
		},
		{
			name: "updated", existing: []fake.Comment{own("a old")}, body: "a plan", want: github.UpsertResult{Action: "updated", URL: "1001", OldBody: "a old"},
			bodies: []string{"a plan"}, requests: []string{listRequest, "PATCH /issues/comments/1001 200"},
		},
		{
			name: "unchanged", existing: []fake.Comment{own("a plan")}, body: "a plan", want: github.UpsertResult{Action: "unchanged", URL: "1001"},
			bodies: []string{"a plan"}, requests: []string{listRequest},
		},
		{
			name: "unchanged except for line ends", existing: []fake.Comment{own("a plan\r\nb")}, body: "a plan\nb \n\n", want: github.UpsertResult{Action: "unchanged", URL: "1001"},
			bodies: []string{"a plan\r\nb"}, requests: []string{listRequest},
		},
		{
			name: "unchanged, not UTF-8", existing: []fake.Comment{own("a \uFFFDb")}, body: "a \xff\xfeb", want: github.UpsertResult{Action: "unchanged", URL: "1001"},
			bodies: []string{"a \uFFFDb"}, requests: []string{listRequest},
		},
		{
			name: "a forged marker", existing: []fake.Comment{other("a plan"), own("a old")}, body: "a plan", want: github.UpsertResult{Action: "updated", URL: "1002", OldBody: "a old"},
			bodies: []string{"a plan", "a plan"}, requests: []string{listRequest, "PATCH /issues/comments/1002 200"},
		},
		{
			name: "only a forged marker", existing: []fake.Comment{other("a plan")}, body: "a plan", want: github.UpsertResult{Action: "created", URL: "1002"},
			bodies: []string{"a plan", "a plan"}, requests: []string{listRequest, createRequest},
		},
		{
			name: "comment of another workflow", existing: []fake.Comment{own("b plan")}, body: "a plan", want: github.UpsertResult{Action: "created", URL: "1002"},
			bodies: []string{"b plan", "a plan"}, requests: []string{listRequest, createRequest},
		},
		{
			name: "several matching comments", existing: []fake.Comment{own("hello"), own("a old"), own("a plan")}, body: "a plan", want: github.UpsertResult{Action: "updated", URL: "1002", OldBody: "a old"},
			bodies: []string{"hello", "a plan", "a plan"}, requests: []string{listRequest, "PATCH /issues/comments/1002 200"},
		},
		{
			name: "at the limit", body: limit, want: github.UpsertResult{Action: "created", URL: "1001"},
			bodies: []string{limit}, requests: []string{listRequest, createRequest},
		},
		{name: "over the limit", body: limit + "x", err: "it has 65537 characters; it must have at most 65536"},
		{name: "body doesn't match", body: "plan", err: "it has no marker of astro-apply, so the next run couldn't find it"},
		{
			name: "token of a fork", faults: func(s *fake.Server) { s.InjectStatus("POST", "/comments", 403, 0) }, body: "a plan",
			err: "403 Resource not accessible by integration (needs permissions: pull-requests: write)", requests: []string{listRequest, "POST /issues/7/comments 403"},
		},
		{
			name: "token without read permission", faults: func(s *fake.Server) { s.InjectStatus("GET", "", 404, 0) }, body: "a plan",
			err: "404 Not Found (needs permissions: pull-requests: read)", requests: []string{"GET /issues/7/comments 404"},
		},
		{
			name: "update is forbidden", existing: []fake.Comment{own("a old")}, faults: func(s *fake.Server) { s.InjectStatus("PATCH", "", 403, 0) }, body: "a plan",
			err:    "403 Resource not accessible by integration (needs permissions: pull-requests: write)",
			bodies: []string{"a old"}, requests: []string{listRequest, "PATCH /issues/comments/1001 403"},
		},
		{
			name: "deleted before the update", existing: []fake.Comment{own("a old")}, faults: func(s *fake.Server) { s.InjectStatus("PATCH", "", 404, 0) }, body: "a plan",
			want: github.UpsertResult{Action: "created", URL: "1002"}, bodies: []string{"a old", "a plan"},
			requests: []string{listRequest, "PATCH /issues/comments/1001 404", listRequest, createRequest},
		},
		{
			name: "no answer to the create", faults: func(s *fake.Server) { s.InjectLostResponse("POST", "/comments", 1) }, body: "a plan\n",
			want: github.UpsertResult{Action: "created", URL: "1001"}, bodies: []string{"a plan"},
			requests: []string{listRequest, "POST /issues/7/comments 0", listRequest},
		},
		{
			name: "the create fails once", faults: func(s *fake.Server) { s.InjectStatus("POST", "/comments", 502, 1) }, body: "a plan",
			want: github.UpsertResult{Action: "created", URL: "1001"}, bodies: []string{"a plan"},
			requests: []string{listRequest, "POST /issues/7/comments 502", listRequest, createRequest},
		},
		{
			name: "every create fails", faults: func(s *fake.Server) { s.InjectStatus("POST", "/comments", 502, 0) }, body: "a plan", err: "502 Bad Gateway",
			requests: []string{listRequest, "POST /issues/7/comments 502", listRequest, "POST /issues/7/comments 502", listRequest, "POST /issues/7/comments 502", listRequest},
		},
		{
			name: "no answer to the last create", body: "a plan",
			faults: func(s *fake.Server) {
				s.InjectStatus("POST", "/comments", 502, 2)
				s.InjectLostResponse("POST", "/comments", 1)
			},
			want: github.UpsertResult{Action: "created", URL: "1001"}, bodies: []string{"a plan"},
			requests: []string{listRequest, "POST /issues/7/comments 502", listRequest, "POST /issues/7/comments 502", listRequest, "POST /issues/7/comments 0", listRequest},
		},
		{
			name: "no answer to the update", existing: []fake.Comment{own("a old")}, faults: func(s *fake.Server) { s.InjectLostResponse("PATCH", "", 1) }, body: "a plan",
			want: github.UpsertResult{Action: "updated", URL: "1001", OldBody: "a old"}, bodies: []string{"a plan"},
			requests: []string{listRequest, "PATCH /issues/comments/1001 0", "PATCH /issues/comments/1001 200"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newFakeGitHub()
				for _, c := range tt.existing {
					s.AddComment(c)
				}
				if tt.faults != nil {
					tt.faults(s)
				}
				got, err := newREST(t, s, s).UpsertComment(t.Context(), pullNumber, markedComment("a", tt.body))
				if want := "pull request 7: comment: " + tt.err; tt.err == "" && err != nil || tt.err != "" && (err == nil || err.Error() != want) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if _, forbidden := errors.AsType[*github.PermissionError](err); forbidden != strings.HasPrefix(tt.err, "40") {
					t.Errorf("%v is a PermissionError: %v", err, forbidden)
				}
				got.URL = strings.TrimPrefix(got.URL, "https://github.com/acme/data/pull/7#issuecomment-")
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
				var bodies []string
				for _, c := range s.Comments(pullNumber) {
					bodies = append(bodies, c.Body)
				}
				if diff := cmp.Diff(tt.bodies, bodies); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(tt.requests, sentRequests(s)); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// Two workflows have a comment each, and each updates its own.
func TestUpsertCommentOfTwoWorkflows(t *testing.T) {
	t.Parallel()
	s := newFakeGitHub()
	r := newREST(t, s, s)
	for i, want := range []string{github.Created, github.Unchanged, github.Updated} {
		for _, name := range []string{"a", "b"} {
			k, err := r.UpsertComment(t.Context(), pullNumber, markedComment(name, name+[]string{" plan", " plan", " other"}[i]))
			if err != nil || k.Action != want {
				t.Errorf("%s: %v, %v, want %s", name, k, err, want)
			}
		}
	}
	var got []string
	for _, c := range s.Comments(pullNumber) {
		got = append(got, c.Body)
	}
	if diff := cmp.Diff([]string{"a other", "b other"}, got); diff != "" {
		t.Error(diff)
	}
}

// A comment that another run created after a failed create is updated.
func TestUpsertCommentAfterAnotherRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeGitHub()
		s.InjectStatus("POST", "/comments", 502, 1)
		r := newREST(t, s, testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
			resp, err := s.RoundTrip(r)
			if r.Method == http.MethodPost && resp.StatusCode == http.StatusBadGateway {
				s.AddComment(fake.Comment{PullRequest: pullNumber, Login: s.Login, Type: s.LoginType, Body: "a other"})
			}
			return resp, err
		}))
		k, err := r.UpsertComment(t.Context(), pullNumber, markedComment("a", "a plan"))
		if all := s.Comments(pullNumber); err != nil || k.Action != github.Updated || len(all) != 1 || all[0].Body != "a plan" {
			t.Errorf("%v, %v, %v", k, err, all)
		}
	})
}

// After a create with an unreadable answer, UpsertComment looks for the comment.
func TestUpsertCommentUnreadableResponse(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"", "null", "{}", "<html>"} {
		synctest.Test(t, func(t *testing.T) {
			s := newFakeGitHub()
			r := newREST(t, s, testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
				resp, err := s.RoundTrip(r)
				if r.Method == http.MethodPost && r.URL.Path != "/graphql" {
					return newResponse(201, answer), nil
				}
				return resp, err
			}))
			k, err := r.UpsertComment(t.Context(), pullNumber, markedComment("a", "a plan"))
			if err != nil || k.Action != github.Created || k.URL == "" || len(s.Comments(pullNumber)) != 1 {
				t.Errorf("%q: %v, %v, %v", answer, k, err, s.Comments(pullNumber))
			}
		})
	}
}
