package astro

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	errReset            = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	errDial             = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	errProxy            = &net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("connection refused")}
	errUnknownAuthority = &tls.CertificateVerificationError{Err: errors.New("unknown authority")}
)

// fakeTimeout behaves like the timeout errors of package net, which errors.Is also
// reports as context.DeadlineExceeded.
type fakeTimeout struct{}

func (fakeTimeout) Error() string        { return "i/o timeout" }
func (fakeTimeout) Is(target error) bool { return target == context.DeadlineExceeded }

// TestAttempts sends calls to a server that always fails. The client retries a read for
// minOutageRetry if the failure may be an outage, and every other retryable call until
// minAttempts.
func TestAttempts(t *testing.T) {
	t.Parallel()
	type outcome struct {
		attempts  int32 // 0: as many as fit into minOutageRetry
		uncertain bool
	}
	once, retried, outage := outcome{1, false}, outcome{minAttempts, false}, outcome{0, false}
	onceUncertain, retriedUncertain := outcome{1, true}, outcome{minAttempts, true}
	status := func(code int) reply {
		return errorReply(code, "no", "r1")
	}
	body := func(s string) reply {
		return newReply(200, s)
	}
	for _, tc := range []struct {
		name              string
		reply             reply
		get, post, delete outcome
	}{
		{"400", status(400), once, once, once},
		{"401", status(401), once, once, once},
		{"403", status(403), once, once, once},
		{"404", status(404), once, once, outcome{1, false}},
		{"405", status(405), once, once, once},
		{"409", status(409), once, once, once},
		{"412", status(412), once, once, once},
		{"408", status(408), outage, onceUncertain, retriedUncertain},
		{"425", status(425), outage, onceUncertain, retriedUncertain},
		{"429", status(429), outage, retried, retried},
		{"500", status(500), outage, onceUncertain, retriedUncertain},
		{"501", status(501), once, onceUncertain, onceUncertain},
		{"502", status(502), outage, onceUncertain, retriedUncertain},
		{"503", status(503), outage, onceUncertain, retriedUncertain},
		{"504", status(504), outage, onceUncertain, retriedUncertain},
		{"reset", brokenReply(errReset), outage, onceUncertain, retriedUncertain},
		{"timeout", brokenReply(fakeTimeout{}), outage, onceUncertain, retriedUncertain},
		{"refused", brokenReply(errDial), outage, retried, retried},
		{"proxy refused", brokenReply(errProxy), outage, retried, retried},
		{"certificate", brokenReply(errUnknownAuthority), once, once, once},
		{"truncated", body(`{"id":`), retried, onceUncertain, retriedUncertain},
		{"HTML", body(`<html>`), retried, onceUncertain, retriedUncertain},
		{"not a JSON object", body(`[]`), retried, onceUncertain, retriedUncertain},
	} {
		for call, want := range map[*Call]outcome{&getCall: tc.get, &postCall: tc.post, &deleteCall: tc.delete} {
			t.Run(call.Method+" "+tc.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var count atomic.Int32
					c := newClient(t, countingServer(&count, tc.reply))
					start := time.Now()
					_, err := c.Do(t.Context(), *call)
					took := time.Since(start)
					var e *Error
					switch {
					case call.Method == http.MethodDelete && tc.name == "404":
						if err != nil {
							t.Errorf("DELETE of a deleted resource: %v", err)
						}
					case !errors.As(err, &e):
						t.Fatalf("got %v, want an *Error", err)
					case e.OutcomeUncertain != want.uncertain:
						t.Errorf("OutcomeUncertain is %t: %v", e.OutcomeUncertain, e)
					}
					if errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("%v wraps context.DeadlineExceeded", err)
					}
					switch n := count.Load(); {
					case want.attempts == 0 && (n < minAttempts || took < minOutageRetry || took > minOutageRetry+maxWait):
						t.Errorf("%d attempts in %s, want at least %d in at least %s", n, took, minAttempts, minOutageRetry)
					case want.attempts > 0 && n != want.attempts:
						t.Errorf("%d attempts, want %d", n, want.attempts)
					}
				})
			})
		}
	}
}

func TestRetryRecovers(t *testing.T) {
	t.Parallel()
	unavailable := errorReply(503, "busy", "r1")
	limited := newReply(429, `<html><title>Too many</title>`)
	fine := newReply(200, `{"id":"t1"}`)
	notFound := errorReply(404, "gone", "r2")
	for _, tc := range []struct {
		name    string
		call    Call
		replies []reply
		want    string
	}{
		{"GET", getCall, []reply{unavailable, brokenReply(errReset), limited, brokenReply(errDial), fine}, `{"id":"t1"}`},
		{"POST", postCall, []reply{limited, brokenReply(errDial), limited, fine}, `{"id":"t1"}`},
		{"DELETE, executed by the attempt without a response", deleteCall, []reply{brokenReply(errReset), notFound}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				body, err := newClient(t, scriptedServer(tc.replies...)).Do(t.Context(), tc.call)
				if err != nil || string(body) != tc.want {
					t.Errorf("got %q, %v", body, err)
				}
			})
		})
	}
}

