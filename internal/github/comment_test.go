package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
	"astro-apply/internal/github/fake"
	"astro-apply/internal/redact"
	"astro-apply/internal/testkit"
)

func TestListOwnComments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, token, viewer string
		authors             []string // login/type
		want                []int    // indexes of the authors that are the token's login
	}{
		{"the runner's token", "ghs_a", "github-actions[bot]", []string{"github-actions[bot]/Bot", "octocat/User"}, []int{0}},
		{"login without suffix", "ghs_a", "github-actions", []string{"github-actions[bot]/Bot", "octocat/User"}, []int{0}},
		{"login in other case", "ghs_a", "GitHub-Actions[bot]", []string{"github-actions[bot]/Bot"}, []int{0}},
		{"a person with the app's name", "ghs_a", "github-actions", []string{"github-actions/User", "github-actions[bot]/Bot"}, []int{1}},
		{"a person with the app's name and suffix", "token", "github-actions[bot]", []string{"github-actions/User", "github-actions/", "github-actions[bot]/Bot"}, []int{2}},
		{"another app", "ghs_a", "acme-deploy[bot]", []string{"github-actions[bot]/Bot", "acme-deploy[bot]/Bot"}, []int{1}},
		{"a person", "ghp_a", "Octocat", []string{"octocat/User", "github-actions[bot]/Bot", "octocat2/User"}, []int{0}},
		{"authors without a login", "ghs_a", "github-actions[bot]", []string{"/", "/Bot", "[bot]/Bot"}, nil},
		{"an app with a person's name", "ghp_a", "alice", []string{"alice[bot]/Bot", "alice/Bot", "alice/User", "alice[bot]/User"}, []int{2}},
		{"an app with a person's name, unknown type of token", "token", "alice", []string{"alice[bot]/Bot", "alice/User"}, []int{1}},
		{"an app, unknown type of token", "token", "alice[bot]", []string{"alice[bot]/Bot", "alice/User", "alice/Bot"}, []int{0, 2}},
		{"a person with another app's name", "ghs_a", "alice", []string{"alice/User", "alice[bot]/Bot"}, []int{1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newFakeGitHub()
			s.Token, s.ViewerLogin = tt.token, tt.viewer
			var all []github.Comment
			for i, a := range tt.authors {
				var c fake.Comment
				c.PullRequest, c.Body = pullNumber, fmt.Sprint(i)
				for j, part := range splitAuthor(a) {
					*[]*string{&c.Login, &c.Type}[j] = part
				}
				id := s.AddComment(c)
				all = append(all, github.Comment{ID: id, Body: c.Body, URL: fmt.Sprintf("https://github.com/acme/data/pull/7#issuecomment-%d", id), UpdatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
			}
			var want []github.Comment
			for _, i := range tt.want {
				want = append(want, all[i])
			}
			got, err := newREST(t, s, s).ListOwnComments(t.Context(), pullNumber)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func splitAuthor(a string) [2]string {
	for i := range a {
		if a[i] == '/' {
			return [2]string{a[:i], a[i+1:]}
		}
	}
	return [2]string{a}
}

func TestListOwnCommentsOfManyPages(t *testing.T) {
	t.Parallel()
	s := newFakeGitHub()
	var want []string
	for i := range 250 {
		s.AddComment(fake.Comment{PullRequest: pullNumber, Login: "octocat", Type: "User", Body: "mine"})
		s.AddComment(fake.Comment{PullRequest: 8, Login: s.Login, Type: s.LoginType, Body: "elsewhere"})
		if i%100 == 99 || i == 249 {
			want = append(want, fmt.Sprint(i))
			s.AddComment(fake.Comment{PullRequest: pullNumber, Login: s.Login, Type: s.LoginType, Body: fmt.Sprint(i)})
		}
	}
	s.AddComment(fake.Comment{ID: 1, PullRequest: pullNumber, Login: s.Login, Type: s.LoginType, Body: "the oldest"})
	want = append([]string{"the oldest"}, want...)
	server := httptest.NewServer(s)
	defer server.Close()
	for _, path := range []string{"", "/api/v3"} {
		r, err := github.NewREST(repositoryEnv(map[string]string{"GITHUB_API_URL": server.URL + path}), s.Token, &redact.Secrets{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		all, err := r.ListOwnComments(t.Context(), pullNumber)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range all {
			got = append(got, c.Body)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if n := len(sentRequests(s)); n != 6 {
		t.Errorf("%d pages, want 3 twice", n)
	}
}

// REST queries the identity of its token once. If GitHub doesn't confirm the identity,
// ListOwnComments returns an error, but UpsertComment still updates the comment of the
// runner's token.
func TestIdentity(t *testing.T) {
	t.Parallel()
	const unconfirmed = "pull request 7: comments: GitHub doesn't confirm the login of the token, so this run can't identify its own comments: %s; use the default github-token, ${{ github.token }}"
	for _, tt := range []struct {
		name    string
		faults  func(*fake.Server)
		queries int
		err     string
		login   string
	}{
		{"confirmed", func(*fake.Server) {}, 1, "", "acme-deploy[bot]"},
		{"refused", func(s *fake.Server) { s.InjectStatus("POST", "/graphql", 403, 0) }, 1, "403 Resource not accessible by integration", "github-actions[bot]"},
		{"not found", func(s *fake.Server) { s.InjectStatus("POST", "/graphql", 404, 0) }, 1, "404 Not Found", "github-actions[bot]"},
		{"failing", func(s *fake.Server) { s.InjectStatus("POST", "/graphql", 502, 0) }, 3, "502 Bad Gateway", "github-actions[bot]"},
		{"failing once", func(s *fake.Server) { s.InjectStatus("POST", "/graphql", 502, 1) }, 2, "", "acme-deploy[bot]"},
		{"without a login", func(s *fake.Server) { s.ViewerLogin = "" }, 1, "GraphQL: the response has no login", "github-actions[bot]"},
		{"rate limit once", func(s *fake.Server) {
			s.InjectRateLimit("POST", "/graphql", 403, 1, map[string]string{"Retry-After": "7"})
		}, 2, "", "acme-deploy[bot]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newFakeGitHub()
				s.ViewerLogin = "acme-deploy[bot]"
				for _, login := range []string{"acme-deploy[bot]", "github-actions[bot]"} {
					s.AddComment(fake.Comment{PullRequest: pullNumber, Login: login, Type: "Bot", Body: "a " + login})
				}
				tt.faults(s)
				r := newREST(t, s, s)
				for range 3 {
					got, err := r.ListOwnComments(t.Context(), pullNumber)
					if tt.err != "" {
						if want := fmt.Sprintf(unconfirmed, tt.err); err == nil || err.Error() != want || got != nil {
							t.Errorf("%v, error %v\nwant %s", got, err, want)
						}
					} else if err != nil || len(got) != 1 || got[0].Body != "a "+tt.login {
						t.Errorf("got %v, %v", got, err)
					}
				}
				if result, err := r.UpsertComment(t.Context(), pullNumber, markedComment("a", "a "+tt.login)); err != nil || result.Action != github.Unchanged {
					t.Errorf("result %v, %v", result, err)
				}
				if n := len(s.Requests()) - len(sentRequests(s)); n != tt.queries {
					t.Errorf("%d queries, want %d", n, tt.queries)
				}
			})
		})
	}
}

// GraphQL reports its errors with status 200.
func TestIdentityGraphQLErrors(t *testing.T) {
	t.Parallel()
	for message, wait := range map[string]time.Duration{"Resource not accessible by integration": 0, "API rate limit exceeded for user": time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := newFakeGitHub()
			s.AddComment(fake.Comment{PullRequest: pullNumber, Login: s.Login, Type: "Bot", Body: "a"})
			r := newREST(t, s, testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == "/graphql" {
					return newResponse(200, `{"data":null,"errors":[{"type":"FORBIDDEN","message":"`+message+`"}]}`), nil
				}
				return s.RoundTrip(r)
			}))
			begin := time.Now()
			if got, err := r.ListOwnComments(t.Context(), pullNumber); err == nil || !strings.Contains(err.Error(), message) || got != nil || time.Since(begin) != wait {
				t.Errorf("%v, %v after %v", got, err, time.Since(begin))
			}
		})
	}
}

// A cancelled query doesn't lead to an assumed identity.
func TestIdentityCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeGitHub()
		s.ViewerLogin = "acme-deploy[bot]"
		s.AddComment(fake.Comment{PullRequest: pullNumber, Login: s.ViewerLogin, Type: "Bot", Body: "own"})
		s.InjectStatus("POST", "/graphql", 502, 1)
		r := newREST(t, s, s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if got, err := r.ListOwnComments(ctx, pullNumber); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, %v", got, err)
		}
		if got, err := r.ListOwnComments(t.Context(), pullNumber); err != nil || len(got) != 1 {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestListOwnCommentsWithoutPullRequest(t *testing.T) {
	t.Parallel()
	s := newFakeGitHub()
	r := newREST(t, s, s)
	for _, number := range []int{0, -1} {
		if got, err := r.ListOwnComments(t.Context(), number); err == nil || got != nil {
			t.Errorf("%d: %v, %v", number, got, err)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}
