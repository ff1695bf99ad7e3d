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

// StickyComment is a comment that UpsertComment creates once and then updates.
type StickyComment struct {
	Body    string
	Matches func(body string) bool // identifies the comment; it must match Body as well, so that the next run finds it
	// IsCurrent reports whether a comment with this body needs no update although it
	// differs from Body; nil: every difference needs an update.
	IsCurrent func(body string) bool
}

// UpsertResult is the result of UpsertComment.
type UpsertResult struct {
	Action  string // Created, Updated or Unchanged
	URL     string // address of the comment's web page
	OldBody string // body before an update
}

// StaleCommentError reports that UpsertComment could not update an existing comment, or
// could not find out whether one exists. So the pull request may show an outdated comment.
type StaleCommentError struct {
	Body string // current body of the comment, "" if unknown
	Err  error
}

func (s *StaleCommentError) Error() string { return s.Err.Error() }
func (s *StaleCommentError) Unwrap() error { return s.Err }

// UpsertComment updates the oldest comment of the token's login that c matches, or
// creates a comment if c matches none. If its body is longer than CommentLimit,
// UpsertComment returns an error and sends no request.
func (r *REST) UpsertComment(ctx context.Context, pullRequest int, c StickyComment) (UpsertResult, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	c.Body = strings.ToValidUTF8(c.Body, "\uFFFD")
	result, err := r.upsertComment(ctx, pullRequest, c)
	if err != nil {
		return UpsertResult{}, fmt.Errorf("pull request %d: comment: %w", pullRequest, err)
	}
	return result, nil
}

func (r *REST) upsertComment(ctx context.Context, pullRequest int, sticky StickyComment) (UpsertResult, error) {
	if n := utf8.RuneCountInString(sticky.Body); n > CommentLimit {
		return UpsertResult{}, fmt.Errorf("it has %d characters; it must have at most %d", n, CommentLimit)
	}
	if !sticky.Matches(sticky.Body) {
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
		i := slices.IndexFunc(own, func(c Comment) bool { return !deleted[c.ID] && sticky.Matches(c.Body) })
		switch {
		case i < 0 && creates == maxAttempts:
			return UpsertResult{}, createErr
		case i < 0:
			creates++
			url, err := r.createComment(ctx, writePermission, pullRequest, sticky.Body)
			if err == nil {
				return UpsertResult{Action: Created, URL: url}, nil
			}
			if createErr = err; !isTransient(err) {
				return UpsertResult{}, err
			}
		case sticky.isShownBy(own[i].Body) && creates > 0: // GitHub carried out a create that had no answer
			return UpsertResult{Action: Created, URL: own[i].URL}, nil
		case sticky.isShownBy(own[i].Body):
			return UpsertResult{Action: Unchanged, URL: own[i].URL}, nil
		default:
			err := r.updateComment(ctx, own[i].ID, sticky.Body)
			if err == nil {
				return UpsertResult{Updated, own[i].URL, own[i].Body}, nil
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

// isShownBy reports whether a comment with this body needs no update.
func (c StickyComment) isShownBy(body string) bool {
	return IsSameBody(body, c.Body) || c.IsCurrent != nil && c.IsCurrent(body)
}

// IsSameBody reports whether GitHub would store a and b as the same text.
func IsSameBody(a, b string) bool { return trimBody(a) == trimBody(b) }

func trimBody(body string) string {
	return strings.TrimRight(strings.ReplaceAll(body, "\r\n", "\n"), " \t\r\n")
}
