package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	api "github.com/google/go-github/v90/github"
)

// What GitHub says in an error is text from outside, and may be a page.
const errorMessageLimit = 200

// PermissionError is an answer that the token may not do what was asked, or not see
// it. Rate limits are none: they end by themselves.
type PermissionError struct {
	Status             int    // 401, 403 or 404
	Message            string // GitHub's, a line of at most 200 characters
	RequiredPermission string // the permission that it takes, as "pull-requests: write"; "" where none would help
}

func (r *PermissionError) Error() string {
	text := fmt.Sprintf("%d %s", r.Status, r.Message)
	if r.RequiredPermission != "" {
		text += " (needs permissions: " + r.RequiredPermission + ")"
	}
	return text
}

// apiError is any other failure. It wraps the end of a context and nothing else,
// since what is wrapped can be printed with what was taken out of the text.
type apiError struct {
	status     int // 0: no answer
	text       string
	retryAfter time.Duration // until a rate limit ends; 0 for other failures
	contextErr error
}

func (f *apiError) Error() string { return f.text }
func (f *apiError) Unwrap() error { return f.contextErr }

// isTransient reports whether err may be gone the next time. A write that failed
// with it may have been carried out. Rate limits are waited for elsewhere.
func isTransient(err error) bool {
	f, ok := errors.AsType[*apiError](err)
	return ok && f.contextErr == nil && f.retryAfter == 0 && (f.status == 0 || f.status/100 == 2 || f.status/100 == 5 || f.status == http.StatusRequestTimeout)
}

// isOutage reports whether GitHub, or the way to it, may be down for a while. An answer that can't be read is something else.
func isOutage(err error) bool {
	f, ok := errors.AsType[*apiError](err)
	return ok && f.status/100 != 2
}

// errEmptyResponse is an answer without the object that was asked for.
var errEmptyResponse = errors.New("nothing in it")

// convertError makes what the library returned a Refused or a fault, and nil of
// nil. Its own texts hold addresses, and whatever GitHub or a proxy wrote.
func (r *REST) convertError(ctx context.Context, needs string, resp *api.Response, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return &apiError{text: ended.Error(), contextErr: ended}
	}
	var status int
	var header http.Header
	if resp != nil && resp.Response != nil {
		status, header = resp.StatusCode, resp.Header
	}
	text := errorMessage(err)
	wait := rateLimitDelay(status, header, text)
	if text == "" {
		text = http.StatusText(status)
	}
	text = r.secrets.Redact(text).Map(firstLine).Map(SanitizeLine).Truncate(errorMessageLimit)
	switch {
	case status == http.StatusUnauthorized:
		return &PermissionError{Status: status, Message: text}
	case status == http.StatusNotFound, status == http.StatusForbidden && wait == 0:
		return &PermissionError{Status: status, Message: text, RequiredPermission: needs}
	case status == 0:
		return &apiError{text: text}
	case status/100 == 2 && wait == 0:
		text = "an answer that can't be read: " + text
	}
	return &apiError{status: status, text: fmt.Sprintf("%d %s", status, text), retryAfter: wait}
}

// rateLimitDelay is how long GitHub asks to wait because of a rate limit, at least a
// second; 0 if the answer is about something else.
func rateLimitDelay(status int, header http.Header, text string) time.Duration {
	asked, spent := header.Get("Retry-After"), header.Get(api.HeaderRateRemaining) == "0"
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && (asked != "" || spent), isRateLimit(text):
	default:
		return 0
	}
	if n, err := strconv.Atoi(asked); err == nil {
		return max(time.Second, time.Duration(n)*time.Second)
	}
	if n, err := strconv.ParseInt(header.Get(api.HeaderRateReset), 10, 64); err == nil && spent {
		return max(time.Second, time.Until(time.Unix(n+1, 0)))
	}
	return maxRateLimitWait
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(first)
}

// errorMessage is the message in an error of the library, without what it adds.
func errorMessage(err error) string {
	if e, ok := errors.AsType[*api.ErrorResponse](err); ok {
		if len(e.Errors) > 0 && e.Errors[0].Message != "" {
			return e.Message + ": " + e.Errors[0].Message
		}
		return e.Message
	}
	if e, ok := errors.AsType[*api.RateLimitError](err); ok {
		return withRateLimitPrefix(e.Message)
	}
	if e, ok := errors.AsType[*api.AbuseRateLimitError](err); ok {
		return withRateLimitPrefix(e.Message)
	}
	if e, ok := errors.AsType[*api.TwoFactorAuthError](err); ok {
		return e.Message
	}
	if _, ok := errors.AsType[*api.RedirectionError](err); ok {
		return "a redirect, not followed: the token stays with the API"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer within " + requestTimeout.String()
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// isRateLimit reports whether a message is about a rate limit: GitHub says so, but
// not always in a way that the library knows.
func isRateLimit(message string) bool {
	return strings.Contains(strings.ToLower(message), "rate limit")
}

func withRateLimitPrefix(message string) string {
	if isRateLimit(message) {
		return message
	}
	return "rate limit: " + message
}
