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
	minAttempts      = 5                // of a call, at least
	minOutageRetry   = 30 * time.Second // how long a read is repeated for, at least, while Astro doesn't answer properly
	attemptTimeout   = 60 * time.Second
	firstWait        = 500 * time.Millisecond // at most; doubled each time
	maxWait          = 20 * time.Second
	maxRetryAfter    = 24 * time.Hour   // a Retry-After beyond is read as this
	retryLogInterval = 10 * time.Second // that a line of the log about repeated calls covers, at least
)

// errUntrusted is a server whose certificate is not good. Asking again won't
// mend it.
var errUntrusted = errors.New("untrusted certificate")

// errPastDeadline ends a call whose next try would come after its deadline.
var errPastDeadline = fmt.Errorf("the next try would come too late: %w", context.DeadlineExceeded)

// sendWithRetry makes attempts until one succeeds, one can't be repeated, they are used
// up, or ctx ends. backoff v4 returns only the context's error then; what the
// API said last, with its requestId, is kept here.
func (c *Client) sendWithRetry(ctx context.Context, call Call, limit int64) ([]byte, error) {
	last := &Error{Method: call.Method, Path: call.Path}
	target, err := call.buildURL(c.baseURL)
	if err != nil {
		last.Err = err
		return nil, last
	}
	p := newRetryPolicy(ctx)
	n := 0
	try := func() ([]byte, error) {
		leave, err := c.pacer.acquireSlot(ctx, call.Method)
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		defer leave()
		n++
		body, fail := c.sendAttempt(ctx, call, target, limit, n)
		if fail == nil {
			return body, nil
		}
		last = fail.mergePrevious(last)
		p.recordFailure(fail)
		if p.rateLimited {
			c.pacer.halveRate(call.Method)
			c.pacer.pauseAll(fail.RetryAfter)
		}
		if !fail.isRetryable() {
			return nil, backoff.Permanent(fail)
		}
		return nil, fail
	}
	pause := func(_ error, wait time.Duration) {
		if last.StatusCode == http.StatusTooManyRequests {
			c.pacer.pauseAll(wait)
		}
		c.logRetry(last, wait)
	}
	body, err := backoff.RetryNotifyWithData(try, backoff.WithContext(p, ctx), pause)
	if err == nil {
		return body, nil
	}
	last.Unsent = n == 0
	if _, ok := errors.AsType[*Error](err); !ok { // not an answer: the context or its deadline
		last.Err = joinCauses(err, last.Err)
	} else if p.pastDeadline {
		last.Err = joinCauses(errPastDeadline, last.Err)
	}
	return nil, last
}

// logRetry warns that a call is repeated after wait, and why. Many calls meet one outage, and each several times, so a
// line covers what follows within a quiet time, or within the Retry-After that it shows.
func (c *Client) logRetry(last *Error, wait time.Duration) {
	if c.warn == nil {
		return
	}
	now := time.Now()
	c.logMu.Lock()
	covered := !now.Add(last.RetryAfter).After(c.retryLoggedUntil)
	if !covered {
		c.retryLoggedUntil = now.Add(max(last.RetryAfter+time.Second, retryLogInterval)) // the next one may say the same a little later
	}
	c.logMu.Unlock()
	if covered {
		return
	}
	text := last.Error() + "; trying again"
	if wait >= time.Second {
		text += " in " + wait.Round(time.Second).String()
	}
	c.warn(text)
}

// mergePrevious merges e with the attempts before it: an answer, with its requestId,
// tells more than a broken connection that followed, and a write that may have
// happened once may have happened.
func (e *Error) mergePrevious(last *Error) *Error {
	merged := *e
	if e.StatusCode == 0 && last.StatusCode >= 400 {
		merged = *last
		merged.Err = e.Err
	} else if last.Err != nil && (errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded)) {
		merged.Err = joinCauses(e.Err, last.Err) // that time ran out says less than what took it
	}
	merged.OutcomeUncertain = e.OutcomeUncertain || last.OutcomeUncertain
	return &merged
}

// isRetryable reports whether the same call may be sent again without a look at
// what it did. A POST only where it was not processed (API notes 3.2).
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
		return e.FromProxy // a gateway's: the API knows better in a moment
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.StatusCode/100 == 2 || e.StatusCode == 0
}

// isOutage reports whether a read failed because Astro, or the way to it, is down for a while. An answer that is none of
// the API's (a page, a gateway's 404) more likely comes from a wrong address.
func (e *Error) isOutage() bool {
	return e.Method == http.MethodGet && (e.StatusCode == 0 || mayHaveHappened(e.StatusCode) && e.StatusCode/100 != 2 || e.StatusCode == http.StatusTooManyRequests)
}

// mayHaveHappened reports whether a write answered with code may have happened. Of
// the refusals (4xx) those count that a proxy sends on its own.
func mayHaveHappened(code int) bool {
	return code/100 != 4 || code == http.StatusRequestTimeout || code == http.StatusTooEarly
}

// isUnsent reports whether err shows that no request left: there never was a
// connection to send it on.
func isUnsent(err error) bool {
	var op *net.OpError
	var untrusted *tls.CertificateVerificationError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &untrusted)
}

// retryPolicy decides whether there is another attempt, and how long to wait before it. It holds the state of one call.
type retryPolicy struct {
	backoff.BackOff
	ctx          context.Context
	failures     int
	firstFailure time.Time     // the first failure
	inOutage     bool          // the last failure may be an outage that a read outlasts
	retryAfter   time.Duration // by the last answer's Retry-After, which backoff v4 doesn't know
	rateLimited  bool          // the last answer was a 429
	pastDeadline bool          // the wait would outlast the deadline
}

// newRetryPolicy draws each wait from all of [0, 500ms·2ⁿ] (full jitter): backoff
// draws from ± the interval around the interval, hence the halves.
func newRetryPolicy(ctx context.Context) *retryPolicy {
	return &retryPolicy{ctx: ctx, BackOff: backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstWait/2), backoff.WithMultiplier(2), backoff.WithRandomizationFactor(1),
		backoff.WithMaxInterval(maxWait/2), backoff.WithMaxElapsedTime(0),
	)}
}

// recordFailure records a failed attempt.
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
		wait = max(wait, time.Second) // the limits are those of a second
	}
	if deadline, ok := p.ctx.Deadline(); ok && time.Until(deadline) < wait {
		p.pastDeadline = true
		return backoff.Stop
	}
	return wait
}

// parseRetryAfter reads a Retry-After of either form. A date is compared with the
// answer's own Date, since the runner's clock may be off.
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
