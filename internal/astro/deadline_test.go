package astro

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestContextEnds checks that an error keeps the last response of the API, with its
// request id, if the context ends.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	hang := newReply(200, `{}`).delayedBy(time.Hour)
	busy := newReply(503, `{"message":"busy","requestId":"r1"}`, "Retry-After", "30")
	for _, tc := range []struct {
		name      string
		call      Call
		replies   []reply
		ctx       func(context.Context) (context.Context, context.CancelFunc)
		is        error
		want      string
		uncertain bool
		after     time.Duration
	}{
		{
			name: "cancelled while waiting", call: getCall,
			replies: []reply{busy},
			ctx:     cancelAfter(10 * time.Second), is: context.Canceled, after: 10 * time.Second,
			want: "GET /things/{id}: 503 Service Unavailable: busy: context canceled: retry after 30s (requestId r1)",
		},
		{
			name: "a deadline before the Retry-After", call: getCall,
			replies: []reply{busy},
			ctx:     timeoutAfter(29 * time.Second), is: context.DeadlineExceeded, after: 0,
			want: "GET /things/{id}: 503 Service Unavailable: busy: the next attempt would be after the deadline: context deadline exceeded: retry after 30s (requestId r1)",
		},
		{
			name: "cancelled in flight, after a response", call: getCall,
			replies: []reply{busy, hang},
			ctx:     cancelAfter(31 * time.Second), is: context.Canceled, after: 31 * time.Second,
			want: "GET /things/{id}: 503 Service Unavailable: busy: context canceled: retry after 30s (requestId r1)",
		},
		{
			name: "a write cancelled in flight", call: postCall,
			replies: []reply{hang},
			ctx:     cancelAfter(time.Second), is: context.Canceled, after: time.Second, uncertain: true,
			want: "POST /things: context canceled",
		},
		{
			name: "a write cancelled before its retry", call: postCall,
			replies: []reply{newReply(429, ``, "Retry-After", "9", "X-Request-Id", "r9")},
			ctx:     cancelAfter(time.Second), is: context.Canceled, after: time.Second,
			want: "POST /things: 429 Too Many Requests: context canceled: retry after 9s (requestId r9)",
		},
		{
			name: "cancelled before the first attempt", call: postCall,
			ctx: cancelAfter(0), is: context.Canceled,
			want: "POST /things: context canceled",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := tc.ctx(t.Context())
				defer cancel()
				n := 0
				c := newClient(t, fakeServer(func(*http.Request) reply {
					n++
					return tc.replies[n-1]
				}))
				start := time.Now()
				_, err := c.Do(ctx, tc.call)
				var e *Error
				if !errors.As(err, &e) || !errors.Is(err, tc.is) {
					t.Fatalf("got %v, want an *Error and %v", err, tc.is)
				}
				if err.Error() != tc.want || e.OutcomeUncertain != tc.uncertain {
					t.Errorf("got %v (uncertain %t)\nwant %s", err, e.OutcomeUncertain, tc.want)
				}
				if took := time.Since(start); took != tc.after {
					t.Errorf("took %s, want %s", took, tc.after)
				}
				if n != len(tc.replies) {
					t.Errorf("%d requests, want %d", n, len(tc.replies))
				}
			})
		})
	}
}

func cancelAfter(after time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		if after == 0 {
			cancel()
		} else {
			time.AfterFunc(after, cancel)
		}
		return ctx, cancel
	}
}

func timeoutAfter(after time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, after)
	}
}

// TestGrace checks that a call in flight may finish within the grace period, and that
// no further call starts.
func TestGrace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		takes time.Duration
		after time.Duration
		is    error
	}{
		{"call shorter than the grace period", 4 * time.Second, 4 * time.Second, nil},
		{"call longer than the grace period", 9 * time.Second, 6 * time.Second, context.Canceled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var count atomic.Int32
				c := newClient(t, countingServer(&count, newReply(200, `{"id":"t1"}`).delayedBy(tc.takes)), func(o *Options) { o.Grace = 5 * time.Second })
				ctx, cancel := cancelAfter(time.Second)(t.Context())
				defer cancel()
				start := time.Now()
				_, err := c.Do(ctx, postCall)
				if took := time.Since(start); !errors.Is(err, tc.is) || took != tc.after {
					t.Errorf("got %v after %s, want %v after %s", err, took, tc.is, tc.after)
				}
				if _, err := c.Do(ctx, postCall); !errors.Is(err, context.Canceled) || count.Load() != 1 {
					t.Errorf("after the end: %v, %d requests", err, count.Load())
				}
			})
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"0", "", 0},
		{" 7 ", "", 7 * time.Second},
		{"-5", "", 0},
		{"soon", "", 0},
		{"1.5", "", 0},
		{"99999999999999999999999", "", maxRetryAfter},
		{"9223372036", "", maxRetryAfter},
		{now.Add(90 * time.Second).Format(http.TimeFormat), "", 90 * time.Second},
		{now.Add(-time.Hour).Format(http.TimeFormat), "", 0},
		{now.Add(1000 * time.Hour).Format(http.TimeFormat), "", maxRetryAfter},
		// The server's clock is one hour ahead of the runner's clock.
		{now.Add(time.Hour + 3*time.Second).Format(http.TimeFormat), now.Add(time.Hour).Format(http.TimeFormat), 3 * time.Second},
	} {
		h := http.Header{"Retry-After": {tc.value}, "Date": {tc.date}}
		if got := parseRetryAfter(h, now); got != tc.want {
			t.Errorf("Retry-After %q at %q: %s, want %s", tc.value, tc.date, got, tc.want)
		}
	}
}