// TestOutcomeRemainsUncertain checks that the outcome of a DELETE without a response
// is still uncertain after a retry that the API rejects.
func TestOutcomeRemainsUncertain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, scriptedServer(brokenReply(errReset), errorReply(403, "no", "r1")))
		_, err := c.Do(t.Context(), deleteCall)
		if e := (*Error)(nil); !errors.As(err, &e) || !e.OutcomeUncertain || e.StatusCode != http.StatusForbidden {
			t.Errorf("got %#v", err)
		}
	})
}

func TestRetryWaits(t *testing.T) {
	t.Parallel()
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			var last time.Time
			var waits []time.Duration
			c := newClient(t, fakeServer(func(*http.Request) reply {
				if !last.IsZero() {
					waits = append(waits, time.Since(last))
				}
				last = time.Now()
				return errorReply(503, "busy", "r1")
			}))
			_, _ = c.Do(t.Context(), getCall)
			for i, wait := range waits {
				if most := min(firstWait<<i, maxWait); wait > most+time.Microsecond {
					t.Errorf("wait %d is %s, more than %s", i+1, wait, most)
				}
			}
		})
	}
}

func TestLongestWait(t *testing.T) {
	t.Parallel()
	var longest time.Duration
	for attempt := range retryPolicy.Attempts(t.Context()) {
		if attempt.Number > 1000 {
			break
		}
		longest, attempt.Wait = max(longest, attempt.Wait), 0
	}
	if longest > maxWait+time.Millisecond || longest < maxWait*3/4 {
		t.Errorf("the longest of 1000 waits is %s, want nearly %s", longest, maxWait)
	}
}

// TestReadOutlastsOutage ends the outage shortly before the client stops the retries of
// a read.
func TestReadOutlastsOutage(t *testing.T) {
	t.Parallel()
	for _, fault := range []reply{errorReply(503, "busy", "r1"), newReply(502, "<html>"), newReply(429, ""), brokenReply(errReset), brokenReply(errDial)} {
		for range 5 {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				c := newClient(t, fakeServer(func(*http.Request) reply {
					if time.Since(start) < minOutageRetry {
						return fault
					}
					return newReply(200, `{}`)
				}))
				if _, err := c.Do(t.Context(), getCall); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestRetriesAreLogged checks the log during an outage with 25 concurrent calls. The
// log shows the reason at the first retry, and then at most once per retryLogInterval.
func TestRetriesAreLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var lines []string
		var at []time.Duration
		c := newClient(t, fakeServer(func(*http.Request) reply { return errorReply(503, "busy", "r1") }), func(o *Options) {
			o.Warn = func(text string) {
				mu.Lock()
				defer mu.Unlock()
				lines, at = append(lines, text), append(at, time.Since(start))
			}
		})
		var all sync.WaitGroup
		for range maxInFlight {
			all.Go(func() { _, _ = c.Do(t.Context(), getCall) })
		}
		all.Wait()
		if len(lines) < 3 || at[0] > firstWait {
			t.Errorf("lines at %v, want at least three, the first at once", at)
		}
		for i := range at[1:] {
			if pause := at[i+1] - at[i]; pause < retryLogInterval {
				t.Errorf("lines %d and %d are %s apart, want at least %s", i, i+1, pause, retryLogInterval)
			}
		}
		const want = "GET /things/{id}: 503 Service Unavailable: busy (requestId r1); attempt "
		for _, line := range lines {
			if !strings.HasPrefix(line, want) {
				t.Errorf("got %q, want %q first", line, want)
			}
		}
	})
}

// TestLongWaitIsLogged checks that a Retry-After has a separate log line if it is longer
// than the period that the last line covers.
func TestLongWaitIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		replies := []reply{
			errorReply(503, "busy", "r1"), newReply(429, `{"message":"slow down"}`, "Retry-After", "20", "X-Request-Id", "r9"),
			errorReply(503, "busy", "r1"), newReply(200, `{}`),
		}
		var logged []string
		c := newClient(t, fakeServer(func(*http.Request) reply {
			next := replies[0]
			replies = replies[1:]
			return next
		}), func(o *Options) { o.Warn = func(text string) { logged = append(logged, text) } })
		if _, err := c.Do(t.Context(), getCall); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"GET /things/{id}: 503 Service Unavailable: busy (requestId r1); attempt 1 failed, retrying",
			"GET /things/{id}: 429 Too Many Requests: slow down: retry after 20s (requestId r9); attempt 2 failed, retrying in 20s",
		}
		if diff := cmp.Diff(want, logged); diff != "" {
			t.Error(diff)
		}
	})
}

// TestBriefRateLimitIsOutlasted checks that a call succeeds if the API responds with
// 429 for a few seconds, without a Retry-After.
func TestBriefRateLimitIsOutlasted(t *testing.T) {
	t.Parallel()
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			c := newClient(t, fakeServer(func(*http.Request) reply {
				if time.Since(start) < 3*time.Second {
					return newReply(429, ``)
				}
				return newReply(200, `{}`)
			}))
			if _, err := c.Do(t.Context(), postCall); err != nil {
				t.Error(err)
			}
		})
	}
}
