package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// CommentLimit is the maximum number of characters of a comment on GitHub.
const CommentLimit = 65536

// Values of UpsertResult.Action.
const (
	Created   = "created"
	Updated   = "updated"
	Unchanged = "unchanged"
)

// UpsertResult is the result of UpsertComment.
type UpsertResult struct {
	Action string // Created, Updated or Unchanged
	URL    string // address of the comment's web page
}

// StaleCommentError reports that UpsertComment could not update an existing comment, or
// could not find out whether one exists. So the pull request may show an outdated comment.
type StaleCommentError struct {
	Body string // current body of the comment, "" if unknown
	Err  error
}

func (s *StaleCommentError) Error() string { return s.Err.Error() }
func (s *StaleCommentError) Unwrap() error { return s.Err }

// UpsertComment updates the oldest comment of the token's login that matches, or creates
// a comment if none matches. body must match as well, so that the next run finds the
// comment. If body is longer than CommentLimit, UpsertComment returns an error and sends
// no request.
func (r *REST) UpsertComment(ctx context.Context, pullRequest int, matches func(body string) bool, body string) (UpsertResult, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	result, err := r.upsertComment(ctx, pullRequest, matches, strings.ToValidUTF8(body, "\uFFFD"))
	if err != nil {
		return UpsertResult{}, fmt.Errorf("pull request %d: comment: %w", pullRequest, err)
	}
	return result, nil
}

func (r *REST) upsertComment(ctx context.Context, pullRequest int, matches func(string) bool, body string) (UpsertResult, error) {
	if n := utf8.RuneCountInString(body); n > CommentLimit {
		return UpsertResult{}, fmt.Errorf("it has %d characters; it must have at most %d", n, CommentLimit)
	}
	if !matches(body) {
		return UpsertResult{}, errors.New("it has no marker of astro-apply, so the next run couldn't find it")
	}
	deleted := map[int64]bool{}
	var createErr error
	creates := 0
	for attempt := range retryPolicy.Attempts(ctx) {
		own, _, err := r.ownComments(ctx, pullRequest)
		if _, forbidden := errors.AsType[*PermissionError](err); err != nil && !forbidden {
			return UpsertResult{}, &StaleCommentError{Err: err}
		}
		if err != nil {
			return UpsertResult{}, err
		}
		i := slices.IndexFunc(own, func(c Comment) bool { return !deleted[c.ID] && matches(c.Body) })
		switch {
		case i < 0 && creates == maxAttempts:
			return UpsertResult{}, createErr
		case i < 0:
			creates++
			url, err := r.createComment(ctx, pullRequest, body)
			if err == nil {
				return UpsertResult{Created, url}, nil
			}
			if createErr = err; !isTransient(err) {
				return UpsertResult{}, err
			}
		case isSameBody(own[i].Body, body) && creates > 0: // GitHub carried out a create that had no answer
			return UpsertResult{Created, own[i].URL}, nil
		case isSameBody(own[i].Body, body):
			return UpsertResult{Unchanged, own[i].URL}, nil
		default:
			err := r.updateComment(ctx, own[i].ID, body)
			if err == nil {
				return UpsertResult{Updated, own[i].URL}, nil
			}
			if denied, ok := errors.AsType[*PermissionError](err); !ok || denied.Status != http.StatusNotFound {
				return UpsertResult{}, &StaleCommentError{own[i].Body, err}
			}
			deleted[own[i].ID] = true // a user deleted the comment, but lists may still contain it
			attempt.Wait = 0
		}
	}
	return UpsertResult{}, contextError(ctx, createErr)
}

// isSameBody reports whether GitHub would store a and b as the same text.
func isSameBody(a, b string) bool { return trimBody(a) == trimBody(b) }

func trimBody(body string) string {
	return strings.TrimRight(strings.ReplaceAll(body, "\r\n", "\n"), " \t\r\n")
}
