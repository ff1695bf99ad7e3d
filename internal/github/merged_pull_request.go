package github

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	api "github.com/google/go-github/v90/github"

	"astro-apply/internal/retry"
)

// mergeLookups are the lookups of a pull request, because GitHub needs a moment to connect
// commits with pull requests.
var mergeLookups = retry.Policy{
	First: 2 * time.Second, Max: 4 * time.Second, Factor: 2, Jitter: 0.2, MaxAttempts: maxAttempts,
}

// MergedPullRequest is a merged pull request.
type MergedPullRequest struct {
	Number  int
	HeadSHA string // newest commit of the pull request, for which its runs planned
	URL     string // address of the web page

	MergedAt time.Time
}

// IsMerged reports whether a pull request of the repository is merged.
func (r *REST) IsMerged(ctx context.Context, pullRequest int) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	merged := false
	err := r.send(ctx, readPermission, throughOutage, func(ctx context.Context) (*api.Response, error) {
		p, resp, err := r.client.PullRequests.Get(ctx, r.owner, r.repository, pullRequest)
		if err == nil && p.GetNumber() != pullRequest {
			err = errEmptyResponse
		}
		merged = p.GetMerged() || !p.GetMergedAt().IsZero()
		return resp, err
	})
	if err != nil {
		return false, fmt.Errorf("pull request %d: %w", pullRequest, err)
	}
	return merged, nil
}

var shaPattern = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// FindMergedPullRequest returns the pull request of the repository whose merge added
// commit sha to branch, by a merge commit, squashed or rebased. It returns nil for a
// commit that was pushed without a pull request, after three lookups in about six seconds.
// If several pull requests are possible, it returns an error with their numbers.
func (r *REST) FindMergedPullRequest(ctx context.Context, sha, branch string) (*MergedPullRequest, error) {
	if !shaPattern.MatchString(sha) {
		return nil, fmt.Errorf("commit %.12q: must be a SHA", sha)
	}
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	m, err := r.findMerged(ctx, sha, branch)
	if err != nil {
		return nil, fmt.Errorf("commit %s: pull request: %w", sha[:7], err)
	}
	return m, nil
}

func (r *REST) findMerged(ctx context.Context, sha, branch string) (*MergedPullRequest, error) {
	var found []*api.PullRequest
	for range mergeLookups.Attempts(ctx) {
		all, err := readAllPages(ctx, r, readPermission, func(ctx context.Context, o api.ListOptions) ([]*api.PullRequest, *api.Response, error) {
			return r.client.PullRequests.ListPullRequestsWithCommit(ctx, r.owner, r.repository, sha, &o)
		})
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(all, func(p *api.PullRequest) bool { return !r.isMergedInto(p, branch) })
		if len(found) > 0 {
			break
		}
	}
	switch {
	case len(found) == 0 && ctx.Err() != nil:
		return nil, contextError(ctx, errors.New("no pull request found yet"))
	case len(found) == 0:
		return nil, nil
	}
	// Other pull requests may contain the commit too: a branch that was started from it,
	// or a branch that was merged in several steps.
	if exact := slices.DeleteFunc(slices.Clone(found), func(p *api.PullRequest) bool { return p.GetMergeCommitSHA() != sha }); len(exact) > 0 {
		found = exact
	}
	if len(found) > 1 {
		var numbers []string
		for _, p := range found {
			numbers = append(numbers, fmt.Sprint(p.GetNumber()))
		}
		return nil, fmt.Errorf("several merged pull requests contain it: %s", strings.Join(numbers, ", "))
	}
	p := found[0]
	return &MergedPullRequest{Number: p.GetNumber(), HeadSHA: p.GetHead().GetSHA(), URL: p.GetHTMLURL(), MergedAt: p.GetMergedAt().Time}, nil
}

// isMergedInto reports whether p was merged into branch of the repository.
func (r *REST) isMergedInto(p *api.PullRequest, branch string) bool {
	base := p.GetBase()
	return p.MergedAt != nil && base.GetRef() == branch && strings.EqualFold(base.GetRepo().GetFullName(), r.owner+"/"+r.repository)
}
