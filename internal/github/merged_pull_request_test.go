package github_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/github"
	"astro-apply/internal/github/fake"
)

func TestFindMergedPullRequest(t *testing.T) {
	t.Parallel()
	const sha, head, last = "abcdef0123456789abcdef0123456789abcdef01", "1111111", "2222222"
	for _, tt := range []struct {
		name    string
		pulls   []fake.PullRequest
		faults  func(*fake.Server)
		want    int // number of the pull request, 0 for none
		err     string
		lookups int
		took    time.Duration
	}{
		{"merge commit", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, Commits: []string{head}}}, nil, 7, "", 1, 0},
		{"squashed", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}}, nil, 7, "", 1, 0},
		{"rebased, last commit", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, Commits: []string{last, sha}}}, nil, 7, "", 1, 0},
		{"rebased, first commit", []fake.PullRequest{{Number: 7, MergeCommitSHA: last, Merged: true, Commits: []string{last, sha}}}, nil, 7, "", 1, 0},
		{
			"others contain the commit too",
			[]fake.PullRequest{{Number: 6, Commits: []string{sha}}, {Number: 7, MergeCommitSHA: sha, Merged: true}, {Number: 8, MergeCommitSHA: last, Merged: true, Commits: []string{sha}}},
			nil, 7, "", 1, 0,
		},
		{
			"several, none with this merge commit",
			[]fake.PullRequest{{Number: 7, MergeCommitSHA: head, Merged: true, Commits: []string{sha}}, {Number: 8, MergeCommitSHA: last, Merged: true, Commits: []string{sha}}},
			nil, 0, "several merged pull requests contain it: 7, 8", 1, 0,
		},
		{
			"several with this merge commit",
			[]fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}, {Number: 8, MergeCommitSHA: sha, Merged: true}},
			nil, 0, "several merged pull requests contain it: 7, 8", 1, 0,
		},
		{"pushed without a pull request", nil, nil, 0, "", 3, 6 * time.Second},
		{"still open", []fake.PullRequest{{Number: 7, Commits: []string{sha}}}, nil, 0, "", 3, 6 * time.Second},
		{"open, with a test merge commit", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha}}, nil, 0, "", 3, 6 * time.Second},
		{"merged into another branch", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, BaseBranch: "next"}}, nil, 0, "", 3, 6 * time.Second},
		{"in another repository", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, Repository: "evil/data"}}, nil, 0, "", 3, 6 * time.Second},
		{"repository in other case", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, Repository: "Acme/data"}}, nil, 7, "", 1, 0},
		{"found at the second lookup", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}}, func(s *fake.Server) { s.EmptyLookups = 1 }, 7, "", 2, 2 * time.Second},
		{"found at the third lookup", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}}, func(s *fake.Server) { s.EmptyLookups = 2 }, 7, "", 3, 6 * time.Second},
		{"not found in three lookups", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}}, func(s *fake.Server) { s.EmptyLookups = 3 }, 0, "", 3, 6 * time.Second},
		{
			"refused", nil, func(s *fake.Server) { s.InjectStatus("GET", "/pulls", 403, 0) }, 0,
			"403 Resource not accessible by integration (needs permissions: pull-requests: read)", 1, 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := fake.New()
				for _, p := range tt.pulls {
					p.HeadSHA = fmt.Sprintf("%07d", p.Number)
					s.AddPullRequest(p)
				}
				if tt.faults != nil {
					tt.faults(s)
				}
				begin := time.Now()
				got, err := newREST(t, s, s).FindMergedPullRequest(t.Context(), sha, "main")
				if want := "commit abcdef0: pull request: " + tt.err; tt.err == "" && err != nil || tt.err != "" && (err == nil || err.Error() != want) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				var want *github.MergedPullRequest
				if tt.want != 0 {
					want = &github.MergedPullRequest{Number: tt.want, HeadSHA: fmt.Sprintf("%07d", tt.want), URL: "https://github.com/acme/data/pull/7", MergedAt: time.Date(2026, 1, 2, 4, 4, 5, 0, time.UTC)}
				}
				if got != nil {
					got.URL = strings.Replace(got.URL, "Acme", "acme", 1)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				n, took := len(s.Requests()), time.Since(begin)
				if n != tt.lookups || took < tt.took*4/5 || took > tt.took*6/5+time.Millisecond {
					t.Errorf("%d lookups in %v, want %d in about %v", n, took, tt.lookups, tt.took)
				}
			})
		})
	}
}

// The merged pull request may be on any page of the list.
func TestFindMergedPullRequestOfManyPages(t *testing.T) {
	t.Parallel()
	s := fake.New()
	for i := range 205 {
		s.AddPullRequest(fake.PullRequest{Number: i + 1, Merged: i == 204, MergeCommitSHA: "1111111", Commits: []string{"abcdef0"}})
	}
	if m, err := newREST(t, s, s).FindMergedPullRequest(t.Context(), "abcdef0", "main"); err != nil || m == nil || m.Number != 205 || len(s.Requests()) != 3 {
		t.Errorf("%v, %v after %v", m, err, sentRequests(s))
	}
}

func TestFindMergedPullRequestCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := fake.New()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if m, err := newREST(t, s, s).FindMergedPullRequest(ctx, "abcdef0", "main"); m != nil || !errors.Is(err, context.DeadlineExceeded) || len(s.Requests()) != 2 {
			t.Errorf("%v, %v after %v", m, err, sentRequests(s))
		}
	})
}

func TestFindMergedPullRequestInvalidSHA(t *testing.T) {
	t.Parallel()
	s := fake.New()
	for _, sha := range []string{"", "main", "abc", "../../x", "ABCDEF0", "abcdef0?x"} {
		if m, err := newREST(t, s, s).FindMergedPullRequest(t.Context(), sha, "main"); m != nil || err == nil || !strings.HasSuffix(err.Error(), "must be a SHA") {
			t.Errorf("%q: %v, %v", sha, m, err)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestIsMerged(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		number int
		merged bool
		faults func(*fake.Server)
		want   bool
		err    string
	}{
		{"merged", 7, true, nil, true, ""},
		{"open", 7, false, nil, false, ""},
		{"missing", 8, false, nil, false, "pull request 8: 404 Not Found (needs permissions: pull-requests: read)"},
		{
			"refused", 7, true, func(s *fake.Server) { s.InjectStatus("GET", "/pulls/7", 403, 0) }, false,
			"pull request 7: 403 Resource not accessible by integration (needs permissions: pull-requests: read)",
		},
		{"after an outage", 7, true, func(s *fake.Server) { s.InjectStatus("GET", "/pulls/7", 502, 2) }, true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newFakeGitHub()
				s.AddPullRequest(fake.PullRequest{Number: 7, Merged: tt.merged})
				if tt.faults != nil {
					tt.faults(s)
				}
				got, err := newREST(t, s, s).IsMerged(t.Context(), tt.number)
				if got != tt.want || tt.err == "" && err != nil || tt.err != "" && (err == nil || err.Error() != tt.err) {
					t.Errorf("%v, %v, want %v, %q", got, err, tt.want, tt.err)
				}
			})
		})
	}
}
