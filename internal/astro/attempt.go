package astro

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Attempt is one HTTP request of a call, with its result.
type Attempt struct {
	Method     string
	Path       string // the call's template
	StatusCode int    // 0 without a response
	RequestID  string
	Number     int // counts from 1
	Start      time.Time
	Duration   time.Duration
	Err        error // an *Error, or nil
}

// sendAttempt sends the call once and reports the attempt to c.trace.
func (c *Client) sendAttempt(ctx context.Context, call Call, target string, limit int64, n int) ([]byte, *Error) {
	a := Attempt{Method: call.Method, Path: call.Path, Number: n, Start: time.Now()}
	body, callErr := c.doRoundTrip(ctx, call, target, limit, &a)
	if c.trace != nil {
		a.Duration = time.Since(a.Start)
		if callErr != nil {
			a.Err = callErr
		}
		c.trace(a)
	}
	return body, callErr
}

func (c *Client) doRoundTrip(ctx context.Context, call Call, target string, limit int64, a *Attempt) ([]byte, *Error) {
	callErr := &Error{Method: call.Method, Path: call.Path}
	write := call.Method != http.MethodGet
	attemptCtx, cancel := c.attemptContext(ctx)
	defer cancel()
	req, err := c.newRequest(attemptCtx, call, target)
	if err != nil {
		callErr.Err = c.sanitizeCause(err)
		return nil, callErr
	}
	resp, err := c.httpClient.Do(req)
	if err != nil {
		callErr.Err = c.noResponseCause(ctx, attemptCtx, err)
		callErr.OutcomeUncertain = write && !hadNoConnection(err)
		return nil, callErr
	}
	defer func() { _ = resp.Body.Close() }()
	callErr.StatusCode, callErr.RequestID = resp.StatusCode, c.requestID(resp.Header)
	a.StatusCode, a.RequestID = callErr.StatusCode, callErr.RequestID
	c.warnDeprecated(call, resp.Header)

	if resp.StatusCode/100 == 2 {
		body, err := readJSONObject(resp, call.Method, limit)
		if err == nil {
			return body, nil
		}
		callErr.Err, callErr.OutcomeUncertain = c.noResponseCause(ctx, attemptCtx, err), write
		return nil, callErr
	}
	// A truncated body is used, too: the status is known, and the part that
	// arrived may contain a message.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBytes))
	c.fillError(callErr, resp.Header, body)
	if resp.StatusCode == http.StatusNotFound && call.Method == http.MethodDelete && !callErr.FromProxy {
		return nil, nil
	}
	callErr.RetryAfter = parseRetryAfter(resp.Header, time.Now())
	callErr.OutcomeUncertain = write && (callErr.mayHaveHappened() || callErr.FromProxy && resp.StatusCode == http.StatusNotFound)
	callErr.Err = c.redirectError(resp, call.Method)
	a.RequestID = callErr.RequestID
	return nil, callErr
}

// attemptContext returns a context with the time limit of one attempt. If ctx ends
// during the attempt, the attempt gets the client's grace period to finish, because
// the outcome of a cancelled write would be unknown.
func (c *Client) attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	attemptCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptTimeout)
	stop := context.AfterFunc(ctx, func() {
		if c.grace <= 0 {
			cancel()
			return
		}
		timer := time.AfterFunc(c.grace, cancel)
		context.AfterFunc(attemptCtx, func() { timer.Stop() })
	})
	return attemptCtx, func() { stop(); cancel() }
}

// noResponseCause returns the reason for a missing response: the error of ctx if ctx
// ended, a timeout if the attempt exceeded its time limit, and err otherwise.
func (c *Client) noResponseCause(ctx, attemptCtx context.Context, err error) error {
	switch {
	case attemptCtx.Err() == nil:
		return c.sanitizeCause(err)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("no complete response within %s", attemptTimeout)
}

// sanitizeCause makes err safe to show. It removes the URL that net/http adds in front,
// because an Error already shows the method and the path template.
func (c *Client) sanitizeCause(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	var kind error
	var certificateErr *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificateErr):
		kind = errUntrusted
	case errors.Is(err, errTooLarge):
		kind = errTooLarge
	case errors.Is(err, errListChanged):
		kind = errListChanged
	}
	return &sanitizedError{text: c.sanitizeText(err.Error(), maxCause), sentinel: kind}
}

// requestID returns the request id from the headers of a response, or "". The API
// document promises an id only in error bodies.
func (c *Client) requestID(h http.Header) string {
	for _, name := range []string{"X-Request-Id", "Request-Id", "X-Correlation-Id", "X-Amzn-Requestid"} {
		if id := h.Get(name); id != "" {
			return c.sanitizeText(id, maxID)
		}
	}
	return ""
}

// warnDeprecated warns, once per call template, about a call that the API marks as
// deprecated in the headers of its response.
func (c *Client) warnDeprecated(call Call, h http.Header) {
	since, end := h.Get("Deprecation"), h.Get("Sunset")
	if c.warn == nil || since == "" && end == "" {
		return
	}
	name := call.Method + " " + call.Path
	if _, alreadyWarned := c.warnedCalls.LoadOrStore(name, true); alreadyWarned {
		return
	}
	var dates []string
	if since != "" {
		dates = append(dates, "Deprecation: "+c.sanitizeText(since, maxID))
	}
	if end != "" {
		dates = append(dates, "Sunset: "+c.sanitizeText(end, maxID))
	}
	c.warn(fmt.Sprintf("%s is deprecated by the API (%s); update astro-apply before the API removes it", name, strings.Join(dates, ", ")))
}
