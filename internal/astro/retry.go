package astro

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"
)

const (
	minAttempts      = 5                // minimum number of attempts before a retryable call fails
	minOutageRetry   = 30 * time.Second // minimum time to retry a read during an outage
	attemptTimeout   = 60 * time.Second
	firstWait        = 500 * time.Millisecond // maximum of the first wait; each retry doubles it
	maxWait          = 20 * time.Second
	maxRetryAfter    = 24 * time.Hour   // larger values of Retry-After are reduced to this
	retryLogInterval = 10 * time.Second // minimum period that one log line about retries covers
)

// errUntrusted reports a server with an invalid certificate. It is not retried,
// because another attempt would get the same certificate.
var errUntrusted = errors.New("untrusted certificate")

// errPastDeadline ends a call if the deadline is earlier than the next attempt.
var errPastDeadline = fmt.Errorf("the next attempt would be after the deadline: %w", context.DeadlineExceeded)

// sendWithRetry sends a call until an attempt succeeds, an attempt can't be retried, no
// attempts are left, or ctx ends. If ctx ends, backoff v4 returns only the context's
// error, so sendWithRetry keeps the last response of the API with its request id.
func (c *Client) sendWithRetry(ctx context.Context, call Call, limit int64) ([]byte, error) {
	last := &Error{Method: call.Method, Path: call.Path}
	target, err := call.buildURL(c.baseURL)
	if err != nil {
		last.Err = err
		return nil, last
	}
	p := newRetryPolicy(ctx)
	n := 0
	attempt := func() ([]byte, error) {
		release, err := c.pacer.acquireSlot(ctx, call.Method)
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		defer release()
		n++
		body, callErr := c.sendAttempt(ctx, call, target, limit, n)
		if callErr == nil {
			return body, nil
		}
		last = callErr.mergePrevious(last)
		p.recordFailure(callErr)
		if p.rateLimited {
			c.pacer.halveRate(call.Method)
			c.pacer.pauseAll(callErr.RetryAfter)
		}
		if !callErr.isRetryable() {
			return nil, backoff.Permanent(callErr)
		}
		return nil, callErr
	}
	beforeRetry := func(_ error, wait time.Duration) {
		if last.StatusCode == http.StatusTooManyRequests {
			c.pacer.pauseAll(wait)
		}
		c.logRetry(last, wait)
	}
	body, err := backoff.RetryNotifyWithData(attempt, backoff.WithContext(p, ctx), beforeRetry)
	if err == nil {
		return body, nil
	}
	last.Unsent = n == 0
	if _, ok := errors.AsType[*Error](err); !ok { // the context or its deadline ended the call, not a response
		last.Err = joinCauses(err, last.Err)
	} else if p.pastDeadline {
		last.Err = joinCauses(errPastDeadline, last.Err)
	}
	return nil, last
}

// logRetry warns that the client will retry a call after wait, with the reason. During
// one outage many calls fail, each several times. So a line also covers the failures
// that follow within retryLogInterval, or within the Retry-After in the line.
func (c *Client) logRetry(last *Error, wait time.Duration) {
	if c.warn == nil {
		return
	}
	now := time.Now()
	c.logMu.Lock()
	covered := !now.Add(last.RetryAfter).After(c.retryLoggedUntil)
	if !covered {
		c.retryLoggedUntil = now.Add(max(last.RetryAfter+time.Second, retryLogInterval)) // another call may receive the same Retry-After a little later
	}
	c.logMu.Unlock()
	if covered {
		return
	}
	text := last.Error() + "; retrying"
	if wait >= time.Second {
		text += " in " + wait.Round(time.Second).String()
	}
	c.warn(text)
}

// mergePrevious merges e with last, the error of the previous attempts. It keeps a
// response with its request id if only a connection failure followed, because the
// response is more informative. The outcome is uncertain if it was uncertain after
// any attempt.
func (e *Error) mergePrevious(last *Error) *Error {
	merged := *e
	if e.StatusCode == 0 && last.StatusCode >= 400 {
		merged = *last
		merged.Err = e.Err
	} else if last.Err != nil && (errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded)) {
		merged.Err = joinCauses(e.Err, last.Err) // the previous error explains why time ran out
	}
	merged.OutcomeUncertain = e.OutcomeUncertain || last.OutcomeUncertain
	return &merged
}

