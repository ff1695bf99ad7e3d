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

// errorMessageLimit is the maximum number of characters of GitHub's message in an
// error. The message is text from outside and may be a complete HTML page.
const errorMessageLimit = 200

// PermissionError reports that the token isn't allowed to do something, or to see it.
// A rate limit isn't a PermissionError, because it ends after some time.
type PermissionError struct {
	Status             int    // 401, 403 or 404
	Message            string // message of GitHub, one line of at most 200 characters
	RequiredPermission string // missing permission, such as "pull-requests: write"; "" if no permission would help
}

func (r *PermissionError) Error() string {
	text := fmt.Sprintf("%d %s", r.Status, r.Message)
	if r.RequiredPermission != "" {
		text += " (needs permissions: " + r.RequiredPermission + ")"
	}
	return text
}

// apiError is any other failure. It wraps only the error of a context, because a
// wrapped error could print a secret that text doesn't contain any more.
type apiError struct {
	status     int // HTTP status; 0 without an answer
	text       string
	retryAfter time.Duration // time until a rate limit ends; 0 for other failures
	contextErr error
}

func (f *apiError) Error() string { return f.text }
func (f *apiError) Unwrap() error { return f.contextErr }

// isTransient reports whether a retry may succeed. GitHub may have carried out a write
// that failed with a transient error. A rate limit isn't transient here, because send waits
// for its end.
func isTransient(err error) bool {
	f, ok := errors.AsType[*apiError](err)
	return ok && f.contextErr == nil && f.retryAfter == 0 &&
		(f.status == 0 || f.status/100 == 2 || f.status/100 == 5 || f.status == http.StatusRequestTimeout)
}

// isOutage reports whether GitHub, or the network, may be down for a while. An
// unreadable answer with a status 2xx isn't an outage.
func (f *apiError) isOutage() bool { return f.status/100 != 2 }

// errEmptyResponse reports an answer without the requested data.
var errEmptyResponse = errors.New("the response is empty")

// convertError converts an error of the library to a PermissionError or an apiError,
// and nil to nil. It doesn't keep the library's texts, because they contain URLs, and
// whatever GitHub or a proxy wrote.
func (r *REST) convertError(ctx context.Context, needs string, resp *api.Response, err error) error {
	if err == nil {
		return nil
	}
	if contextErr := ctx.Err(); contextErr != nil {
		return &apiError{text: contextErr.Error(), contextErr: contextErr}
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
	case status == http.StatusForbidden && strings.Contains(text, "is locked"):
		return &PermissionError{Status: status, Message: strings.TrimSuffix(text, ".") + "; unlock the conversation"}
	case status == http.StatusUnauthorized:
		return &PermissionError{Status: status, Message: text}
	case status == http.StatusNotFound, status == http.StatusForbidden && wait == 0:
		return &PermissionError{Status: status, Message: text, RequiredPermission: needs}
	case status == 0:
		return &apiError{text: text}
	case status/100 == 2 && wait == 0:
		text = "unreadable response: " + text
	}
	return &apiError{status: status, text: fmt.Sprintf("%d %s", status, text), retryAfter: wait}
}

// rateLimitDelay returns how long GitHub asks to wait because of a rate limit, at least
// one second. It returns 0 if the answer isn't about a rate limit.
func rateLimitDelay(status int, header http.Header, text string) time.Duration {
	retryAfter, exhausted := header.Get("Retry-After"), header.Get(api.HeaderRateRemaining) == "0"
	switch {
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && (retryAfter != "" || exhausted), isRateLimit(text):
	default:
		return 0
	}
	if n, err := strconv.Atoi(retryAfter); err == nil {
		return max(time.Second, time.Duration(n)*time.Second)
	}
	if n, err := strconv.ParseInt(header.Get(api.HeaderRateReset), 10, 64); err == nil && exhausted {
		return max(time.Second, time.Until(time.Unix(n+1, 0)))
	}
	return maxRateLimitWait
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(first)
}

// errorMessage returns GitHub's message in an error of the library, without the text
// that the library adds.
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
	if _, ok := errors.AsType[*api.RedirectionError](err); ok {
		return "a redirect, not followed: this run sends the token only to the API; check GITHUB_API_URL"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no response within " + requestTimeout.String()
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// isRateLimit reports whether a message is about a rate limit. It looks at the text,
// because the library doesn't recognize every answer about a rate limit.
func isRateLimit(message string) bool {
	return strings.Contains(strings.ToLower(message), "rate limit")
}

func withRateLimitPrefix(message string) string {
	if isRateLimit(message) {
		return message
	}
	return "rate limit: " + message
}
