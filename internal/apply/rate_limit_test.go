package apply_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/longtest"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

func workspacesManifest(n int) string {
	var text strings.Builder
	text.WriteString("workspaces:\n")
	for i := range n {
		fmt.Fprintf(&text, "  - { name: w%d }\n", i)
	}
	return text.String()
}

// countRejected returns the number of requests of a verb with a 429 response, and the
// number of all requests of the verb.
func countRejected(s *harness, verb string) (rejected, all int) {
	for _, r := range s.server.Requests() {
		if r.Method == verb {
			all++
			if r.Status == http.StatusTooManyRequests {
				rejected++
			}
		}
	}
	return rejected, all
}

// TestCreatesAtTheLimit checks that a run nearly reaches the API's rate limit, and never
// exceeds it.
func TestCreatesAtTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const many = 500
		s := newHarness(t, simulator.Options{EnforceRateLimits: true})
		start := time.Now()
		created := countStatus(statusesOf(s.applyManifest(t.Context(), workspacesManifest(many), apply.Options{})), apply.Created)
		rate := many / time.Since(start).Seconds()
		rejected, _ := countRejected(s, http.MethodPost)
		t.Logf("%d creates, %.2f of 10 per second, %d rejected with 429", created, rate, rejected)
		if created != many || rejected > 0 || rate < 9.5 {
			t.Errorf("%d created, %.2f per second, %d rejected with 429", created, rate, rejected)
		}
	})
}

// TestPollingLeavesRoom checks that polling uses about half of the limit for reads,
// regardless of the number of resources, so that other programs can use the rest.
func TestPollingLeavesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		many := longtest.Size(100, 300)
		var mu sync.Mutex
		var reads []time.Time
		s := newHarness(t, simulator.Options{EnforceRateLimits: true, ReadyAfter: time.Duration(longtest.Size(90, 300)) * time.Second}, func(next http.RoundTripper) http.RoundTripper {
			return testkit.RoundTripFunc(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodGet {
					mu.Lock()
					reads = append(reads, time.Now())
					mu.Unlock()
				}
				return next.RoundTrip(r)
			})
		})
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		var text strings.Builder
		text.WriteString("workspaceId: " + w + "\ndeployments:\n")
		for i := range many {
			fmt.Fprintf(&text, "  - { name: d%d, type: STANDARD, cloudProvider: AWS, region: us-east-1 }\n", i)
		}
		created := countStatus(statusesOf(s.applyManifest(t.Context(), text.String(), apply.Options{Wait: true})), apply.Created)
		most := 0
		for i := range reads {
			n := 0
			for ; i+n < len(reads) && reads[i+n].Sub(reads[i]) < 10*time.Second; n++ {
			}
			most = max(most, n)
		}
		t.Logf("%d created, %d reads, at most %d of 250 in 10 seconds", created, len(reads), most)
		if created != many || most > 150 {
			t.Errorf("%d created, %d reads in 10 seconds", created, most)
		}
	})
}

// TestSharedToken lets another client use half of the token's rate limit. The run still
// creates everything, and the API rejects at most a fifth of its requests.
func TestSharedToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const many = 500
		s := newHarness(t, simulator.Options{EnforceRateLimits: true})
		token, stop, stopped := s.server.NewToken(simulator.Scope{}), make(chan struct{}), make(chan struct{})
		sent, granted := 0, 0
		go func() {
			defer close(stopped)
			for ticker := time.NewTicker(200 * time.Millisecond); ; {
				select {
				case <-stop:
					return
				case <-ticker.C:
				}
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://astro.invalid/v1/organizations/"+s.server.OrganizationID()+"/teams", strings.NewReader(`{}`))
				if err != nil {
					return
				}
				r.Header.Set("Authorization", "Bearer "+token)
				response, err := s.server.Transport().RoundTrip(r)
				if err != nil {
					return
				}
				_ = response.Body.Close()
				sent++
				if response.StatusCode != http.StatusTooManyRequests {
					granted++
				}
			}
		}()
		start := time.Now()
		created := countStatus(statusesOf(s.applyManifest(t.Context(), workspacesManifest(many), apply.Options{})), apply.Created)
		took := time.Since(start)
		close(stop)
		<-stopped
		rejected, all := countRejected(s, http.MethodPost)
		runRejected, runSent := rejected-(sent-granted), all-sent
		t.Logf("%d creates in %s; the other client had %d of %d requests granted; %d of the run's %d requests were rejected with 429 (%.1f %%)",
			created, took.Round(time.Second), granted, sent, runRejected, runSent, 100*float64(runRejected)/float64(runSent))
		if created != many || runRejected*5 > runSent {
			t.Errorf("%d created, %d of %d requests rejected", created, runRejected, runSent)
		}
	})
}
