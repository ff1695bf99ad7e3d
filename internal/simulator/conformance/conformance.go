// Package conformance holds HTTP traffic against the API's own OpenAPI document. Only tests use it.
package conformance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"astro-apply/internal/simulator"

	"github.com/pb33f/libopenapi-validator/errors"
)

// NewTransport wraps base so that every request and answer is held against the API document, and reports violations to tb.
// It skips the test when there is no document (see Document). Two things are let through: a request that was refused
// with a 4xx, since it may have been wrong on purpose (its answer is checked), and the answer of a simulated fault.
// Values are not reported, since they may be secret.
func NewTransport(tb testing.TB, base http.RoundTripper) http.RoundTripper {
	tb.Helper()
	document, err := loadValidator()
	if err != nil {
		tb.Fatalf("API document: %v", err)
	}
	if document == nil {
		tb.Skip("no API document: set ASTRO_OPENAPI to its path, or put it at shared/astro-api/openapi-v1.yml above this directory")
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
	answer, err := t.base.RoundTrip(r)
	if err != nil {
		return answer, err
	}
	received, err := readBody(&answer.Body)
	if err != nil {
		return nil, err
	}
	refused := answer.StatusCode >= 400 && answer.StatusCode < 500
	faulty := answer.Header.Get(simulator.FaultHeader) != ""
	t.apiValidator.mu.Lock()
	defer t.apiValidator.mu.Unlock()
	if faulty || !refused {
		_, found := t.apiValidator.ValidateHttpRequestSync(requestWithBody(r, sent))
		t.reportViolations("request", r, answer, found)
	}
	if !faulty {
		_, found := t.apiValidator.ValidateHttpResponse(requestWithBody(r, sent), answer)
		t.reportViolations("answer", r, answer, found)
		if answer.StatusCode != http.StatusNoContent && !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
			t.tb.Errorf("%s %s: answer %d has no JSON content type", r.Method, r.URL.Path, answer.StatusCode)
		}
	}
	answer.Body = io.NopCloser(bytes.NewReader(received))
	return answer, nil
}

// readBody reads a body and puts an unread copy in its place.
func readBody(body *io.ReadCloser) ([]byte, error) {
	if *body == nil {
		return nil, nil
	}
	defer (*body).Close()
	content, err := io.ReadAll(*body)
	*body = io.NopCloser(bytes.NewReader(content))
	return content, err
}

// requestWithBody is the request with its body unread again.
func requestWithBody(r *http.Request, body []byte) *http.Request {
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	return again
}

func (t validatingTransport) reportViolations(what string, r *http.Request, answer *http.Response, found []*errors.ValidationError) {
	t.tb.Helper()
	for _, violation := range found {
		t.tb.Errorf("%s %s: %s (status %d) does not conform: %s", r.Method, r.URL.Path, what, answer.StatusCode, describeViolation(violation))
	}
}

func describeViolation(violation *errors.ValidationError) string {
	lines := []string{violation.Message}
	for _, failure := range violation.SchemaValidationErrors {
		lines = append(lines, fmt.Sprintf("%s at %s", failure.Reason, strings.Join(failure.InstancePath, "/")))
	}
	return strings.Join(lines, "\n\t")
}
