package simulator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/simulator"
)

// requestOutcome sends one request and returns its outcome: status and body, or the error of the request or of reading the
// body.
func requestOutcome(t *testing.T, s *simulator.Server, transport http.RoundTripper, base, method, path, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, base+"/v1/organizations/"+s.OrganizationID()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer x")
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return "error"
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Sprintf("%d, broken after %d bytes", answer.StatusCode, len(content))
	}
	if len(content) > 12 {
		content = content[:12]
	}
	return fmt.Sprintf("%d %s", answer.StatusCode, content)
}

// TestConnectionFaults checks that faults have the same effect over HTTP and in process.
func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   simulator.Fault
		want    string
		created int
	}{
		"reset before":             {simulator.Fault{Reset: true}, "error", 0},
		"reset after":              {simulator.Fault{Reset: true, Applied: true}, "error", 1},
		"truncated":                {simulator.Fault{TruncateAfter: 5, Applied: true}, "200, broken after 5 bytes", 1},
		"truncated beyond the end": {simulator.Fault{TruncateAfter: 1 << 20, Applied: true}, `200 {"cicdEnforc`, 1},
		"applied, then a 502":      {simulator.Fault{Status: 502, RawBody: "<html>", Applied: true}, "502 <html>", 1},
		"applied, then empty":      {simulator.Fault{Status: 200, Applied: true}, "200 ", 1},
		"delay":                    {simulator.Fault{Delay: time.Millisecond, Applied: true}, `200 {"cicdEnforc`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, http := range []bool{true, false} {
				s := simulator.New(simulator.Options{})
				transport, base := s.Transport(), "https://astro.invalid"
				if http {
					server := httptest.NewServer(s)
					t.Cleanup(server.Close)
					transport, base = server.Client().Transport, server.URL
				}
				test.fault.Count = 1
				s.AddFault(test.fault)
				if got := requestOutcome(t, s, transport, base, "POST", "/workspaces", `{"name": "a"}`); got != test.want {
					t.Errorf("%s, over HTTP: %t", got, http)
				}
				if n := len(s.Resources("workspace")); n != test.created {
					t.Errorf("%d created, over HTTP: %t", n, http)
				}
			}
		})
	}
}

// TestDelayOutlastsTheClient checks that the server executes a request even if the client times out.
func TestDelayOutlastsTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := simulator.New(simulator.Options{})
		s.AddFault(simulator.Fault{Delay: time.Minute, Applied: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://astro.invalid/v1/organizations/"+s.OrganizationID()+"/workspaces", bytes.NewBufferString(`{"name": "a"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer x")
		if _, err := s.Transport().RoundTrip(request); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if n := len(s.Resources("workspace")); n != 0 {
			t.Errorf("%d created before the delay ended", n)
		}
		time.Sleep(time.Hour)
		if n := len(s.Resources("workspace")); n != 1 {
			t.Errorf("%d created after the delay", n)
		}
	})
}

// TestRateLimits checks that the server refuses requests above the limit of their method, without executing them.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := simulator.New(simulator.Options{EnforceRateLimits: true, Now: clockAt(&now)})
	send := func(method string) string {
		return requestOutcome(t, s, s.Transport(), "https://astro.invalid", method, "/workspaces", `{"name": "a"}`)[:3]
	}
	for _, step := range []struct {
		method string
		after  time.Duration
		fits   int
	}{{"POST", 0, 10}, {"GET", 0, 25}, {"POST", 999 * time.Millisecond, 0}, {"POST", time.Millisecond, 10}} {
		now = now.Add(step.after)
		for range step.fits {
			if got := send(step.method); got != "200" {
				t.Fatalf("%s: %s", step.method, got)
			}
		}
		if got := send(step.method); got != "429" {
			t.Errorf("one %s above the limit: %s", step.method, got)
		}
	}
	if n := len(s.Resources("workspace")); n != 20 {
		t.Errorf("%d created", n)
	}
}
