package astro

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// apiVersion is pinned because the API serves its newest minor version if the
// header is missing.
const (
	apiPath          = "/v1"
	apiVersion       = "1.0"
	clientIdentifier = "astro-apply"
)

// Call is one request to the API.
type Call struct {
	Method string            // GET, POST or DELETE
	Path   string            // template below /v1, such as "/organizations/{organizationId}/deployments/{deploymentId}"
	Params map[string]string // values of the template's parameters, not escaped; an empty value is an error
	Query  url.Values
	Body   []byte // JSON, or nil
}

// Do sends a call within the rate limits, retries it, and returns the JSON object
// of the response. The result is nil after a 204, and after a 404 to a DELETE,
// because the resource is deleted either way. Every error is an *Error. If its
// OutcomeUncertain is set, the API may have executed the call. Do retries a POST
// only if the API can't have processed it, so the caller decides how to handle an
// uncertain outcome.
func (c *Client) Do(ctx context.Context, call Call) ([]byte, error) {
	return c.sendWithRetry(ctx, call, maxObjectBytes)
}

// buildURL returns the URL of the call: base, the API's path, and Path with the values
// of Params.
func (c Call) buildURL(base string) (string, error) {
	if c.Method != http.MethodGet && c.Method != http.MethodPost && c.Method != http.MethodDelete {
		return "", fmt.Errorf("the method must be GET, POST or DELETE, not %q", c.Method)
	}
	if !strings.HasPrefix(c.Path, "/") {
		return "", errors.New("the path must start with /")
	}
	var b strings.Builder
	b.WriteString(base + apiPath)
	for remaining := c.Path; remaining != ""; {
		literal, after, found := strings.Cut(remaining, "{")
		b.WriteString(literal)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", errors.New("the path has an unclosed brace")
		}
		value, err := escapeSegment(c.Params[name])
		if err != nil {
			return "", fmt.Errorf("path parameter %q %w", name, err)
		}
		b.WriteString(value)
		remaining = tail
	}
	if len(c.Query) > 0 {
		b.WriteString("?" + c.Query.Encode())
	}
	if _, err := url.Parse(b.String()); err != nil {
		return "", errors.New("the path is not valid in a URL")
	}
	return b.String(), nil
}

// escapeSegment escapes a value for use in a path. It refuses "", "." and "..",
// because they would address another resource or a whole list: a missing id must
// not result in DELETE /deployments/.
func escapeSegment(value string) (string, error) {
	switch value {
	case "":
		return "", errors.New("is missing")
	case ".", "..":
		return "", fmt.Errorf("must not be %q", value)
	}
	return url.PathEscape(value), nil
}

// newRequest builds the HTTP request of one attempt.
func (c *Client) newRequest(ctx context.Context, call Call, target string) (*http.Request, error) {
	var body io.Reader
	if call.Body != nil {
		body = bytes.NewReader(call.Body)
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, target, body)
	if err != nil {
		return nil, err
	}
	c.authorize(req.Header)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("X-API-Version", apiVersion)
	req.Header.Set("X-Astro-Client-Identifier", clientIdentifier)
	req.Header.Set("X-Astro-Client-Version", c.version)
	if call.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}
