package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	api "github.com/google/go-github/v90/github"
)

const (
	issuesPermission = "issues: write"

	labelColor       = "d93f0b"
	labelDescription = "Astro differs from the manifest"
)

// Issue is an issue whose author is the login of the token.
type Issue struct {
	Number int
	Body   string // Markdown, as stored by GitHub
	URL    string // address of the web page
	IsOpen bool
}

// FindOwnIssue returns the oldest issue with a label that the login of the token wrote
// and whose body matches, open or closed, or nil. It returns an error if GitHub doesn't
// confirm the login, because anyone can write an issue that looks like one of this program.
func (r *REST) FindOwnIssue(ctx context.Context, label string, matches func(body string) bool) (*Issue, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	issue, err := r.findOwnIssue(ctx, label, matches)
	if err != nil {
		return nil, fmt.Errorf("issues with the label %s: %w", label, err)
	}
	return issue, nil
}

func (r *REST) findOwnIssue(ctx context.Context, label string, matches func(body string) bool) (*Issue, error) {
	list := func(ctx context.Context, o api.ListOptions) ([]*api.Issue, *api.Response, error) {
		return r.client.Issues.ListByRepo(ctx, r.owner, r.repository, &api.IssueListByRepoOptions{
			Labels: []string{label}, State: "all", Sort: "created", Direction: "asc", ListOptions: o,
		})
	}
	all, err := readAllPages(ctx, r, issuesPermission, list)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	who, err := r.confirmIdentity(ctx, "issues")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(i *api.Issue) bool {
		isOwn := i != nil && !i.IsPullRequest() && r.isAuthor(who.login, i.GetUser())
		return isOwn && hasLabel(i, label) && matches(i.GetBody())
	})
	if i < 0 {
		return nil, nil
	}
	return newIssue(all[i]), nil
}

func newIssue(i *api.Issue) *Issue {
	return &Issue{Number: i.GetNumber(), Body: i.GetBody(), URL: i.GetHTMLURL(), IsOpen: i.GetState() == "open"}
}

func hasLabel(i *api.Issue, label string) bool {
	return slices.ContainsFunc(i.Labels, func(l *api.Label) bool { return l != nil && strings.EqualFold(l.Name, label) })
}

// CreateIssue creates an issue with a label. body must match, so that the next run finds
// the issue. A request without an answer may have created the issue, so CreateIssue looks
// for it.
func (r *REST) CreateIssue(ctx context.Context, label, title, body string, matches func(body string) bool) (*Issue, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	issue, err := r.createIssue(ctx, label, title, body, matches)
	if err != nil {
		return nil, fmt.Errorf("new issue: %w", err)
	}
	return issue, nil
}

func (r *REST) createIssue(ctx context.Context, label, title, body string, matches func(body string) bool) (*Issue, error) {
	if !matches(body) {
		return nil, errors.New("it has no marker of astro-apply, so the next run couldn't find it")
	}
	if _, err := r.confirmIdentity(ctx, "issues"); err != nil { // the next run couldn't find the issue
		return nil, err
	}
	// Without it, GitHub drops the label of the issue if the token may not create labels,
	// and then every run would create another issue.
	if err := r.ensureLabel(ctx, label); err != nil {
		return nil, err
	}
	request := api.CreateIssueRequest{Title: title, Body: &body, Labels: []string{label}}
	var createErr error
	attempts := retryPolicy
	attempts.MaxAttempts = maxAttempts
	for range attempts.Attempts(ctx) {
		var created *api.Issue
		createErr = r.send(ctx, issuesPermission, afterRateLimit, func(ctx context.Context) (*api.Response, error) {
			i, resp, err := r.client.Issues.Create(ctx, r.owner, r.repository, request)
			if err == nil && i.GetNumber() == 0 {
				err = errEmptyResponse
			}
			created = i
			return resp, err
		})
		switch {
		case createErr == nil && !hasLabel(created, label):
			return nil, fmt.Errorf("GitHub didn't set the label %s on issue %d, so the next run couldn't find it; "+
				"set the label yourself, and use a token with write access to the repository", label, created.GetNumber())
		case createErr == nil:
			return newIssue(created), nil
		case !isTransient(createErr):
			return nil, createErr
		}
		if found, err := r.findOwnIssue(ctx, label, matches); err != nil || found != nil {
			return found, err
		}
	}
	if ctx.Err() != nil {
		return nil, contextError(ctx, createErr)
	}
	return nil, createErr
}

// ensureLabel creates a label of the repository if there is none with this name.
func (r *REST) ensureLabel(ctx context.Context, label string) error {
	err := r.send(ctx, issuesPermission, throughOutage, func(ctx context.Context) (*api.Response, error) {
		_, resp, err := r.client.Issues.GetLabel(ctx, r.owner, r.repository, label)
		return resp, err
	})
	if denied, ok := errors.AsType[*PermissionError](err); !ok || denied.Status != http.StatusNotFound {
		return err
	}
	color, description := labelColor, labelDescription
	err = r.send(ctx, issuesPermission, afterFailure, func(ctx context.Context) (*api.Response, error) {
		_, resp, err := r.client.Issues.CreateLabel(ctx, r.owner, r.repository, api.CreateIssueLabelRequest{
			Name: label, Color: &color, Description: &description,
		})
		return resp, err
	})
	if failure, ok := errors.AsType[*apiError](err); ok && failure.status == http.StatusUnprocessableEntity {
		return nil // another run created it
	}
	return err
}

// UpdateIssue replaces the body of an issue, and opens or closes it.
func (r *REST) UpdateIssue(ctx context.Context, number int, body string, open bool) error {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	state := "closed"
	if open {
		state = "open"
	}
	err := r.send(ctx, issuesPermission, afterFailure, func(ctx context.Context) (*api.Response, error) {
		request := api.UpdateIssueRequest{Body: &body, State: &state}
		_, resp, err := r.client.Issues.Update(ctx, r.owner, r.repository, number, request)
		return resp, err
	})
	if err != nil {
		return fmt.Errorf("issue %d: %w", number, err)
	}
	return nil
}

// CommentOnIssue adds a comment to an issue. It sends the request once, because a request
// without an answer may have added the comment.
func (r *REST) CommentOnIssue(ctx context.Context, number int, body string) error {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	if _, err := r.createComment(ctx, issuesPermission, number, body); err != nil {
		return fmt.Errorf("issue %d: comment: %w", number, err)
	}
	return nil
}

// IsPrivate reports whether only members can see the repository.
func (r *REST) IsPrivate(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	private := false
	err := r.send(ctx, "metadata: read", throughOutage, func(ctx context.Context) (*api.Response, error) {
		repository, resp, err := r.client.Repositories.Get(ctx, r.owner, r.repository)
		private = repository.GetPrivate()
		return resp, err
	})
	if err != nil {
		return false, fmt.Errorf("repository: %w", err)
	}
	return private, nil
}
