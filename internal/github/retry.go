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
	minOutageRetry = 30 * time.Second       // minimum time of retries of a list during an outage of GitHub
	firstWait      = 500 * time.Millisecond // approximate; the wait before the third attempt is three times as long
	maxWait        = 10 * time.Second       // approximate
	pageSize       = 100                    // GitHub's maximum

	maxRateLimitWait = time.Minute // total wait for the rate limits of a request; also what GitHub recommends if an answer has no time
)

func newBackoff() backoff.BackOff {
	return backoff.NewExponentialBackOff(backoff.WithInitialInterval(firstWait), backoff.WithMultiplier(3), backoff.WithMaxInterval(maxWait), backoff.WithMaxElapsedTime(0))
}

// sendFunc calls the library once.
type sendFunc func(context.Context) (*api.Response, error)

// sendRateLimited sends a request, and retries it after a rate limit, because GitHub
// didn't carry it out then. It waits as long as GitHub asks for, but at most
// maxRateLimitWait in total.
func (r *REST) sendRateLimited(ctx context.Context, needs string, send sendFunc) error {
	remaining := maxRateLimitWait
	for attempt := 1; ; attempt++ {
		err := r.sendOnce(ctx, needs, send)
		limit, ok := errors.AsType[*apiError](err)
		if !ok || limit.retryAfter == 0 || attempt == maxAttempts || remaining == 0 {
			return err
		}
		wait := min(limit.retryAfter, remaining)
		remaining -= wait
		if err := sleepContext(ctx, wait, err); err != nil {
			return err
		}
	}
}

// sendOnce sends one request. needs is the permission that the request requires. The
// timeout is part of the context and not of the http.Client: the library doesn't close
// the body after an error, so the client's timer would continue to run.
func (r *REST) sendOnce(ctx context.Context, needs string, send sendFunc) error {
	requestCtx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	resp, err := send(requestCtx)
	return r.convertError(ctx, needs, resp, err)
}

// sendWithRetry sends a request that GitHub may carry out twice. It retries transient
// errors: up to three attempts, and during an outage more of them until minDuration is over.
func (r *REST) sendWithRetry(ctx context.Context, needs string, minDuration time.Duration, send sendFunc) error {
	var last error
	start, attempts := time.Now(), 0
	try := func() error {
		last = r.sendRateLimited(ctx, needs, send)
		attempts++
		if last != nil && (!isTransient(last) || attempts >= maxAttempts && (!isOutage(last) || time.Since(start) >= minDuration)) {
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

// sleepContext waits. If ctx ends first, it returns an error that includes last, the
// error that made the caller wait.
func sleepContext(ctx context.Context, wait time.Duration, last error) error {
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return contextError(ctx, last)
	}
}

// contextError returns the error of the ended context ctx. It includes last, the error
// of the last attempt, because that explains more.
func contextError(ctx context.Context, last error) error {
	err := ctx.Err()
	if last == nil || last.Error() == err.Error() {
		return &apiError{text: err.Error(), contextErr: err}
	}
	return &apiError{text: fmt.Sprintf("%v, after: %v", err, last), contextErr: err}
}

// readAllPages reads all pages of a list.
func readAllPages[T any](ctx context.Context, r *REST, needs string, list func(context.Context, api.ListOptions) ([]*T, *api.Response, error)) ([]*T, error) {
	var all []*T
	for page := 1; page != 0; {
		var items []*T
		next := 0
		err := r.sendWithRetry(ctx, needs, minOutageRetry, func(ctx context.Context) (resp *api.Response, err error) {
			items, resp, err = list(ctx, api.ListOptions{Page: page, PerPage: pageSize})
			if err != nil {
				return resp, err
			}
			if items == nil { // the answer has no list; an empty list isn't nil
				return resp, errEmptyResponse
			}
			next = resp.NextPage
			return resp, nil
		})
		if err != nil {
			return nil, err
		}
		all, page = append(all, items...), next
	}
	return all, nil
}
