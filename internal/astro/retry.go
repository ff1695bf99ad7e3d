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

	"astro-apply/internal/retry"
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

// retryPolicy has full jitter: each wait is a random value between 0 and twice its interval.
var retryPolicy = retry.Policy{First: firstWait / 2, Max: maxWait / 2, Factor: 2, Jitter: 1}

// errUntrusted reports a server with an invalid certificate. It is not retried,
// because another attempt would get the same certificate.
var errUntrusted = errors.New("untrusted certificate")

// errPastDeadline ends a call if the deadline is earlier than the next attempt.
var errPastDeadline = fmt.Errorf("the next attempt would be after the deadline: %w", context.DeadlineExceeded)

// sendWithRetry sends a call until an attempt succeeds, an attempt can't be retried, no
// attempts are left, or ctx ends. Its error has the last response of the API, with its
// request id, also if ctx ends.
func (c *Client) sendWithRetry(ctx context.Context, call Call, limit int64) ([]byte, error) {
	last := &Error{Method: call.Method, Path: call.Path}
	target, err := call.buildURL(c.baseURL)
	if err != nil {
		last.Err = err
		return nil, last
	}
	var firstFailure time.Time
	for attempt := range retryPolicy.Attempts(ctx) {
		body, callErr := c.sendPaced(ctx, call, target, limit, attempt.Number)
		switch {
		case callErr == nil:
			return body, nil
		case callErr.Unsent:
			last.Unsent = attempt.Number == 1
			last.Err = joinCauses(callErr.Err, last.Err)
			return nil, last
		}
		if attempt.Number == 1 {
			firstFailure = time.Now()
		}
		last = callErr.mergePrevious(last)
		attempt.Wait = max(attempt.Wait, callErr.minWait())
		switch deadline, ok := ctx.Deadline(); {
		case !callErr.isRetryable():
			return nil, last
		case ctx.Err() != nil: // the end of the loop
		case attempt.Number >= minAttempts && (!callErr.isOutage() || time.Since(firstFailure) >= minOutageRetry):
			return nil, last
		case ok && time.Until(deadline) < attempt.Wait:
			last.Err = joinCauses(errPastDeadline, last.Err)
			return nil, last
		default:
			if last.StatusCode == http.StatusTooManyRequests {
				c.pacer.pauseAll(attempt.Wait)
			}
			c.logRetry(last, attempt.Number, attempt.Wait)
		}
	}
	last.Err = joinCauses(ctx.Err(), last.Err)
	return nil, last
}

// sendPaced sends the call once, when the rate limits permit it.
func (c *Client) sendPaced(ctx context.Context, call Call, target string, limit int64, n int) ([]byte, *Error) {
	release, err := c.pacer.acquireSlot(ctx, call.Method)
	if err != nil {
		return nil, &Error{Unsent: true, Err: err}
	}
	defer release()
	body, callErr := c.sendAttempt(ctx, call, target, limit, n)
	if callErr.hasStatus(http.StatusTooManyRequests) {
		c.pacer.halveRate(call.Method)
		c.pacer.pauseAll(callErr.RetryAfter)
	}
	return body, callErr
}

// minWait returns the minimum wait before the next attempt.
func (e *Error) minWait() time.Duration {
	if e.StatusCode == http.StatusTooManyRequests {
		return max(e.RetryAfter, time.Second) // the limits apply per second
	}
	return e.RetryAfter
}

// logRetry warns that attempt number failed, with the reason, and that another follows after wait. During
// one outage many calls fail, each several times. So a line also covers the failures
// that follow within retryLogInterval, or within the Retry-After in the line.
func (c *Client) logRetry(last *Error, number int, wait time.Duration) {
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
	text := fmt.Sprintf("%v; attempt %d failed, retrying", last, number)
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
	return e.Method == http.MethodGet &&
		(e.StatusCode == 0 || e.mayHaveHappened() && e.StatusCode/100 != 2 || e.StatusCode == http.StatusTooManyRequests)
}

// mayHaveHappened reports whether the API may have executed a write with this status
// code. Of the 4xx codes, only 408 and 425 count, because a proxy sends them
// independently of the API.
func (e *Error) mayHaveHappened() bool {
	return e.StatusCode/100 != 4 || e.StatusCode == http.StatusRequestTimeout || e.StatusCode == http.StatusTooEarly
}

// hadNoConnection reports whether err shows that no request was sent, because there was no
// connection.
func hadNoConnection(err error) bool {
	var op *net.OpError
	var untrusted *tls.CertificateVerificationError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &untrusted)
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
