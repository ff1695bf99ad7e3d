package astro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []string
		c := newClient(t, scriptedServer(
			errorReply(503, "busy "+testToken, "r1"),
			brokenReply(fmt.Errorf("quoting %s", testToken)),
			newReply(200, `{}`, "X-Request-Id", "r3").delayedBy(time.Second),
		), func(o *Options) {
			o.Trace = func(a Attempt) {
				got = append(got, fmt.Sprintf("%s %s %d %q %d %s %v", a.Method, a.Path, a.StatusCode, a.RequestID, a.Number, a.Duration, a.Err))
			}
		})
		if _, err := c.Do(t.Context(), getCall); err != nil {
			t.Fatal(err)
		}
		want := []string{
			`GET /things/{id} 503 "r1" 1 0s GET /things/{id}: 503 Service Unavailable: busy *** (requestId r1)`,
			`GET /things/{id} 0 "" 2 0s GET /things/{id}: quoting ***`,
			`GET /things/{id} 200 "r3" 3 1s <nil>`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDeprecation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var warnings []string
		c := newClient(t, fakeServer(func(r *http.Request) reply {
			if r.Method == http.MethodDelete {
				return newReply(204, "")
			}
			return newReply(200, `{}`, "Deprecation", "@1800000000", "Sunset", "Sat, 01\nMay 2027")
		}), func(o *Options) { o.Warn = func(text string) { warnings = append(warnings, text) } })
		for _, call := range []Call{getCall, deleteCall, getCall, {Method: "GET", Path: "/things/{id}", Params: map[string]string{"id": "t2"}}, postCall} {
			if _, err := c.Do(t.Context(), call); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{
			"GET /things/{id} is deprecated by the API (Deprecation: @1800000000, Sunset: Sat, 01 May 2027); update astro-apply before the API removes it",
			"POST /things is deprecated by the API (Deprecation: @1800000000, Sunset: Sat, 01 May 2027); update astro-apply before the API removes it",
		}
		if diff := cmp.Diff(want, warnings); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTokenIsNotShown puts the token into every part of a response. No error shows the
// token or one of its parts.
func TestTokenIsNotShown(t *testing.T) {
	t.Parallel()
	escaped := strings.ReplaceAll(testToken, "e", `\u0065`)
	for i, p := range []reply{
		errorReply(400, "token "+testToken+" is bad", testToken),
		newReply(400, `{"message":"`+escaped+`"}`),
		newReply(400, `{"message":"signature0123456789 does not fit"}`),
		newReply(400, strings.Repeat("x", maxSnippet-8)+testToken),
		newReply(400, strings.Repeat("x", maxErrorBytes-8)+testToken),
		newReply(400, "<title>"+testToken+"</title>"),
		newReply(400, `{"message":"m","fieldErrors":[{"field":"`+testToken+`","code":"`+testToken+`","message":"`+testToken+`"}]}`),
		newReply(200, "", "X-Request-Id", testToken),
		newReply(302, "", "Location", "https://"+testToken+".example.com"),
		brokenReply(fmt.Errorf("malformed HTTP response %q", "Authorization: Bearer "+testToken)),
	} {
		var shown []string
		c := newClient(t, countingServer(new(atomic.Int32), p), func(o *Options) {
			o.Trace = func(a Attempt) { shown = append(shown, fmt.Sprintf("%+v", a)) }
		})
		_, err := c.Do(t.Context(), postCall)
		var e *Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		shown = append(shown, err.Error(), fmt.Sprintf("%+v", *e), fmt.Sprintf("%+v %#v", c, c))
		for part := range strings.SplitSeq(testToken, ".") {
			if text := strings.Join(shown, "\n"); strings.Contains(text, part) {
				t.Errorf("case %d shows %q: %s", i, part, text)
			}
		}
	}
}

func TestAttemptTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count atomic.Int32
		c := newClient(t, fakeServer(func(r *http.Request) reply {
			count.Add(1)
			p := newReply(200, "")
			p.stream = readFunc(func([]byte) (int, error) { // a body without an end
				<-r.Context().Done()
				return 0, r.Context().Err()
			})
			return p
		}))
		start := time.Now()
		_, err := c.Do(t.Context(), postCall)
		want := "POST /things: 200 OK: no complete response within 1m0s"
		if err == nil || err.Error() != want || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %s", err, want)
		}
		if took := time.Since(start); took != attemptTimeout || count.Load() != 1 {
			t.Errorf("%d attempts took %s", count.Load(), took)
		}
	})
}
