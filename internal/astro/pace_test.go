package astro

import (
	"context"
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
