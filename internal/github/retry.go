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
	maxAttempts    = 3
	minOutageRetry = 30 * time.Second       // how long a list is asked for, at least, while GitHub doesn't answer properly
	firstWait      = 500 * time.Millisecond // roughly; three times as long before the third attempt
	maxWait        = 10 * time.Second       // roughly
	pageSize       = 100                    // as many as GitHub gives

	maxRateLimitWait = time.Minute // in all, for the rate limits of one request; GitHub asks for as much where it doesn't say how long
)

func newBackoff() backoff.BackOff {
	return backoff.NewExponentialBackOff(backoff.WithInitialInterval(firstWait), backoff.WithMultiplier(3), backoff.WithMaxInterval(maxWait), backoff.WithMaxElapsedTime(0))
}

// sendFunc is a call of the library.
type sendFunc func(context.Context) (*api.Response, error)

// sendRateLimited sends, and sends again after a rate limit, because GitHub carried out
// nothing then. It waits as long as GitHub asks for, in all at most rateLimitWait.
func (r *REST) sendRateLimited(ctx context.Context, needs string, send sendFunc) error {
	left := maxRateLimitWait
	for try := 1; ; try++ {
		err := r.sendOnce(ctx, needs, send)
		limit, ok := errors.AsType[*apiError](err)
		if !ok || limit.retryAfter == 0 || try == maxAttempts || left == 0 {
			return err
		}
		wait := min(limit.retryAfter, left)
		left -= wait
		if err := sleepContext(ctx, wait, err); err != nil {
			return err
		}
	}
}

// sendOnce is one request. needs is the permission that it takes. The time limit is
// not that of an http.Client, which would run on after each error: the library
// leaves the bodies of those open.
func (r *REST) sendOnce(ctx context.Context, needs string, send sendFunc) error {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	resp, err := send(limited)
	return r.convertError(ctx, needs, resp, err)
}

// sendWithRetry sends until an answer comes, at most three times, and as often as fits in least where that is more. It is for
// what may be carried out twice.
func (r *REST) sendWithRetry(ctx context.Context, needs string, least time.Duration, send sendFunc) error {
	var last error
	start, tries := time.Now(), 0
	try := func() error {
		last = r.sendRateLimited(ctx, needs, send)
		tries++
		if last != nil && (!isTransient(last) || tries >= maxAttempts && (!isOutage(last) || time.Since(start) >= least)) {
			return backoff.Permanent(last)
		}
		return last
	}
	err := backoff.Retry(try, backoff.WithContext(newBackoff(), ctx))
	if err != nil && ctx.Err() != nil {
		return contextError(ctx, last)
	}
	return err
}

// sleepContext waits. Its error is the end of ctx, and what it was waited for.
func sleepContext(ctx context.Context, wait time.Duration, last error) error {
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return contextError(ctx, last)
	}
}

// contextError is the error of a context that ended after last, which tells more.
func contextError(ctx context.Context, last error) error {
	err := ctx.Err()
	if last == nil || last.Error() == err.Error() {
		return &apiError{text: err.Error(), contextErr: err}
	}
	return &apiError{text: fmt.Sprintf("%v, after: %v", err, last), contextErr: err}
}

// readAllPages reads a whole list.
func readAllPages[T any](ctx context.Context, r *REST, needs string, list func(context.Context, api.ListOptions) ([]*T, *api.Response, error)) ([]*T, error) {
	var all []*T
	for page := 1; page != 0; {
		var some []*T
		next := 0
		err := r.sendWithRetry(ctx, needs, minOutageRetry, func(ctx context.Context) (resp *api.Response, err error) {
			some, resp, err = list(ctx, api.ListOptions{Page: page, PerPage: pageSize})
			if err != nil {
				return resp, err
			}
			if some == nil { // an empty list is not nil
				return resp, errEmptyResponse
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
