package astro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// rateLimiter is a server that enforces a rate limit like the API's: it accepts at most
// limit requests in any period of one second.
type rateLimiter struct {
	limit      int
	mu         sync.Mutex
	acceptedAt []time.Time
	requests   atomic.Int32
	rejected   int
}

func (l *rateLimiter) serveLimited(*http.Request) reply {
	time.Sleep(time.Duration(30-l.requests.Add(1)%3*10) * time.Millisecond) // requests have different latencies
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.acceptedAt = slices.DeleteFunc(l.acceptedAt, func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(l.acceptedAt) >= l.limit {
		l.rejected++
		return newReply(429, "slow down", "Content-Type", "text/plain")
	}
	l.acceptedAt = append(l.acceptedAt, now)
	return newReply(200, `{"id":"t1"}`)
}

func doConcurrently(t *testing.T, c *Client, n int, call Call) {
	t.Helper()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if _, err := c.Do(t.Context(), call); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestPace checks that the client nearly reaches the documented rates, never exceeds
// them, and doesn't delay calls that fit into one second.
func TestPace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		call  Call
		limit int
		calls int
	}{
		{getCall, 25, 25},
		{getCall, 25, 1000},
		{postCall, 10, 10},
		{postCall, 10, 500},
		{deleteCall, 5, 5},
		{deleteCall, 5, 100},
	} {
		t.Run(fmt.Sprint(tc.call.Method, tc.calls), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &rateLimiter{limit: tc.limit}
				start := time.Now()
				doConcurrently(t, newClient(t, fakeServer(api.serveLimited)), tc.calls, tc.call)
				took := time.Since(start) - 30*time.Millisecond
				ideal := time.Duration((tc.calls-1)/tc.limit) * time.Second
				if api.rejected != 0 || took < ideal || float64(took)*0.95 > float64(ideal) {
					t.Errorf("%d calls took %s, at best %s; %d refused", tc.calls, took, ideal, api.rejected)
				}
			})
		})
	}
}

// TestPaceShared lets another program use half of the token's rate. Every call still
// succeeds, and the server rejects only a few requests.
func TestPaceShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &rateLimiter{limit: 10}
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			for ctx.Err() == nil {
				api.serveLimited(nil)
				time.Sleep(170 * time.Millisecond)
			}
		})
		start := time.Now()
		doConcurrently(t, newClient(t, fakeServer(api.serveLimited)), 500, postCall)
		took := time.Since(start)
		stop()
		wg.Wait()
		t.Logf("500 creates at half the rate took %s, %d requests were refused, of both clients", took, api.rejected)
		if took > 3*time.Minute || api.rejected > 100 {
			t.Error("too slow, or too many refused")
		}
	})
}

// TestPaceBuckets checks that verbs don't wait for each other, and that a slow API
// gets at most 25 concurrent calls.
func TestPaceBuckets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var inFlight, most atomic.Int32
		c := newClient(t, fakeServer(func(*http.Request) reply {
			now := inFlight.Add(1)
			defer inFlight.Add(-1)
			if now > most.Load() {
				most.Store(now)
			}
			time.Sleep(10 * time.Second)
			return newReply(200, `{}`)
		}))
		start := time.Now()
		var wg sync.WaitGroup
		for _, call := range []Call{postCall, deleteCall, getCall} {
			wg.Go(func() { doConcurrently(t, c, 10, call) })
		}
		wg.Wait()
		// 25 calls start in the first second, the other five after them.
		if took := time.Since(start); took > 22*time.Second || most.Load() != maxInFlight {
			t.Errorf("took %s with %d in flight", took, most.Load())
		}
	})
}

// TestPaceRedirects fills all slots with calls that are redirected. A redirect is one
// more request of a call in flight, and these requests must not wait for each other.
func TestPaceRedirects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, fakeServer(func(r *http.Request) reply {
			time.Sleep(100 * time.Millisecond)
			if r.URL.Path == "/v1/things/t1" {
				return newReply(302, "", "Location", "/v1/things/t2")
			}
			return newReply(200, `{}`)
		}))
		start := time.Now()
		doConcurrently(t, c, 100, getCall)
		if took := time.Since(start); took < 7*time.Second || took > 12*time.Second {
			t.Errorf("200 requests took %s, want about 8", took)
		}
	})
}

