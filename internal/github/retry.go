package github

import (
	"context"
	"errors"
	"fmt"
	"time"

	api "github.com/google/go-github/v90/github"

	"astro-apply/internal/retry"
)

const (
	maxAttempts    = 3
	minOutageRetry = 30 * time.Second // minimum time of retries of a list during an outage of GitHub
	pageSize       = 100              // GitHub's maximum

	maxRateLimitWait = time.Minute // total wait for the rate limits of a request; also what GitHub recommends if an answer has no time
)

var retryPolicy = retry.Policy{First: 500 * time.Millisecond, Max: 10 * time.Second, Factor: 3, Jitter: 0.5}

// sendFunc calls the library once.
type sendFunc func(context.Context) (*api.Response, error)

// retryRule tells when a request may be sent again. Each rule includes the ones before it.
type retryRule int

const (
	afterRateLimit retryRule = iota // GitHub didn't carry out the request
	afterFailure                    // after transient errors, because carrying it out twice does no harm
	throughOutage                   // for minOutageRetry at least
)

// send sends a request again after at most two failures, and after at most two rate limits. After a rate limit it waits as long as GitHub
// asks for, but at most maxRateLimitWait in total. needs is the permission that the request
// requires.
func (r *REST) send(ctx context.Context, needs string, rule retryRule, send sendFunc) error {
	var err error
	start, remaining, rateLimits, failures := time.Now(), maxRateLimitWait, 0, 0
	for attempt := range retryPolicy.Attempts(ctx) {
		err = r.sendOnce(ctx, needs, send)
		failure, ok := errors.AsType[*apiError](err)
		if !ok {
			return err
		}
		if failure.retryAfter > 0 {
			if rateLimits++; rateLimits == maxAttempts || remaining == 0 {
				return err
			}
			attempt.Wait = min(failure.retryAfter, remaining)
			remaining -= attempt.Wait
			continue
		}
		inOutage := rule == throughOutage && failure.isOutage() && time.Since(start) < minOutageRetry
		failures++
		if rule == afterRateLimit || !isTransient(err) || failures >= maxAttempts && !inOutage {
			return err
		}
	}
	return contextError(ctx, err)
}

// sendOnce sends one request. The timeout is part of the context and not of the
// http.Client: the library doesn't close the body after an error, so the client's timer
// would continue to run.
func (r *REST) sendOnce(ctx context.Context, needs string, send sendFunc) error {
	requestCtx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	resp, err := send(requestCtx)
	return r.convertError(ctx, needs, resp, err)
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
		err := r.send(ctx, needs, throughOutage, func(ctx context.Context) (resp *api.Response, err error) {
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
