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
	errReset   = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	errDial    = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	errProxy   = &net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("connection refused")}
	errUnknown = &tls.CertificateVerificationError{Err: errors.New("unknown authority")}
)

// timeout stands for the errors of package net that also claim to be
// context.DeadlineExceeded.
type timeout struct{}

func (timeout) Error() string        { return "i/o timeout" }
func (timeout) Is(target error) bool { return target == context.DeadlineExceeded }

// TestAttempts sends calls to a server that always fails. A read whose failure may be an outage is repeated for a time,
// every other call that may be repeated a number of times.
func TestAttempts(t *testing.T) {
	t.Parallel()
	type outcome struct {
		attempts  int32 // 0: as many as fit in the time of an outage
		ambiguous bool
	}
	once, again, long := outcome{1, false}, outcome{attempts, false}, outcome{0, false}
	lost, sure := outcome{1, true}, outcome{attempts, true}
	status := func(code int) reply {
		return failure(code, "no", "r1")
	}
	body := func(s string) reply {
		return answer(200, s)
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
		{"408", status(408), long, lost, sure},
		{"425", status(425), long, lost, sure},
		{"429", status(429), long, again, again},
		{"500", status(500), long, lost, sure},
		{"501", status(501), once, lost, lost},
		{"502", status(502), long, lost, sure},
		{"503", status(503), long, lost, sure},
		{"504", status(504), long, lost, sure},
		{"reset", breaks(errReset), long, lost, sure},
		{"timeout", breaks(timeout{}), long, lost, sure},
		{"refused", breaks(errDial), long, again, again},
		{"proxy refused", breaks(errProxy), long, again, again},
		{"certificate", breaks(errUnknown), once, once, once},
		{"truncated", body(`{"id":`), again, lost, sure},
		{"HTML", body(`<html>`), again, lost, sure},
		{"not an object", body(`[]`), again, lost, sure},
	} {
		for call, want := range map[*Call]outcome{&getCall: tc.get, &postCall: tc.post, &deleteCall: tc.delete} {
			t.Run(call.Method+" "+tc.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var count atomic.Int32
					c := newClient(t, always(&count, tc.reply))
					start := time.Now()
					_, err := c.Do(t.Context(), *call)
					took := time.Since(start)
					var e *Error
					switch {
					case call.Method == http.MethodDelete && tc.name == "404":
						if err != nil {
							t.Errorf("deleting what is gone: %v", err)
						}
					case !errors.As(err, &e):
						t.Fatalf("got %v, want an *Error", err)
					case e.Ambiguous != want.ambiguous:
						t.Errorf("ambiguous is %t: %v", e.Ambiguous, e)
					}
					if errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("%v claims that the context ended", err)
					}
					switch n := count.Load(); {
					case want.attempts == 0 && (n < attempts || took < outage || took > outage+longestWait):
						t.Errorf("%d attempts in %s, want at least %d in at least %s", n, took, attempts, outage)
					case want.attempts > 0 && n != want.attempts:
						t.Errorf("%d attempts, want %d", n, want.attempts)
					}
				})
			})
		}
	}
}

func TestRecovers(t *testing.T) {
	t.Parallel()
	unavailable := failure(503, "busy", "r1")
	limited := answer(429, `<html><title>Too many</title>`)
	fine := answer(200, `{"id":"t1"}`)
	gone := failure(404, "gone", "r2")
	for _, tc := range []struct {
		name    string
		call    Call
		replies []reply
		want    string
	}{
		{"GET", getCall, []reply{unavailable, breaks(errReset), limited, breaks(errDial), fine}, `{"id":"t1"}`},
		{"POST", postCall, []reply{limited, breaks(errDial), limited, fine}, `{"id":"t1"}`},
		{"DELETE, done by the lost try", deleteCall, []reply{breaks(errReset), gone}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				body, err := newClient(t, script(tc.replies...)).Do(t.Context(), tc.call)
				if err != nil || string(body) != tc.want {
					t.Errorf("got %q, %v", body, err)
				}
			})
		})
	}
}

// A DELETE that may have happened stays in doubt when what follows is certain.
func TestDoubtStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, script(breaks(errReset), failure(403, "no", "r1")))
		_, err := c.Do(t.Context(), deleteCall)
		if e := (*Error)(nil); !errors.As(err, &e) || !e.Ambiguous || e.StatusCode != http.StatusForbidden {
			t.Errorf("got %#v", err)
		}
	})
}

