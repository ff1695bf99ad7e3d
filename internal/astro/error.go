package astro

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is a call that did not succeed. Its texts are safe to show: one line,
// bounded, without the token. What they say still comes from outside.
type Error struct {
	Method           string
	Path             string // the call's template
	StatusCode       int    // of the last answer; 0 when there was none
	Message          string // the API's own, or what its body amounts to
	RequestID        string // for Astronomer's support; "" when the answer had none
	FieldErrors      []FieldError
	RetryAfter       time.Duration // asked for by the answer; 0 when it didn't
	OutcomeUncertain bool          // a write that may have happened, whatever StatusCode says
	FromProxy        bool          // the answer is not the API's own, but perhaps a gateway's
	Unsent           bool          // no request left: the context ended first, or its deadline was too near
	Err              error         // why there is no answer, or why it can't be used; the context's error when it ended
}

// FieldError is one failed constraint of a request body, from a 400.
type FieldError struct {
	Field   string `json:"field"` // path in the body that was sent, as workerQueues[1].maxWorkerCount
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error gives, on one line, as much as is known of:
//
//	POST /organizations/{organizationId}/deployments: 400 Bad Request: message (requestId id)
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Method + " " + e.Path)
	if e.StatusCode != 0 {
		b.WriteString(": " + statusText(e.StatusCode))
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if fields := e.fieldsText(); fields != "" {
		b.WriteString(": " + fields)
	}
	if e.Err != nil {
		b.WriteString(": " + singleLine(e.Err.Error()))
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ": retry after %s", e.RetryAfter.Round(time.Second))
	}
	if e.RequestID != "" {
		b.WriteString(" (requestId " + e.RequestID + ")")
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// fieldsText lists the field errors that the message doesn't contain: as many as have
// room, at least one.
func (e *Error) fieldsText() string {
	var texts []string
	size, left := 0, 0
	for _, f := range e.FieldErrors {
		if f.Message != "" && strings.Contains(e.Message, f.Message) {
			continue
		}
		text := f.String()
		if size += len(text); size > maxFields && texts != nil {
			left++
			continue
		}
		texts = append(texts, text)
	}
	if left > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", left))
	}
	return strings.Join(texts, "; ")
}

func (f FieldError) String() string {
	text := f.Message
	if text == "" {
		text = f.Code
	}
	if f.Field == "" {
		return text
	}
	return f.Field + ": " + text
}

func statusText(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// IsNotFound reports whether the API answered that the object does not exist
// (or, to a token of narrow reach, may as well not exist).
func IsNotFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.StatusCode == http.StatusNotFound && !e.FromProxy
}

// IsForbidden reports whether the API answered that the token may not do this.
func IsForbidden(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.StatusCode == http.StatusForbidden && !e.FromProxy
}

// IsRefused reports whether the API looked at the call and said no to what it
// asks for, so that another call may well be answered.
func IsRefused(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.StatusCode == http.StatusBadRequest || e.StatusCode == http.StatusForbidden || e.StatusCode == http.StatusNotFound)
}

// sanitizedError is a failure below the API, in words that are safe to show: those of
// net/http may quote what a server sent, and so the token. It wraps no error of
// net/http: a timeout there also claims to be the context's.
type sanitizedError struct {
	text string
	kind error // what this package decides on, or nil
}

func (c *sanitizedError) Error() string { return c.text }
func (c *sanitizedError) Unwrap() error { return c.kind }

// joinCauses is what stopped the retries, beside what the last try said.
func joinCauses(stop, last error) error {
	if last == nil || errors.Is(last, stop) {
		return stop
	}
	return fmt.Errorf("%w, after: %w", stop, last)
}
