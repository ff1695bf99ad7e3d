package astro

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error describes a failed call. Its texts are safe to show: each is one line, has
// a maximum length, and doesn't contain the token. Their content still comes from
// outside and isn't trusted.
type Error struct {
	Method           string
	Path             string // the call's template
	StatusCode       int    // of the last response; 0 if there was no response
	Message          string // the API's message, or a summary of the body
	RequestID        string // for Astronomer's support; "" if the response has no request id
	FieldErrors      []FieldError
	RetryAfter       time.Duration // from the response's Retry-After; 0 without that header
	OutcomeUncertain bool          // the API may have executed this write, regardless of StatusCode
	FromProxy        bool          // the response doesn't have the API's format, so it probably comes from a gateway
	Unsent           bool          // no request was sent: the context ended first, or its deadline was too near
	Err              error         // reason why there is no usable response; the context's error if the context ended
}

// FieldError is one failed constraint of a request body, from a 400 response.
type FieldError struct {
	Field   string `json:"field"` // path in the request body, such as workerQueues[1].maxWorkerCount
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Error returns one line with the known parts of:
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

// fieldsText lists the field errors that the message doesn't contain: at least one,
// and as many as fit into maxFields characters.
func (e *Error) fieldsText() string {
	var texts []string
	size, omitted := 0, 0
	for _, f := range e.FieldErrors {
		if f.Message != "" && strings.Contains(e.Message, f.Message) {
			continue
		}
		text := f.String()
		if size += len(text); size > maxFields && texts != nil {
			omitted++
			continue
		}
		texts = append(texts, text)
	}
	if omitted > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", omitted))
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

// AsError returns the Error in the tree of err, nil if there is none. Every exported
// predicate of a nil Error is false.
func AsError(err error) *Error {
	e, _ := errors.AsType[*Error](err)
	return e
}

func (e *Error) hasStatus(code int) bool { return e != nil && e.StatusCode == code }

// IsNotFound reports whether the API responded that the resource doesn't exist. The
// API gives the same response if the token has no access to the resource.
func (e *Error) IsNotFound() bool { return e.hasStatus(http.StatusNotFound) && !e.FromProxy }

// IsForbidden reports whether the API responded that the token lacks the permission
// for this call.
func (e *Error) IsForbidden() bool { return e.hasStatus(http.StatusForbidden) && !e.FromProxy }

// IsInvalid reports whether the API rejected the content of the request.
func (e *Error) IsInvalid() bool { return e.hasStatus(http.StatusBadRequest) }

// IsConflict reports whether the API rejected a write with a conflict: another run may
// have made the same change.
func (e *Error) IsConflict() bool { return e.hasStatus(http.StatusConflict) }

// IsRefused reports whether the API is available and rejected this particular call,
// so that other calls can still succeed.
func (e *Error) IsRefused() bool {
	return e.IsInvalid() || e.hasStatus(http.StatusForbidden) || e.hasStatus(http.StatusNotFound)
}

// IsFinal reports whether there is a response, and a later call would probably get the
// same one.
func (e *Error) IsFinal() bool {
	return e != nil && e.StatusCode != 0 && e.StatusCode < http.StatusInternalServerError &&
		e.StatusCode != http.StatusTooManyRequests
}

// IsRejection reports whether the API rejected the call for a reason that a retry doesn't
// change.
func (e *Error) IsRejection() bool {
	return e.IsFinal() && e.StatusCode/100 == 4 && !e.OutcomeUncertain
}

// IsListRetryable reports whether a failed list is worth retrying. An API that lost one
// response often has problems for a while, and a long list often changes between two
// pages.
func (e *Error) IsListRetryable() bool { return e != nil && (!e.IsFinal() || e.StatusCode/100 == 2) }

// IsUncertain reports whether the API may have executed a write although the call failed.
func (e *Error) IsUncertain() bool { return e != nil && e.OutcomeUncertain }

// MayStillHappen reports whether the API may still be executing a failed write.
func (e *Error) MayStillHappen() bool { return e.IsUncertain() && e.StatusCode/100 != 2 }

// IsUnsent reports whether a call failed before a request was sent.
func (e *Error) IsUnsent() bool { return e != nil && e.Unsent }

// sanitizedError is a transport failure with a text that is safe to show. A text of
// net/http may quote data from the server, which may include the token.
// sanitizedError doesn't wrap the error of net/http, because errors.Is reports a
// timeout of net/http as context.DeadlineExceeded.
type sanitizedError struct {
	text     string
	sentinel error // a sentinel error of this package that callers check with errors.Is, or nil
}

func (c *sanitizedError) Error() string { return c.text }
func (c *sanitizedError) Unwrap() error { return c.sentinel }

// joinCauses returns an error with the reason why the retries stopped, and the error
// of the last attempt.
func joinCauses(stop, last error) error {
	if last == nil || errors.Is(last, stop) {
		return stop
	}
	return fmt.Errorf("%w, after: %w", stop, last)
}
