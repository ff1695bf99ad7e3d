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
	attempts       = 5
	attemptTimeout = 60 * time.Second
	firstWait      = 500 * time.Millisecond // at most; doubled each time
	longestWait    = 20 * time.Second
	longestAsked   = 24 * time.Hour // a Retry-After beyond is read as this
	toldFrom       = 5 * time.Second
)

// errUntrusted is a server whose certificate is not good. Asking again won't
// mend it.
var errUntrusted = errors.New("untrusted certificate")

// errLate ends a call whose next try would come after its deadline.
var errLate = fmt.Errorf("the next try would come too late: %w", context.DeadlineExceeded)

// send makes attempts until one succeeds, one can't be repeated, they are used
// up, or ctx ends. backoff v4 returns only the context's error then; what the
// API said last, with its requestId, is kept here.
func (c *Client) send(ctx context.Context, call Call, limit int64) ([]byte, error) {
	last := &Error{Method: call.Method, Path: call.Path}
	target, err := call.target(c.base)
	if err != nil {
		last.Err = err
		return nil, last
	}
	p := newPolicy(ctx)
	n := 0
	try := func() ([]byte, error) {
		leave, err := c.pace.enter(ctx, call.Method)
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		defer leave()
		n++
		body, fail := c.attempt(ctx, call, target, limit, n)
		if fail == nil {
			return body, nil
		}
		last, p.asked = fail.after(last), fail.RetryAfter
		if p.early = fail.StatusCode == http.StatusTooManyRequests; p.early {
			c.pace.slow(call.Method)
			c.pace.pause(fail.RetryAfter)
		}
		if !fail.repeatable() {
			return nil, backoff.Permanent(fail)
		}
		return nil, fail
	}
	pause := func(_ error, wait time.Duration) {
		if last.StatusCode == http.StatusTooManyRequests {
			c.pace.pause(wait)
		}
		if wait >= toldFrom && c.warn != nil {
			c.warn(fmt.Sprintf("%s; trying again in %s", last.Error(), wait.Round(time.Second)))
		}
	}
	b := backoff.WithContext(backoff.WithMaxRetries(p, attempts-1), ctx)
	body, err := backoff.RetryNotifyWithData(try, b, pause)
	if err == nil {
		return body, nil
	}
	last.Unsent = n == 0
	if _, ok := errors.AsType[*Error](err); !ok { // not an answer: the context or its deadline
		last.Err = join(err, last.Err)
	} else if p.late {
		last.Err = join(errLate, last.Err)
	}
	return nil, last
}

// after merges e with the attempts before it: an answer, with its requestId,
// tells more than a broken connection that followed, and a write that may have
// happened once may have happened.
func (e *Error) after(last *Error) *Error {
	merged := *e
	if e.StatusCode == 0 && last.StatusCode >= 400 {
		merged = *last
		merged.Err = e.Err
	} else if last.Err != nil && (errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded)) {
		merged.Err = join(e.Err, last.Err) // that time ran out says less than what took it
	}
	merged.Ambiguous = e.Ambiguous || last.Ambiguous
	return &merged
}

// repeatable reports whether the same call may be sent again without a look at
// what it did. A POST only where it was not processed (API notes 3.2).
func (e *Error) repeatable() bool {
	switch {
	case errors.Is(e.Err, context.Canceled), errors.Is(e.Err, context.DeadlineExceeded),
		errors.Is(e.Err, errHuge), errors.Is(e.Err, errUntrusted):
		return false
	case e.StatusCode == http.StatusTooManyRequests:
		return true
	case e.Method == http.MethodPost:
		return e.StatusCode == 0 && !e.Ambiguous
	}
	switch e.StatusCode {
	case http.StatusNotFound:
		return e.Foreign // a gateway's: the API knows better in a moment
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return e.StatusCode/100 == 2 || e.StatusCode == 0
}

// uncertain reports whether a write answered with code may have happened. Of
// the refusals (4xx) those count that a proxy sends on its own.
func uncertain(code int) bool {
	return code/100 != 4 || code == http.StatusRequestTimeout || code == http.StatusTooEarly
}

// unsent reports whether err shows that no request left: there never was a
// connection to send it on.
func unsent(err error) bool {
	var op *net.OpError
	var untrusted *tls.CertificateVerificationError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &untrusted)
}

// policy is the wait before the next attempt. It holds the state of one call.
type policy struct {
	backoff.BackOff
	ctx   context.Context
	asked time.Duration // by the last answer's Retry-After, which backoff v4 doesn't know
	early bool          // the last answer was a 429
	late  bool          // the wait would outlast the deadline
}

// newPolicy draws each wait from all of [0, 500ms·2ⁿ] (full jitter): backoff
// draws from ± the interval around the interval, hence the halves.
func newPolicy(ctx context.Context) *policy {
	return &policy{ctx: ctx, BackOff: backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(firstWait/2), backoff.WithMultiplier(2), backoff.WithRandomizationFactor(1),
		backoff.WithMaxInterval(longestWait/2), backoff.WithMaxElapsedTime(0),
	)}
}

func (p *policy) NextBackOff() time.Duration {
	wait := max(p.BackOff.NextBackOff(), p.asked)
	if p.early {
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