func BenchmarkDo(b *testing.B) {
	c := newClient(b, fakeServer(func(*http.Request) reply { return newReply(200, `{"id":"t1"}`) }))
	for _, bucket := range c.pacer.buckets { // without waits, the benchmark measures the client
		bucket.limit, bucket.rate = 1<<30, 1<<30
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, bucket := range c.pacer.buckets {
			bucket.sentAt = bucket.sentAt[:0]
		}
		if _, err := c.Do(b.Context(), getCall); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdmitCall(b *testing.B) {
	p := newPacer(false)
	now := time.Now()
	for b.Loop() {
		now = now.Add(rateWindow / 25)
		p.admitCall(p.buckets[http.MethodGet], now)
	}
}

// TestPause checks that a 429 delays every call of the client, also calls of other
// verbs.
func TestPause(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		header func() []string
	}{
		{"seconds", func() []string { return []string{"Retry-After", "20"} }},
		{"date", func() []string {
			return []string{"Retry-After", time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var n atomic.Int32
				c := newClient(t, fakeServer(func(*http.Request) reply {
					if n.Add(1) == 1 {
						return newReply(429, "", tc.header()...)
					}
					if took := time.Since(start); took < 20*time.Second {
						t.Errorf("a request after %s", took)
					}
					return newReply(200, `{}`)
				}))
				var wg sync.WaitGroup
				wg.Go(func() { doConcurrently(t, c, 1, postCall) })
				synctest.Wait()
				wg.Go(func() { doConcurrently(t, c, 30, getCall) })
				wg.Go(func() { doConcurrently(t, c, 1, deleteCall) })
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				_, err := c.Do(ctx, getCall)
				if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 0 {
					t.Errorf("with a deadline in the pause: %v after %s", err, took)
				}
				wg.Wait()
			})
		})
	}
}

func TestRateRecovers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPacer(false)
		p.halveRate(http.MethodPost)
		p.halveRate(http.MethodPost) // in the same burst, so it has no effect
		burst := func() (n int) {
			time.Sleep(2 * time.Second)
			for p.admitCall(p.buckets[http.MethodPost], time.Now()) == 0 {
				n++
			}
			return n
		}
		if n := burst(); n != 5 {
			t.Errorf("%d calls a second after a 429, want 5", n)
		}
		time.Sleep(10 * time.Second)
		if n := burst(); n != 6 {
			t.Errorf("%d calls a second after 14 s, want 6: one step per window", n)
		}
		for range 20 {
			time.Sleep(rateRecovery)
			burst()
		}
		if n := burst(); n != 10 {
			t.Errorf("%d calls a second at last, want 10", n)
		}
		for range 10 {
			time.Sleep(2 * time.Second)
			p.halveRate(http.MethodPost)
		}
		if n := burst(); n != 1 {
			t.Errorf("%d calls a second after many 429s, want 1", n)
		}
	})
}

// TestPauseOutlivesCall checks that other calls respect a Retry-After although the call
// that received it failed, because of an earlier deadline.
func TestPauseOutlivesCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, scriptedServer(
			newReply(429, "", "Retry-After", "20"),
			newReply(200, "{}"),
		))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := c.Do(ctx, postCall); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 0 {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
		if _, err := c.Do(t.Context(), getCall); err != nil || time.Since(start) != 20*time.Second {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}

// TestPauseWithoutRetryAfter checks that a 429 without a Retry-After delays all calls
// by the backoff of the rejected call.
func TestPauseWithoutRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var retried, other time.Time
		first := true
		c := newClient(t, fakeServer(func(r *http.Request) reply {
			switch {
			case first:
				first = false
				return newReply(429, "")
			case r.Method == http.MethodPost:
				retried = time.Now()
			default:
				other = time.Now()
			}
			return newReply(200, "{}")
		}))
		var wg sync.WaitGroup
		wg.Go(func() { doConcurrently(t, c, 1, postCall) })
		synctest.Wait()
		doConcurrently(t, c, 1, getCall)
		wg.Wait()
		if other.Before(retried) {
			t.Errorf("another call was sent %s before the retry of the rejected one", retried.Sub(other))
		}
	})
}
