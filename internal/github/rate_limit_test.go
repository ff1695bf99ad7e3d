package github_test

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/github"
	"astro-apply/internal/github/fake"
)

// REST retries every request after a rate limit. It waits as long as GitHub asks for,
// but at most one minute.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	reset := func(after time.Duration) map[string]string {
		return map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": strconv.FormatInt(time.Now().Add(after).Unix(), 10)}
	}
	header := func(name, value string) func() map[string]string {
		return func() map[string]string { return map[string]string{name: value} }
	}
	for _, tt := range []struct {
		name   string
		status int
		header func() map[string]string
		times  int
		took   time.Duration
		ok     bool
	}{
		{"for some seconds", 403, header("Retry-After", "7"), 1, 7 * time.Second, true},
		{"for some seconds, twice", 429, header("Retry-After", "7"), 2, 14 * time.Second, true},
		{"for some seconds, always", 429, header("Retry-After", "7"), 0, 14 * time.Second, false},
		{"for no time", 429, header("Retry-After", "0"), 1, time.Second, true},
		{"for an hour", 403, header("Retry-After", "3600"), 1, time.Minute, true},
		{"for an hour, always", 403, header("Retry-After", "3600"), 0, time.Minute, false},
		{"without a time", 429, header("X", "y"), 1, time.Minute, true},
		{"until a time", 403, func() map[string]string { return reset(9 * time.Second) }, 1, 10 * time.Second, true},
		{"until a time, 429", 429, func() map[string]string { return reset(9 * time.Second) }, 1, 10 * time.Second, true},
		{"until a time in the past", 403, func() map[string]string { return reset(-time.Hour) }, 1, time.Second, true},
		{"until a late time", 403, func() map[string]string { return reset(time.Hour) }, 1, time.Minute, true},
	} {
		for name, call := range map[string]struct {
			method, part string
			do           func(*testing.T, *github.REST) error
		}{
			"update": {"PATCH", "/comments", func(t *testing.T, r *github.REST) error {
				_, err := r.UpsertComment(t.Context(), pullNumber, markedComment("a", "a new"))
				return err
			}},
			"create": {"POST", "/comments", func(t *testing.T, r *github.REST) error {
				_, err := r.UpsertComment(t.Context(), pullNumber, markedComment("b", "b new"))
				return err
			}},
			"list": {"GET", "/comments", func(t *testing.T, r *github.REST) error {
				_, err := r.ListOwnComments(t.Context(), pullNumber)
				return err
			}},
			"viewer": {"POST", "/graphql", func(t *testing.T, r *github.REST) error {
				_, err := r.ListOwnComments(t.Context(), pullNumber)
				return err
			}},
			"pull requests": {"GET", "/pulls", func(t *testing.T, r *github.REST) error {
				_, err := r.FindMergedPullRequest(t.Context(), "abcdef0", "main")
				return err
			}},
		} {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newFakeGitHub()
					s.AddPullRequest(fake.PullRequest{Number: 8, MergeCommitSHA: "abcdef0", Merged: true})
					s.AddComment(fake.Comment{PullRequest: pullNumber, Login: s.Login, Type: s.LoginType, Body: "a old"})
					s.InjectRateLimit(call.method, call.part, tt.status, tt.times, tt.header())
					begin := time.Now()
					err := call.do(t, newREST(t, s, s))
					if (err == nil) != tt.ok || time.Since(begin) != tt.took {
						t.Errorf("%v after %v, want %v", err, time.Since(begin), tt.took)
					}
					if _, refused := errors.AsType[*github.PermissionError](err); refused {
						t.Error("a rate limit must not be a PermissionError")
					}
				})
			})
		}
	}
}

// The error about a comment that could not be updated has the current body.
func TestStaleComment(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, body string
		stale        bool
	}{{"PATCH", "a old", true}, {"GET", "", true}, {"POST", "", false}} {
		synctest.Test(t, func(t *testing.T) {
			s := newFakeGitHub()
			if tt.method != "POST" {
				s.AddComment(fake.Comment{PullRequest: pullNumber, Login: s.Login, Type: s.LoginType, Body: "a old"})
			}
			s.InjectRateLimit(tt.method, "/comments", 403, 0, map[string]string{"Retry-After": "3600"})
			_, err := newREST(t, s, s).UpsertComment(t.Context(), pullNumber, markedComment("a", "a new"))
			stale, ok := errors.AsType[*github.StaleCommentError](err)
			if ok != tt.stale || ok && stale.Body != tt.body {
				t.Errorf("%s: %v", tt.method, err)
			}
		})
	}
}

// Rate limits and failures have separate limits.
func TestFailureAfterRateLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFakeGitHub()
		s.AddComment(fake.Comment{PullRequest: pullNumber, Login: s.Login, Type: s.LoginType, Body: "a old"})
		s.InjectRateLimit("PATCH", "/comments", 429, 2, map[string]string{"Retry-After": "1"})
		s.InjectStatus("PATCH", "/comments", 502, 2)
		if _, err := newREST(t, s, s).UpsertComment(t.Context(), pullNumber, markedComment("a", "a new")); err != nil {
			t.Error(err)
		}
	})
}
