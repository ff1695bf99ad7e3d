package astro

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

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