func TestWaits(t *testing.T) {
	t.Parallel()
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			var last time.Time
			var waits []time.Duration
			c := newClient(t, server(func(*http.Request) reply {
				if !last.IsZero() {
					waits = append(waits, time.Since(last))
				}
				last = time.Now()
				return failure(503, "busy", "r1")
			}))
			_, _ = c.Do(t.Context(), getCall)
			for i, wait := range waits {
				if most := min(firstWait<<i, longestWait); wait > most+time.Microsecond {
					t.Errorf("wait %d is %s, more than %s", i+1, wait, most)
				}
			}
		})
	}
}

func TestLongestWait(t *testing.T) {
	t.Parallel()
	p := newPolicy(t.Context())
	p.Reset()
	var longest time.Duration
	for range 1000 {
		longest = max(longest, p.NextBackOff())
	}
	if longest > longestWait+time.Millisecond || longest < longestWait*3/4 {
		t.Errorf("the longest of 1000 waits is %s, want nearly %s", longest, longestWait)
	}
}

// TestReadOutlastsOutage lets the API come back after just under the time that reads are repeated for.
func TestReadOutlastsOutage(t *testing.T) {
	t.Parallel()
	for _, fault := range []reply{failure(503, "busy", "r1"), answer(502, "<html>"), answer(429, ""), breaks(errReset), breaks(errDial)} {
		for range 5 {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				c := newClient(t, server(func(*http.Request) reply {
					if time.Since(start) < outage {
						return fault
					}
					return answer(200, `{}`)
				}))
				if _, err := c.Do(t.Context(), getCall); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestRetriesAreLogged reads the log of an outage that 25 calls meet at once: the reason at the first repetition, and
// after that at most once in a quiet time.
func TestRetriesAreLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var lines []string
		var at []time.Duration
		c := newClient(t, server(func(*http.Request) reply { return failure(503, "busy", "r1") }), func(o *Options) {
			o.Warn = func(text string) {
				mu.Lock()
				defer mu.Unlock()
				lines, at = append(lines, text), append(at, time.Since(start))
			}
		})
		var all sync.WaitGroup
		for range maxFlight {
			all.Go(func() { _, _ = c.Do(t.Context(), getCall) })
		}
		all.Wait()
		if len(lines) < 3 || at[0] > firstWait {
			t.Errorf("lines at %v, want at least three, the first at once", at)
		}
		for i := range at[1:] {
			if pause := at[i+1] - at[i]; pause < quiet {
				t.Errorf("lines %d and %d are %s apart, want at least %s", i, i+1, pause, quiet)
			}
		}
		const want = "GET /things/{id}: 503 Service Unavailable: busy (requestId r1); trying again"
		for _, line := range lines {
			if !strings.HasPrefix(line, want) {
				t.Errorf("got %q, want %q first", line, want)
			}
		}
	})
}

// TestLongWaitIsLogged: a Retry-After beyond what the last line covers is a line of its own.
func TestLongWaitIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := []reply{
			failure(503, "busy", "r1"), answer(429, `{"message":"slow down"}`, "Retry-After", "20", "X-Request-Id", "r9"),
			failure(503, "busy", "r1"), answer(200, `{}`),
		}
		var said []string
		c := newClient(t, server(func(*http.Request) reply {
			next := answers[0]
			answers = answers[1:]
			return next
		}), func(o *Options) { o.Warn = func(text string) { said = append(said, text) } })
		if _, err := c.Do(t.Context(), getCall); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"GET /things/{id}: 503 Service Unavailable: busy (requestId r1); trying again",
			"GET /things/{id}: 429 Too Many Requests: slow down: retry after 20s (requestId r9); trying again in 20s",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Error(diff)
		}
	})
}

// Too many requests for a few seconds, of which nothing says how long, is no
// reason to give up.
func TestTooManyForSeconds(t *testing.T) {
	t.Parallel()
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			c := newClient(t, server(func(*http.Request) reply {
				if time.Since(start) < 3*time.Second {
					return answer(429, ``)
				}
				return answer(200, `{}`)
			}))
			if _, err := c.Do(t.Context(), postCall); err != nil {
				t.Error(err)
			}
		})
	}
}
