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

// policy decides whether there is another attempt, and how long to wait before it. It holds the state of one call.
type policy struct {
	backoff.BackOff
	ctx      context.Context
	failures int
	since    time.Time     // the first failure
	down     bool          // the last failure may be an outage that a read outlasts
	asked    time.Duration // by the last answer's Retry-After, which backoff v4 doesn't know
	limited  bool          // the last answer was a 429
	late     bool          // the wait would outlast the deadline
}

// newPolicy draws each wait from all of [0, 500ms·2ⁿ] (full jitter): backoff
// draws from ± the interval around the interval, hence the halves.
func newPolicy(ctx context.Context) *policy {
	return &policy{ctx: ctx, BackOff: backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstWait/2), backoff.WithMultiplier(2), backoff.WithRandomizationFactor(1),
		backoff.WithMaxInterval(longestWait/2), backoff.WithMaxElapsedTime(0),
	)}
}

// failed records a failed attempt.
func (p *policy) failed(e *Error) {
	if p.failures == 0 {
		p.since = time.Now()
	}
	p.failures++
	p.asked, p.limited, p.down = e.RetryAfter, e.StatusCode == http.StatusTooManyRequests, e.outage()
}

func (p *policy) NextBackOff() time.Duration {
	if p.failures >= attempts && (!p.down || time.Since(p.since) >= outage) {
		return backoff.Stop
	}
	wait := max(p.BackOff.NextBackOff(), p.asked)
	if p.limited {
		wait = max(wait, time.Second) // the limits are those of a second
	}
	if deadline, ok := p.ctx.Deadline(); ok && time.Until(deadline) < wait {
		p.late = true
		return backoff.Stop
	}
	return wait
}

// retryAfter reads a Retry-After of either form. A date is compared with the
// answer's own Date, since the runner's clock may be off.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseInt(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(s, 0), int64(longestAsked/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), longestAsked)
}
