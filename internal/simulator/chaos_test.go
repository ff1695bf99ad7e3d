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

	"github.com/google/go-cmp/cmp"
)

// requestOutcome sends one request and says what came of it: a status and a body, or an error, also that of a body that breaks off.
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

// What breaks a connection does so over HTTP and in process alike, before or after the request is carried out.
func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault simulator.Fault
		want  string
		made  int
	}{
		"reset before":            {simulator.Fault{Reset: true}, "error", 0},
		"reset after":             {simulator.Fault{Reset: true, Applied: true}, "error", 1},
		"cut":                     {simulator.Fault{TruncateAfter: 5, Applied: true}, "200, broken after 5 bytes", 1},
		"cut beyond the end":      {simulator.Fault{TruncateAfter: 1 << 20, Applied: true}, `200 {"cicdEnforc`, 1},
		"applied, and then a 502": {simulator.Fault{Status: 502, RawBody: "<html>", Applied: true}, "502 <html>", 1},
		"applied, and empty":      {simulator.Fault{Status: 200, Applied: true}, "200 ", 1},
		"delay":                   {simulator.Fault{Delay: time.Millisecond, Applied: true}, `200 {"cicdEnforc`, 1},
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
				if n := len(s.Resources("workspace")); n != test.made {
					t.Errorf("%d made, over HTTP: %t", n, http)
				}
			}
		})
	}
}

// A client that gives up doesn't stop what is under way.
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
			t.Errorf("%d made at once", n)
		}
		time.Sleep(time.Hour)
		if n := len(s.Resources("workspace")); n != 1 {
			t.Errorf("%d made in the end", n)
		}
	})
}

// A storm strikes the same requests in the same way, whatever their order, and some of them.
func TestChaosIsRepeatable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		run := func(seed uint64, backwards bool) map[string]string {
			s := simulator.New(simulator.Options{})
			var ids []string
			for i := range 40 {
				if backwards {
					i = 39 - i
				}
				ids = append(ids, s.Seed("workspace", map[string]any{"name": fmt.Sprint("w", i)}))
			}
			s.SetChaos(seed, 0.5)
			got := map[string]string{}
			for i, id := range ids {
				if backwards {
					i = 39 - i
				}
				for n := range 2 { // the second one is struck on its own
					got[fmt.Sprint(i, " ", n)] = strings.ReplaceAll(requestOutcome(t, s, s.Transport(), "https://astro.invalid", "GET", "/workspaces/"+id, ""), id, "id")
				}
			}
			return got
		}
		first, alike := run(1, false), 0
		if diff := cmp.Diff(first, run(1, true)); diff != "" {
			t.Errorf("of one seed (-forwards +backwards): %s", diff)
		}
		other := run(2, false)
		outcomes := map[string]bool{}
		for name, answer := range first {
			outcomes[answer] = true
			if other[name] == answer {
				alike++
			}
		}
		if alike > 60 || len(outcomes) < 8 {
			t.Errorf("%d of %d answers of another seed are alike, %d outcomes: %v", alike, len(first), len(outcomes), outcomes)
		}
	})
}

// A token has a number of requests a second for each verb; one more is refused, and not carried out.
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
			t.Errorf("one %s more: %s", step.method, got)
		}
	}
	if n := len(s.Resources("workspace")); n != 20 {
		t.Errorf("%d made", n)
	}
}
