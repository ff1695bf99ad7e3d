// Package conformance checks HTTP traffic against the API's OpenAPI document. Only tests use it.
package conformance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"astro-apply/internal/simulator/faulty"

	"github.com/pb33f/libopenapi-validator/errors"
)

// NewTransport wraps base: it checks every request and response against the API's document, and reports violations to tb. It
// returns base if there is no document (see DocumentPath). It doesn't check a request that the server refuses with a 4xx,
// since the test may have sent a wrong request on purpose, nor the response of a simulated fault. Reports contain no values,
// since values may be secret.
func NewTransport(tb testing.TB, base http.RoundTripper) http.RoundTripper {
	tb.Helper()
	document, err := loadValidator()
	if err != nil {
		tb.Fatalf("API document: %v", err)
	}
	if document == nil {
		return base
	}
	return validatingTransport{tb: tb, base: base, apiValidator: document}
}

type validatingTransport struct {
	tb           testing.TB
	base         http.RoundTripper
	apiValidator *document
}

func (t validatingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := readBody(&r.Body)
	if err != nil {
		return nil, err
	}
	response, err := t.base.RoundTrip(r)
	if err != nil {
		return response, err
	}
	received, err := readBody(&response.Body)
	if err != nil {
		return nil, err
	}
	refused := response.StatusCode >= 400 && response.StatusCode < 500
	faulty := response.Header.Get(faulty.FaultHeader) != ""
	t.apiValidator.mu.Lock()
	defer t.apiValidator.mu.Unlock()
	if faulty || !refused {
		_, found := t.apiValidator.ValidateHttpRequestSync(requestWithBody(r, sent))
		t.reportViolations("request", r, response, found)
	}
	if !faulty {
		_, found := t.apiValidator.ValidateHttpResponse(requestWithBody(r, sent), response)
		t.reportViolations("response", r, response, found)
		if response.StatusCode != http.StatusNoContent && !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
			t.tb.Errorf("%s %s: response %d has no JSON content type", r.Method, r.URL.Path, response.StatusCode)
		}
	}
	response.Body = io.NopCloser(bytes.NewReader(received))
	return response, nil
}

// readBody reads a body and replaces it by an unread copy.
func readBody(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	defer (*body).Close()
	content, err := io.ReadAll(*body)
	*body = io.NopCloser(bytes.NewReader(content))
	return content, err
}

// requestWithBody returns a copy of the request with an unread body.
func requestWithBody(r *http.Request, body []byte) *http.Request {
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	return copied
}

func (t validatingTransport) reportViolations(subject string, r *http.Request, response *http.Response, found []*errors.ValidationError) {
	t.tb.Helper()
	for _, violation := range found {
		t.tb.Errorf("%s %s: %s (status %d) does not conform: %s", r.Method, r.URL.Path, subject, response.StatusCode, describeViolation(violation))
	}
}

func describeViolation(violation *errors.ValidationError) string {
	lines := []string{violation.Message}
	for _, failure := range violation.SchemaValidationErrors {
		lines = append(lines, fmt.Sprintf("%s at %s", failure.Reason, strings.Join(failure.InstancePath, "/")))
	}
	return strings.Join(lines, "\n\t")
}
