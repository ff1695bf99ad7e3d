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

// CommentLimit is how many characters GitHub takes in a comment.
const CommentLimit = 65536

// What Keep did.
const (
	Created   = "created"
	Updated   = "updated"
	Unchanged = "unchanged"
)

// UpsertResult is what became of a sticky comment.
type UpsertResult struct {
	Action string // Created, Updated or Unchanged
	URL    string // for people
}

// StaleCommentError is the error of a comment of ours that could not be updated, or looked
// for.
type StaleCommentError struct {
	Body string // which it still has, "" where that isn't known
	Err  error
}

func (s *StaleCommentError) Error() string { return s.Err.Error() }
func (s *StaleCommentError) Unwrap() error { return s.Err }

// UpsertComment makes body the text of the one comment of ours that mine recognizes:
// the oldest, where there are several, or a new one where there is none. mine
// must recognize body as well. A body beyond CommentLimit is an error before
// anything is sent.
func (r *REST) UpsertComment(ctx context.Context, pullRequest int, mine func(body string) bool, body string) (UpsertResult, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	kept, err := r.upsertComment(ctx, pullRequest, mine, strings.ToValidUTF8(body, "\uFFFD"))
	if err != nil {
		return UpsertResult{}, fmt.Errorf("pull request %d: comment: %w", pullRequest, err)
	}
	return kept, nil
}

func (r *REST) upsertComment(ctx context.Context, pullRequest int, mine func(string) bool, body string) (UpsertResult, error) {
	if n := utf8.RuneCountInString(body); n > CommentLimit {
		return UpsertResult{}, fmt.Errorf("%d characters, and GitHub takes %d", n, CommentLimit)
	}
	if !mine(body) {
		return UpsertResult{}, errors.New("it would not be found again")
	}
	gone := map[int64]bool{}
	var lost error
	for waits, creates := newBackoff(), 0; ; {
		own, _, err := r.ownComments(ctx, pullRequest)
		if _, refused := errors.AsType[*PermissionError](err); err != nil && !refused {
			return UpsertResult{}, &StaleCommentError{Err: err}
		}
		if err != nil {
			return UpsertResult{}, err
		}
		i := slices.IndexFunc(own, func(c Comment) bool { return !gone[c.ID] && mine(c.Body) })
		switch {
		case i < 0 && creates == maxAttempts:
			return UpsertResult{}, lost
		case i < 0:
			creates++
			url, err := r.createComment(ctx, pullRequest, body)
			if err == nil {
				return UpsertResult{Created, url}, nil
			}
			if lost = err; !isTransient(err) {
				return UpsertResult{}, err
			}
			if err := sleepContext(ctx, waits.NextBackOff(), lost); err != nil {
				return UpsertResult{}, err
			}
		case isSameBody(own[i].Body, body) && creates > 0: // by the one whose answer was lost
			return UpsertResult{Created, own[i].URL}, nil
		case isSameBody(own[i].Body, body):
			return UpsertResult{Unchanged, own[i].URL}, nil
		default:
			err := r.updateComment(ctx, own[i].ID, body)
			if err == nil {
				return UpsertResult{Updated, own[i].URL}, nil
			}
			if no, ok := errors.AsType[*PermissionError](err); !ok || no.Status != http.StatusNotFound {
				return UpsertResult{}, &StaleCommentError{own[i].Body, err}
			}
			gone[own[i].ID] = true // somebody deleted it, though lists may still have it
		}
	}
}

// isSameBody reports whether GitHub would keep a and b as the same text.
func isSameBody(a, b string) bool { return trimBody(a) == trimBody(b) }

func trimBody(body string) string {
	return strings.TrimRight(strings.ReplaceAll(body, "\r\n", "\n"), " \t\r\n")
}
