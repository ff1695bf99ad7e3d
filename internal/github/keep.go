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

// Kept is what became of a sticky comment.
type Kept struct {
	Action string // Created, Updated or Unchanged
	URL    string // for people
}

// Stale is the error of a comment of ours that could not be updated, or looked
// for.
type Stale struct {
	Body string // which it still has, "" where that isn't known
	Err  error
}

func (s *Stale) Error() string { return s.Err.Error() }
func (s *Stale) Unwrap() error { return s.Err }

// Keep makes body the text of the one comment of ours that mine recognizes:
// the oldest, where there are several, or a new one where there is none. mine
// must recognize body as well. A body beyond CommentLimit is an error before
// anything is sent.
func (r *REST) Keep(ctx context.Context, pullRequest int, mine func(body string) bool, body string) (Kept, error) {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	kept, err := r.keep(ctx, pullRequest, mine, strings.ToValidUTF8(body, "\uFFFD"))
	if err != nil {
		return Kept{}, fmt.Errorf("pull request %d: comment: %w", pullRequest, err)
	}
	return kept, nil
}

func (r *REST) keep(ctx context.Context, pullRequest int, mine func(string) bool, body string) (Kept, error) {
	if n := utf8.RuneCountInString(body); n > CommentLimit {
		return Kept{}, fmt.Errorf("%d characters, and GitHub takes %d", n, CommentLimit)
	}
	if !mine(body) {
		return Kept{}, errors.New("it would not be found again")
	}
	gone := map[int64]bool{}
	var lost error
	for waits, creates := newWaits(), 0; ; {
		own, _, err := r.comments(ctx, pullRequest)
		if _, refused := errors.AsType[*Refused](err); err != nil && !refused {
			return Kept{}, &Stale{Err: err}
		}
		if err != nil {
			return Kept{}, err
		}
		i := slices.IndexFunc(own, func(c Comment) bool { return !gone[c.ID] && mine(c.Body) })
		switch {
		case i < 0 && creates == attempts:
			return Kept{}, lost
		case i < 0:
			creates++
			url, err := r.create(ctx, pullRequest, body)
			if err == nil {
				return Kept{Created, url}, nil
			}
			if lost = err; !passing(err) {
				return Kept{}, err
			}
			if err := pause(ctx, waits.NextBackOff(), lost); err != nil {
				return Kept{}, err
			}
		case same(own[i].Body, body) && creates > 0: // by the one whose answer was lost
			return Kept{Created, own[i].URL}, nil
		case same(own[i].Body, body):
			return Kept{Unchanged, own[i].URL}, nil
		default:
			err := r.update(ctx, own[i].ID, body)
			if err == nil {
				return Kept{Updated, own[i].URL}, nil
			}
			if no, ok := errors.AsType[*Refused](err); !ok || no.Status != http.StatusNotFound {
				return Kept{}, &Stale{own[i].Body, err}
			}
			gone[own[i].ID] = true // somebody deleted it, though lists may still have it
		}
	}
}

// same reports whether GitHub would keep a and b as the same text.
func same(a, b string) bool { return trimmed(a) == trimmed(b) }

func trimmed(body string) string {
	return strings.TrimRight(strings.ReplaceAll(body, "\r\n", "\n"), " \t\r\n")
}
