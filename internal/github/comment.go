package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	api "github.com/google/go-github/v90/github"
)

// The permissions that comments take.
const (
	readPermission  = "pull-requests: read"
	writePermission = "pull-requests: write"
)

// Comment is one of ours on a pull request.
type Comment struct {
	ID   int64
	Body string // markdown, as GitHub keeps it
	URL  string // for people

	UpdatedAt time.Time // zero where GitHub doesn't say
}

// ListOwnComments lists the comments on a pull request that were written with our
// token's login, the oldest first. Those of others are left out: anybody may
// write what looks like ours. It is an error if GitHub doesn't confirm the login.
func (r *REST) ListOwnComments(ctx context.Context, pullRequest int) ([]Comment, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	own, unconfirmed, err := r.ownComments(ctx, pullRequest)
	if err == nil && unconfirmed != nil {
		err = fmt.Errorf("GitHub doesn't confirm whose token this is, so no comment counts as ours: %w; use the default github-token, ${{ github.token }}", unconfirmed)
	}
	if err != nil {
		return nil, fmt.Errorf("pull request %d: comments: %w", pullRequest, err)
	}
	return own, nil
}

// ownComments lists our comments. unconfirmed is why GitHub didn't confirm that
// they are ours.
func (r *REST) ownComments(ctx context.Context, pullRequest int) (own []Comment, unconfirmed, err error) {
	if pullRequest <= 0 { // the library would list those of the whole repository
		return nil, nil, &apiError{text: "no such number"}
	}
	all, err := readAllPages(ctx, r, readPermission, func(ctx context.Context, o api.ListOptions) ([]*api.IssueComment, *api.Response, error) {
		return r.client.Issues.ListComments(ctx, r.owner, r.repository, pullRequest, &api.IssueListCommentsOptions{ListOptions: o})
	})
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	who, err := r.resolveIdentity(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range all {
		if r.isAuthor(who.login, c.GetUser()) {
			own = append(own, Comment{ID: c.GetID(), Body: c.GetBody(), URL: c.GetHTMLURL(), UpdatedAt: c.GetUpdatedAt().Time})
		}
	}
	slices.SortFunc(own, func(a, b Comment) int { return cmp.Compare(a.ID, b.ID) })
	return own, who.unconfirmedErr, nil
}

// createComment sends once: after a lost answer it has to be looked whether the
// comment is there.
func (r *REST) createComment(ctx context.Context, pullRequest int, body string) (url string, err error) {
	err = r.sendRateLimited(ctx, writePermission, func(ctx context.Context) (*api.Response, error) {
		c, resp, err := r.client.Issues.CreateComment(ctx, r.owner, r.repository, pullRequest, &api.IssueComment{Body: &body})
		if err == nil && c.GetID() == 0 {
			err = errEmptyResponse
		}
		url = c.GetHTMLURL()
		return resp, err
	})
	return url, err
}

// updateComment replaces a body, which may be done twice.
func (r *REST) updateComment(ctx context.Context, id int64, body string) error {
	return r.sendWithRetry(ctx, writePermission, 0, func(ctx context.Context) (*api.Response, error) {
		_, resp, err := r.client.Issues.EditComment(ctx, r.owner, r.repository, id, &api.IssueComment{Body: &body})
		return resp, err
	})
}
