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

// rateLimiter is a server that counts requests the way the API's limits say: at
// most limit of them in any one second.
type rateLimiter struct {
	limit      int
	mu         sync.Mutex
	acceptedAt []time.Time
	requests   atomic.Int32
	rejected   int
}

func (l *rateLimiter) serveLimited(*http.Request) reply {
	time.Sleep(time.Duration(30-l.requests.Add(1)%3*10) * time.Millisecond) // some travel faster
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

// The documented limits are used nearly in full and never exceeded; what fits
// into one second isn't slowed.
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

// Someone else uses half of the token's rate: every call still gets through,
// and few are refused.
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

// Verbs don't wait for each other, and a slow API doesn't get more than 25
// calls at a time.
func TestPaceBuckets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var flying, most atomic.Int32
		c := newClient(t, fakeServer(func(*http.Request) reply {
			now := flying.Add(1)
			defer flying.Add(-1)
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
		// 25 in the first second, then the five that are left.
		if took := time.Since(start); took > 22*time.Second || most.Load() != maxInFlight {
			t.Errorf("took %s with %d in flight", took, most.Load())
		}
	})
}

// A redirect is one more request of a call in flight; with every place taken
// by such calls they must not wait for each other.
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
	for _, l := range c.pacer.buckets { // measured is the client, not the wait
		l.limit, l.rate = 1<<30, 1<<30
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, l := range c.pacer.buckets {
			l.sentAt = l.sentAt[:0]
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

// A 429 holds back every call of the client, those of other verbs too.
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
		p.halveRate(http.MethodPost) // of the same burst
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
			t.Errorf("%d calls a second after 14 s, want 6: one step for one look", n)
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

// The call that was told to wait gives up, its deadline being sooner; the
// others still know.
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

// Without a Retry-After it is the backoff of the refused call that all wait for.
func TestPauseWithoutRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var again, other time.Time
		first := true
		c := newClient(t, fakeServer(func(r *http.Request) reply {
			switch {
			case first:
				first = false
				return newReply(429, "")
			case r.Method == http.MethodPost:
				again = time.Now()
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
		if other.Before(again) {
			t.Errorf("another call was sent %s before the refused one", again.Sub(other))
		}
	})
}
