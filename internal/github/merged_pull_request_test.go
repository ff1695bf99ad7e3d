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
		name  string
		pulls []fake.PullRequest
		wrong func(*fake.Server)
		want  int // 0: none
		err   string
		asked int
		took  time.Duration
	}{
		{"merge commit", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, Commits: []string{head}}}, nil, 7, "", 1, 0},
		{"squashed", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}}, nil, 7, "", 1, 0},
		{"rebased, its last", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, Commits: []string{last, sha}}}, nil, 7, "", 1, 0},
		{"rebased, its first", []fake.PullRequest{{Number: 7, MergeCommitSHA: last, Merged: true, Commits: []string{last, sha}}}, nil, 7, "", 1, 0},
		{
			"others hold it too",
			[]fake.PullRequest{{Number: 6, Commits: []string{sha}}, {Number: 7, MergeCommitSHA: sha, Merged: true}, {Number: 8, MergeCommitSHA: last, Merged: true, Commits: []string{sha}}},
			nil, 7, "", 1, 0,
		},
		{
			"several, none of them exactly",
			[]fake.PullRequest{{Number: 7, MergeCommitSHA: head, Merged: true, Commits: []string{sha}}, {Number: 8, MergeCommitSHA: last, Merged: true, Commits: []string{sha}}},
			nil, 0, "several were merged with it: 7, 8", 1, 0,
		},
		{
			"several, exactly",
			[]fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}, {Number: 8, MergeCommitSHA: sha, Merged: true}},
			nil, 0, "several were merged with it: 7, 8", 1, 0,
		},
		{"pushed", nil, nil, 0, "", 3, 6 * time.Second},
		{"still open", []fake.PullRequest{{Number: 7, Commits: []string{sha}}}, nil, 0, "", 3, 6 * time.Second},
		{"open, with a merge commit to try", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha}}, nil, 0, "", 3, 6 * time.Second},
		{"to another branch", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, BaseBranch: "next"}}, nil, 0, "", 3, 6 * time.Second},
		{"of another repository", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, Repository: "evil/data"}}, nil, 0, "", 3, 6 * time.Second},
		{"in other letters", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true, Repository: "Acme/data"}}, nil, 7, "", 1, 0},
		{"late", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}}, func(s *fake.Server) { s.EmptyLookups = 1 }, 7, "", 2, 2 * time.Second},
		{"very late", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}}, func(s *fake.Server) { s.EmptyLookups = 2 }, 7, "", 3, 6 * time.Second},
		{"too late", []fake.PullRequest{{Number: 7, MergeCommitSHA: sha, Merged: true}}, func(s *fake.Server) { s.EmptyLookups = 3 }, 0, "", 3, 6 * time.Second},
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
				if tt.wrong != nil {
					tt.wrong(s)
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
				if n := len(s.Requests()); n != tt.asked || time.Since(begin) != tt.took {
					t.Errorf("asked %d times in %v, want %d in %v", n, time.Since(begin), tt.asked, tt.took)
				}
			})
		})
	}
}

// The one that counts may be on any page.
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
		if m, err := newREST(t, s, s).FindMergedPullRequest(t.Context(), sha, "main"); m != nil || err == nil || !strings.HasSuffix(err.Error(), "not a SHA") {
			t.Errorf("%q: %v, %v", sha, m, err)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}
