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
)

func workspacesManifest(n int) string {
	var text strings.Builder
	text.WriteString("workspaces:\n")
	for i := range n {
		fmt.Fprintf(&text, "  - { name: w%d }\n", i)
	}
	return text.String()
}

// countRejected counts the requests of a verb that were one too many, and all of them.
func countRejected(s *harness, verb string) (excess, all int) {
	for _, r := range s.server.Requests() {
		if r.Method == verb {
			all++
			if r.Status == http.StatusTooManyRequests {
				excess++
			}
		}
	}
	return excess, all
}

// All of what the API allows of one token is used, and no more.
func TestCreatesAtTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const many = 500
		s := newHarness(t, simulator.Options{EnforceRateLimits: true})
		start := time.Now()
		made := countStatus(statusesOf(s.applyManifest(t.Context(), workspacesManifest(many), apply.Options{})), apply.Created)
		rate := many / time.Since(start).Seconds()
		excess, _ := countRejected(s, http.MethodPost)
		t.Logf("%d creates, %.2f a second of 10, %d answers 429", made, rate, excess)
		if made != many || excess > 0 || rate < 9.5 {
			t.Errorf("%d made, %.2f a second, %d answers 429", made, rate, excess)
		}
	})
}

// However many objects are waited for, half of the reads are left to others.
func TestPollingLeavesRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		many := longtest.Size(100, 300)
		var mu sync.Mutex
		var reads []time.Time
		s := newHarness(t, simulator.Options{EnforceRateLimits: true, ReadyAfter: time.Duration(longtest.Size(90, 300)) * time.Second}, func(next http.RoundTripper) http.RoundTripper {
			return roundTripperFunc(func(r *http.Request) (*http.Response, error) {
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
		made := countStatus(statusesOf(s.applyManifest(t.Context(), text.String(), apply.Options{Wait: true})), apply.Created)
		most := 0
		for i := range reads {
			n := 0
			for ; i+n < len(reads) && reads[i+n].Sub(reads[i]) < 10*time.Second; n++ {
			}
			most = max(most, n)
		}
		t.Logf("%d waited for with %d reads, at most %d in 10 seconds of 250", made, len(reads), most)
		if made != many || most > 150 {
			t.Errorf("%d made, %d reads in 10 seconds", made, most)
		}
	})
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Another client of the same token takes half of it. The run gets through, and
// most of what it sends is not in vain.
func TestSharedToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const many = 500
		s := newHarness(t, simulator.Options{EnforceRateLimits: true})
		token, end, ended := s.server.NewToken(simulator.Scope{}), make(chan struct{}), make(chan struct{})
		sent, granted := 0, 0
		go func() {
			defer close(ended)
			for ticker := time.NewTicker(200 * time.Millisecond); ; {
				select {
				case <-end:
					return
				case <-ticker.C:
				}
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://astro.invalid/v1/organizations/"+s.server.OrganizationID()+"/teams", strings.NewReader(`{}`))
				if err != nil {
					return
				}
				r.Header.Set("Authorization", "Bearer "+token)
				answer, err := s.server.Transport().RoundTrip(r)
				if err != nil {
					return
				}
				_ = answer.Body.Close()
				sent++
				if answer.StatusCode != http.StatusTooManyRequests {
					granted++
				}
			}
		}()
		start := time.Now()
		made := countStatus(statusesOf(s.applyManifest(t.Context(), workspacesManifest(many), apply.Options{})), apply.Created)
		took := time.Since(start)
		close(end)
		<-ended
		excess, all := countRejected(s, http.MethodPost)
		ours, others := excess-(sent-granted), all-sent
		t.Logf("%d creates in %s beside another client with %d of %d requests granted: %d of our %d were answered 429 (%.1f %%)",
			made, took.Round(time.Second), granted, sent, ours, others, 100*float64(ours)/float64(others))
		if made != many || ours*5 > others {
			t.Errorf("%d made, %d of %d in vain", made, ours, others)
		}
	})
}
