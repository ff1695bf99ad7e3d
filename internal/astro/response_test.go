package astro

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// TestStrictBodies sends successful responses with valid and invalid bodies.
func TestStrictBodies(t *testing.T) {
	t.Parallel()
	html := []string{"Content-Type", "text/html; charset=utf-8"}
	for _, tc := range []struct {
		name   string
		call   Call
		status int
		body   string
		header []string
		want   string // text of the error; "" if the response is valid
	}{
		{name: "object", call: getCall, status: 200, body: ` {"a":1} `},
		{name: "created", call: postCall, status: 201, body: `{"a":1}`},
		{name: "accepted", call: postCall, status: 202, body: `{"a":1}`},
		{name: "no content", call: postCall, status: 204},
		{name: "deleted", call: deleteCall, status: 204},
		{name: "deleted, 200 with an empty body", call: deleteCall, status: 200},
		{name: "deleted, 404", call: deleteCall, status: 404, body: `{"message":"not found"}`},
		{name: "deleted, a gateway's 404", call: deleteCall, status: 404, body: "default backend", want: "DELETE /things/{id}: 404 Not Found: default backend"},
		{name: "read without content", call: getCall, status: 204, want: "GET /things/{id}: 204 No Content: the body is empty"},
		{name: "partial content", call: getCall, status: 206, body: `{}`, want: "GET /things/{id}: 206 Partial Content: not a status of this API"},
		{name: "empty", call: getCall, status: 200, want: "GET /things/{id}: 200 OK: the body is empty"},
		{name: "blank", call: postCall, status: 200, body: " \n", want: "POST /things: 200 OK: the body is empty"},
		{name: "HTML", call: getCall, status: 200, body: "<!doctype html><p>log in", header: html, want: "GET /things/{id}: 200 OK: the body is an HTML page instead of JSON"},
		{name: "HTML deletion", call: deleteCall, status: 200, body: "<p>log in", header: html, want: "DELETE /things/{id}: 200 OK: the body is an HTML page instead of JSON"},
		{name: "text", call: getCall, status: 200, body: "fine", want: "GET /things/{id}: 200 OK: the body is not JSON: invalid character 'i' in literal false (expecting 'a')"},
		{name: "truncated", call: getCall, status: 200, body: `{"a":[{}`, want: "GET /things/{id}: 200 OK: the body is not JSON: unexpected end of JSON input"},
		{name: "two objects", call: getCall, status: 200, body: `{}{}`, want: "GET /things/{id}: 200 OK: the body is not JSON: invalid character '{' after top-level value"},
		{name: "list", call: getCall, status: 200, body: `[]`, want: "GET /things/{id}: 200 OK: the body is not a JSON object"},
		{name: "null", call: postCall, status: 200, body: `null`, want: "POST /things: 200 OK: the body is not a JSON object"},
		{name: "with requestId", call: postCall, status: 200, body: ``, header: []string{"X-Request-Id", "r7"}, want: "POST /things: 200 OK: the body is empty (requestId r7)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, fakeServer(func(*http.Request) reply {
					return newReply(tc.status, tc.body, tc.header...)
				}))
				body, err := c.Do(t.Context(), tc.call)
				got := ""
				if err != nil {
					got = err.Error()
				} else if string(body) != tc.body && tc.status < 300 {
					t.Errorf("body is %q", body)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// TestHostileServer uses the real transport for responses that need a socket.
func TestHostileServer(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		handler  http.HandlerFunc
		want     string
		requests int32
	}{
		{"truncated", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id":`)
		}, "POST /things: 200 OK: the body is truncated: unexpected EOF", 1},
		{"gzip bomb", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			for range maxObjectBytes>>20 + 1 {
				_, _ = z.Write(make([]byte, 1<<20))
			}
			_ = z.Close()
		}, "POST /things: 200 OK: the body is too large: more than 8 MiB", 1},
		{"endless error", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			for range 64 {
				_, _ = io.WriteString(w, strings.Repeat("no ", 1<<12))
			}
		}, "POST /things: 400 Bad Request: " + strings.Repeat("no ", 66) + "n…", 1},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "POST /things: EOF", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var count atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				count.Add(1)
				tc.handler(w, r)
			}))
			defer s.Close()
			c := newClient(t, nil, func(o *Options) { o.BaseURL = s.URL })
			defer c.httpClient.CloseIdleConnections()
			_, err := c.Do(t.Context(), postCall)
			if err == nil || err.Error() != tc.want {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
			if e := (*Error)(nil); errors.As(err, &e) && e.OutcomeUncertain == (e.StatusCode == http.StatusBadRequest) {
				t.Errorf("OutcomeUncertain is %t: %v", e.OutcomeUncertain, e)
			}
			if n := count.Load(); n != tc.requests {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestTooLargeBodyIsNotReadAgain checks that a body above the maximum size isn't
// retried.
func TestTooLargeBodyIsNotReadAgain(t *testing.T) {
	t.Parallel()
	var count, read atomic.Int32
	endless := newReply(200, "")
	endless.stream = readFunc(func(p []byte) (int, error) {
		if read.Add(int32(len(p))) > 2*maxObjectBytes {
			return 0, io.EOF
		}
		return len(p), nil
	})
	c := newClient(t, countingServer(&count, endless))
	_, err := c.Do(t.Context(), getCall)
	if want := "GET /things/{id}: 200 OK: the body is too large: more than 8 MiB"; err == nil || err.Error() != want || count.Load() != 1 || read.Load() > maxObjectBytes+1 {
		t.Errorf("%d requests, %d bytes read: %v", count.Load(), read.Load(), err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var stolen atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer elsewhere.Close()
	mux := http.NewServeMux()
	api := httptest.NewServer(mux)
	defer api.Close()
	to := func(code int, target string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, code) }
	}
	mux.HandleFunc("/v1/near", to(307, "/v1/end"))
	mux.HandleFunc("/v1/end", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"token":%t}`, r.Header.Get("Authorization") == "Bearer "+testToken)
	})
	mux.HandleFunc("/v1/far", to(302, elsewhere.URL+"/v1/end"))
	mux.HandleFunc("/v1/plain", to(301, strings.Replace(api.URL, "http:", "ftp:", 1)))
	mux.HandleFunc("/v1/circle", to(308, "/v1/circle"))
	mux.HandleFunc("/v1/nowhere", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSeeOther) })
	c := newClient(t, nil, func(o *Options) { o.BaseURL = api.URL })
	defer c.httpClient.CloseIdleConnections()

	for _, tc := range []struct{ method, path, want string }{
		{"GET", "/near", `{"token":true}`},
		{"GET", "/far", fmt.Sprintf("GET /far: 302 Found: an HTML page: a redirect to %q, not followed: this run sends the token only to the API", elsewhere.URL)},
		{"GET", "/plain", fmt.Sprintf("GET /plain: 301 Moved Permanently: an HTML page: a redirect to %q, not followed: this run sends the token only to the API", strings.Replace(api.URL, "http:", "ftp:", 1))},
		{"GET", "/circle", "GET /circle: 308 Permanent Redirect: an HTML page: more than 5 redirects"},
		{"GET", "/nowhere", "GET /nowhere: 303 See Other: a redirect without a valid target"},
		{"POST", "/near", "POST /near: 307 Temporary Redirect: a redirect, not followed: this run follows redirects only for reads"},
		{"POST", "/far", "POST /far: 302 Found: a redirect, not followed: this run follows redirects only for reads"},
		{"DELETE", "/near", "DELETE /near: 307 Temporary Redirect: a redirect, not followed: this run follows redirects only for reads"},
	} {
		body, err := c.Do(t.Context(), Call{Method: tc.method, Path: tc.path})
		got := string(body)
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
	if n := stolen.Load(); n != 0 {
		t.Errorf("%d requests went to another host", n)
	}
}
