package github

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	api "github.com/google/go-github/v90/github"
)

// Permissions of a workflow's token that reading and writing comments needs.
const (
	readPermission  = "pull-requests: read"
	writePermission = "pull-requests: write"
)

// Comment is a comment on a pull request whose author is the login of the token.
type Comment struct {
	ID   int64
	Body string // Markdown, as stored by GitHub
	URL  string // address of the web page

	UpdatedAt time.Time // zero if GitHub doesn't return it
}

// ListOwnComments lists the comments on a pull request that the login of the token
// wrote, the oldest first. It ignores comments of other authors, because anyone can
// write a comment that looks like one of this program. It returns an error if GitHub
// doesn't confirm the login.
func (r *REST) ListOwnComments(ctx context.Context, pullRequest int) ([]Comment, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	own, unconfirmed, err := r.ownComments(ctx, pullRequest)
	if err == nil && unconfirmed != nil {
		err = errUnconfirmed(unconfirmed, "comments")
	}
	if err != nil {
		return nil, fmt.Errorf("pull request %d: comments: %w", pullRequest, err)
	}
	return own, nil
}

// ownComments lists the comments of the token's login. unconfirmed is the reason why
// GitHub didn't confirm that login, nil if GitHub did.
func (r *REST) ownComments(ctx context.Context, pullRequest int) (own []Comment, unconfirmed, err error) {
	if pullRequest <= 0 { // for 0, the library would list the comments of the whole repository
		return nil, nil, &apiError{text: "the number must be positive"}
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

// createComment creates a comment on a pull request or an issue. It sends the request once, because a request without
// an answer may have created the comment; the caller has to look for it.
func (r *REST) createComment(ctx context.Context, needs string, number int, body string) (url string, err error) {
	err = r.send(ctx, needs, afterRateLimit, func(ctx context.Context) (*api.Response, error) {
		c, resp, err := r.client.Issues.CreateComment(ctx, r.owner, r.repository, number, &api.IssueComment{Body: &body})
		if err == nil && c.GetID() == 0 {
			err = errEmptyResponse
		}
		url = c.GetHTMLURL()
		return resp, err
	})
	return url, err
}

// updateComment replaces the body of a comment. It retries, because a second identical
// update does no harm.
func (r *REST) updateComment(ctx context.Context, id int64, body string) error {
	return r.send(ctx, writePermission, afterFailure, func(ctx context.Context) (*api.Response, error) {
		_, resp, err := r.client.Issues.EditComment(ctx, r.owner, r.repository, id, &api.IssueComment{Body: &body})
		return resp, err
	})
}
