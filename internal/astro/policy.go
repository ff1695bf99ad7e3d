package astro

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v4"
)

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
