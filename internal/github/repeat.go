package github

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v4"
	api "github.com/google/go-github/v90/github"
)

const (
	attempts    = 3
	outage      = 30 * time.Second       // how long a list is asked for, at least, while GitHub doesn't answer properly
	firstWait   = 500 * time.Millisecond // roughly; three times as long before the third attempt
	longestWait = 10 * time.Second       // roughly
	pageSize    = 100                    // as many as GitHub gives

	rateLimitWait = time.Minute // in all, for the rate limits of one request; GitHub asks for as much where it doesn't say how long
)

func newWaits() backoff.BackOff {
	return backoff.NewExponentialBackOff(backoff.WithInitialInterval(firstWait), backoff.WithMultiplier(3), backoff.WithMaxInterval(longestWait), backoff.WithMaxElapsedTime(0))
}

// request is a call of the library.
type request func(context.Context) (*api.Response, error)

// once sends, and sends again after a rate limit, because GitHub carried out
// nothing then. It waits as long as GitHub asks for, in all at most rateLimitWait.
func (r *REST) once(ctx context.Context, needs string, send request) error {
	left := rateLimitWait
	for try := 1; ; try++ {
		err := r.send(ctx, needs, send)
		limit, ok := errors.AsType[*fault](err)
		if !ok || limit.wait == 0 || try == attempts || left == 0 {
			return err
		}
		wait := min(limit.wait, left)
		left -= wait
		if err := pause(ctx, wait, err); err != nil {
			return err
		}
	}
}

// send is one request. needs is the permission that it takes. The time limit is
// not that of an http.Client, which would run on after each error: the library
// leaves the bodies of those open.
func (r *REST) send(ctx context.Context, needs string, send request) error {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	resp, err := send(limited)
	return r.explain(ctx, needs, resp, err)
}

// repeat sends until an answer comes, at most three times, and as often as fits in least where that is more. It is for
// what may be carried out twice.
func (r *REST) repeat(ctx context.Context, needs string, least time.Duration, send request) error {
	var last error
	start, tries := time.Now(), 0
	try := func() error {
		last = r.once(ctx, needs, send)
		tries++
		if last != nil && (!passing(last) || tries >= attempts && (!down(last) || time.Since(start) >= least)) {
			return backoff.Permanent(last)
		}
		return last
	}
	err := backoff.Retry(try, backoff.WithContext(newWaits(), ctx))
	if err != nil && ctx.Err() != nil {
		return ended(ctx, last)
	}
	return err
}

// pause waits. Its error is the end of ctx, and what it was waited for.
func pause(ctx context.Context, wait time.Duration, last error) error {
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ended(ctx, last)
	}
}

// ended is the error of a context that ended after last, which tells more.
func ended(ctx context.Context, last error) error {
	err := ctx.Err()
	if last == nil || last.Error() == err.Error() {
		return &fault{text: err.Error(), ended: err}
	}
	return &fault{text: fmt.Sprintf("%v, after: %v", err, last), ended: err}
}

// pages reads a whole list.
func pages[T any](ctx context.Context, r *REST, needs string, list func(context.Context, api.ListOptions) ([]*T, *api.Response, error)) ([]*T, error) {
	var all []*T
	for page := 1; page != 0; {
		var some []*T
		next := 0
		err := r.repeat(ctx, needs, outage, func(ctx context.Context) (resp *api.Response, err error) {
			some, resp, err = list(ctx, api.ListOptions{Page: page, PerPage: pageSize})
			if err != nil {
				return resp, err
			}
			if some == nil { // an empty list is not nil
				return resp, errEmpty
			}
			next = resp.NextPage
			return resp, nil
		})
		if err != nil {
			return nil, err
		}
		all, page = append(all, some...), next
	}
	return all, nil
}
