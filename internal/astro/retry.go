package astro

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v4"
)

const (
	attempts       = 5                // of a call, at least
	outage         = 30 * time.Second // how long a read is repeated for, at least, while Astro doesn't answer properly
	attemptTimeout = 60 * time.Second
	firstWait      = 500 * time.Millisecond // at most; doubled each time
	longestWait    = 20 * time.Second
	longestAsked   = 24 * time.Hour   // a Retry-After beyond is read as this
	quiet          = 10 * time.Second // that a line of the log about repeated calls covers, at least
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
		last = fail.after(last)
		p.failed(fail)
		if p.limited {
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
		c.logRetry(last, wait)
	}
	body, err := backoff.RetryNotifyWithData(try, backoff.WithContext(p, ctx), pause)
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

// logRetry warns that a call is repeated after wait, and why. Many calls meet one outage, and each several times, so a
// line covers what follows within a quiet time, or within the Retry-After that it shows.
func (c *Client) logRetry(last *Error, wait time.Duration) {
	if c.warn == nil {
		return
	}
	now := time.Now()
	c.logging.Lock()
	covered := !now.Add(last.RetryAfter).After(c.logged)
	if !covered {
		c.logged = now.Add(max(last.RetryAfter+time.Second, quiet)) // the next one may say the same a little later
	}
	c.logging.Unlock()
	if covered {
		return
	}
	text := last.Error() + "; trying again"
	if wait >= time.Second {
		text += " in " + wait.Round(time.Second).String()
	}
	c.warn(text)
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

// outage reports whether a read failed because Astro, or the way to it, is down for a while. An answer that is none of
// the API's (a page, a gateway's 404) more likely comes from a wrong address.
func (e *Error) outage() bool {
	return e.Method == http.MethodGet && (e.StatusCode == 0 || uncertain(e.StatusCode) && e.StatusCode/100 != 2 || e.StatusCode == http.StatusTooManyRequests)
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
