package astro

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Attempt is one request that was sent and what came of it.
type Attempt struct {
	Method     string
	Path       string // the call's template
	StatusCode int    // 0 without an answer
	RequestID  string
	Number     int // counts from 1
	Start      time.Time
	Duration   time.Duration
	Err        error // an *Error, or nil
}

// sendAttempt sends the call once.
func (c *Client) sendAttempt(ctx context.Context, call Call, target string, limit int64, n int) ([]byte, *Error) {
	a := Attempt{Method: call.Method, Path: call.Path, Number: n, Start: time.Now()}
	body, fail := c.doRoundTrip(ctx, call, target, limit, &a)
	if c.trace != nil {
		a.Duration = time.Since(a.Start)
		if fail != nil {
			a.Err = fail
		}
		c.trace(a)
	}
	return body, fail
}

func (c *Client) doRoundTrip(ctx context.Context, call Call, target string, limit int64, a *Attempt) ([]byte, *Error) {
	fail := &Error{Method: call.Method, Path: call.Path}
	write := call.Method != http.MethodGet
	inner, cancel := c.attemptContext(ctx)
	defer cancel()
	req, err := c.newRequest(inner, call, target)
	if err != nil {
		fail.Err = c.sanitizeCause(err)
		return nil, fail
	}
	resp, err := c.httpClient.Do(req)
	if err != nil {
		fail.Err = c.noResponseCause(ctx, inner, err)
		fail.OutcomeUncertain = write && !isUnsent(err)
		return nil, fail
	}
	defer func() { _ = resp.Body.Close() }()
	fail.StatusCode, fail.RequestID = resp.StatusCode, c.requestID(resp.Header)
	a.StatusCode, a.RequestID = fail.StatusCode, fail.RequestID
	c.warnDeprecated(call, resp.Header)

	if resp.StatusCode/100 == 2 {
		body, err := readJSONObject(resp, call.Method, limit)
		if err == nil {
			return body, nil
		}
		fail.Err, fail.OutcomeUncertain = c.noResponseCause(ctx, inner, err), write
		return nil, fail
	}
	// A body that breaks off still has a status, and perhaps a message.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBytes))
	c.fillError(fail, resp.Header, body)
	if resp.StatusCode == http.StatusNotFound && call.Method == http.MethodDelete && !fail.FromProxy {
		return nil, nil
	}
	fail.RetryAfter = parseRetryAfter(resp.Header, time.Now())
	fail.OutcomeUncertain = write && (mayHaveHappened(resp.StatusCode) || fail.FromProxy && resp.StatusCode == http.StatusNotFound)
	fail.Err = c.redirectError(resp, call.Method)
	a.RequestID = fail.RequestID
	return nil, fail
}

// attemptContext gives an attempt its own time. What is in flight when ctx ends gets
// the client's grace, so that the outcome of a write is known rather than lost.
func (c *Client) attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTimeout)
	stop := context.AfterFunc(ctx, func() {
		if c.grace <= 0 {
			cancel()
			return
		}
		timer := time.AfterFunc(c.grace, cancel)
		context.AfterFunc(inner, func() { timer.Stop() })
	})
	return inner, func() { stop(); cancel() }
}

// noResponseCause says why no answer could be had: ctx ended, the attempt's own time
// did, or err.
func (c *Client) noResponseCause(ctx, inner context.Context, err error) error {
	switch {
	case inner.Err() == nil:
		return c.sanitizeCause(err)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("no whole answer within %s", attemptTimeout)
}

// sanitizeCause makes err safe to show, and drops the URL that net/http puts before
// it: an Error has a better name for it.
func (c *Client) sanitizeCause(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	var kind error
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted):
		kind = errUntrusted
	case errors.Is(err, errTooLarge):
		kind = errTooLarge
	case errors.Is(err, errListChanged):
		kind = errListChanged
	}
	return &sanitizedError{text: c.sanitizeText(err.Error(), maxCause), kind: kind}
}

// requestID is the id an answer has in its headers. The API document promises
// one in error bodies only.
func (c *Client) requestID(h http.Header) string {
	for _, name := range []string{"X-Request-Id", "Request-Id", "X-Correlation-Id", "X-Amzn-Requestid"} {
		if id := h.Get(name); id != "" {
			return c.sanitizeText(id, maxID)
		}
	}
	return ""
}

// warnDeprecated warns about a call that the API announces the end of.
func (c *Client) warnDeprecated(call Call, h http.Header) {
	since, end := h.Get("Deprecation"), h.Get("Sunset")
	if c.warn == nil || since == "" && end == "" {
		return
	}
	name := call.Method + " " + call.Path
	if _, told := c.warnedCalls.LoadOrStore(name, true); told {
		return
	}
	text := name + " is deprecated by the API"
	if since != "" {
		text += ", Deprecation: " + c.sanitizeText(since, maxID)
	}
	if end != "" {
		text += ", Sunset: " + c.sanitizeText(end, maxID)
	}
	c.warn(text)
}