// isRetryable reports whether the client may send the same call again without
// checking the result of this attempt. A POST is retryable only if the API didn't
// process it.
func (e *Error) isRetryable() bool {
	switch {
	case errors.Is(e.Err, context.Canceled), errors.Is(e.Err, context.DeadlineExceeded),
		errors.Is(e.Err, errTooLarge), errors.Is(e.Err, errUntrusted):
		return false
	case e.StatusCode == http.StatusTooManyRequests:
		return true
	case e.Method == http.MethodPost:
		return e.StatusCode == 0 && !e.OutcomeUncertain
	}
	switch e.StatusCode {
	case http.StatusNotFound:
		return e.FromProxy // a 404 of a gateway is probably temporary
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.StatusCode/100 == 2 || e.StatusCode == 0
}

// isOutage reports whether a read failed because Astro, or the network, is temporarily
// down. A response that doesn't have the API's format (an HTML page, a gateway's 404)
// doesn't count: the cause is more likely a wrong address.
func (e *Error) isOutage() bool {
	return e.Method == http.MethodGet && (e.StatusCode == 0 || mayHaveHappened(e.StatusCode) && e.StatusCode/100 != 2 || e.StatusCode == http.StatusTooManyRequests)
}

// mayHaveHappened reports whether the API may have executed a write with this status
// code. Of the 4xx codes, only 408 and 425 count, because a proxy sends them
// independently of the API.
func mayHaveHappened(code int) bool {
	return code/100 != 4 || code == http.StatusRequestTimeout || code == http.StatusTooEarly
}

// isUnsent reports whether err shows that no request was sent, because there was no
// connection.
func isUnsent(err error) bool {
	var op *net.OpError
	var untrusted *tls.CertificateVerificationError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &untrusted)
}

// retryPolicy decides whether a call gets another attempt, and after which wait. It
// holds the state of one call.
type retryPolicy struct {
	backoff.BackOff
	ctx          context.Context
	failures     int
	firstFailure time.Time
	inOutage     bool          // isOutage of the last failure: the read is retried for minOutageRetry
	retryAfter   time.Duration // Retry-After of the last response, which backoff v4 doesn't support
	rateLimited  bool          // the last response was a 429
	pastDeadline bool          // the next wait would end after the deadline
}

// newRetryPolicy returns a policy with full jitter: each wait is a random value in
// [0, 500ms·2ⁿ]. backoff chooses from interval ± interval, so the intervals are
// divided by 2.
func newRetryPolicy(ctx context.Context) *retryPolicy {
	return &retryPolicy{ctx: ctx, BackOff: backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstWait/2), backoff.WithMultiplier(2), backoff.WithRandomizationFactor(1),
		backoff.WithMaxInterval(maxWait/2), backoff.WithMaxElapsedTime(0),
	)}
}

// recordFailure stores the properties of a failed attempt that NextBackOff needs.
func (p *retryPolicy) recordFailure(e *Error) {
	if p.failures == 0 {
		p.firstFailure = time.Now()
	}
	p.failures++
	p.retryAfter, p.rateLimited, p.inOutage = e.RetryAfter, e.StatusCode == http.StatusTooManyRequests, e.isOutage()
}

func (p *retryPolicy) NextBackOff() time.Duration {
	if p.failures >= minAttempts && (!p.inOutage || time.Since(p.firstFailure) >= minOutageRetry) {
		return backoff.Stop
	}
	wait := max(p.BackOff.NextBackOff(), p.retryAfter)
	if p.rateLimited {
		wait = max(wait, time.Second) // the limits apply per second
	}
	if deadline, ok := p.ctx.Deadline(); ok && time.Until(deadline) < wait {
		p.pastDeadline = true
		return backoff.Stop
	}
	return wait
}

// parseRetryAfter parses a Retry-After header in seconds or with a date. It compares a
// date with the Date header of the response, because the runner's clock may be wrong.
func parseRetryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseInt(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(s, 0), int64(maxRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
