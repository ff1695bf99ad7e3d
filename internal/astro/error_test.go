package astro

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestErrorText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, body string
		status     int
		header     []string
		want       string
	}{
		{
			"envelope", `{"message":"Invalid request: Deployment name 'my_deployment' already exists in this workspace","requestId":"f004d12a-29c8-40d8-b239-2b1b615ea45b","statusCode":400}`, 400, nil,
			"POST /things: 400 Bad Request: Invalid request: Deployment name 'my_deployment' already exists in this workspace (requestId f004d12a-29c8-40d8-b239-2b1b615ea45b)",
		},
		{
			"field errors", `{"message":"Invalid request: b is bad","requestId":"r1","fieldErrors":[{"field":"a[1].b","code":"max","message":"must be 5 or less"},{"field":"b","message":"b is bad"},{"field":"c","code":"required"}]}`, 400, nil,
			"POST /things: 400 Bad Request: Invalid request: b is bad: a[1].b: must be 5 or less; c: required (requestId r1)",
		},
		{"members of other types", `{"message":"no","requestId":5,"fieldErrors":{"a":1}}`, 400, []string{"X-Request-Id", "r2"}, "POST /things: 400 Bad Request: no (requestId r2)"},
		{"gateway", `{"error":"forbidden by policy"}`, 403, nil, "POST /things: 403 Forbidden: forbidden by policy"},
		{"no message", `{"code":7}`, 409, nil, `POST /things: 409 Conflict: {"code":7}`},
		{"list", `["no"]`, 400, nil, `POST /things: 400 Bad Request: ["no"]`},
		{"empty", ``, 502, nil, "POST /things: 502 Bad Gateway"},
		{"text", "upstream\r\n connect \x1b[31merror\u2028now", 503, nil, "POST /things: 503 Service Unavailable: upstream connect [31merror now"},
		{"HTML", "<html><head><title>\n 503 Busy\n</title></head><body>" + strings.Repeat("x", 1e5), 503, nil, `POST /things: 503 Service Unavailable: an HTML page, "503 Busy"`},
		{"HTML by its type", "oops", 500, []string{"Content-Type", "text/html"}, "POST /things: 500 Internal Server Error: an HTML page"},
		{"unknown status", `{"message":"no"}`, 499, nil, "POST /things: 499: no"},
		{"workflow command", `{"message":"a\n::error::forged\r\n##[set-output]"}`, 400, nil, "POST /things: 400 Bad Request: a ::error::forged ##[set-output]"},
		{
			"longer than the limit, the id first", `{"requestId":"r1","message":"` + strings.Repeat("x", maxErrorBytes) + `"}`, 400, nil,
			"POST /things: 400 Bad Request: " + `{"requestId":"r1","message":"` + strings.Repeat("x", 170) + "…" + " (requestId r1)",
		},
		{
			"long, the id last", `{"message":"no","statusCode":400,"details":"` + strings.Repeat("x", 500_000) + `","requestId":"r1"}`, 400, nil,
			"POST /things: 400 Bad Request: no (requestId r1)",
		},
		{"truncated", `{"message":"no","requestId":"r1","fieldErrors":[{"field"`, 400, nil, "POST /things: 400 Bad Request: no (requestId r1)"},
		{"long HTML", "<html>" + strings.Repeat("x", 2*maxErrorBytes), 502, []string{"X-Request-Id", "r1"}, "POST /things: 502 Bad Gateway: an HTML page (requestId r1)"},
		{"with Retry-After", `{"message":"later"}`, 503, []string{"Retry-After", "60"}, "POST /things: 503 Service Unavailable: later: retry after 1m0s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, fakeServer(func(*http.Request) reply { return newReply(tc.status, tc.body, tc.header...) }))
			_, err := c.Do(t.Context(), postCall)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Error(diff)
			}
			if AsError(err).IsNotFound() {
				t.Error("IsNotFound is true")
			}
		})
	}
}

func TestErrorFields(t *testing.T) {
	t.Parallel()
	c := newClient(t, fakeServer(func(*http.Request) reply {
		return newReply(404, `{"message":"gone","requestId":"r1","statusCode":500,"fieldErrors":[{"field":"a","code":"b","message":"c"}]}`, "X-Request-Id", "r2")
	}))
	_, err := c.Do(t.Context(), postCall)
	want := &Error{
		Method: "POST", Path: "/things", StatusCode: 404, Message: "gone", RequestID: "r1",
		FieldErrors: []FieldError{{Field: "a", Code: "b", Message: "c"}},
	}
	var got *Error
	if err = fmt.Errorf("wrapped: %w", err); !errors.As(err, &got) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !AsError(err).IsNotFound() || AsError(errors.New("404")).IsNotFound() || AsError(nil).IsNotFound() {
		t.Error("IsNotFound returns a wrong result")
	}
	for status, want := range map[int][2]bool{400: {true, false}, 401: {false, false}, 403: {true, true}, 404: {true, false}, 429: {false, false}, 500: {false, false}} {
		err := fmt.Errorf("list: %w", &Error{StatusCode: status})
		if got := [2]bool{AsError(err).IsRefused(), AsError(err).IsForbidden()}; got != want {
			t.Errorf("%d: refused, forbidden %v", status, got)
		}
	}
}

func FuzzError(f *testing.F) {
	f.Add(400, "application/json", `{"message":"no","requestId":"r1","fieldErrors":[{"field":"a","code":"b","message":"c"}]}`)
	f.Add(503, "text/html", "<title>busy</title>")
	f.Add(429, "", "\xff\u202e\n"+testToken)
	f.Add(500, "application/json", `{"message":{"a":["`+testToken+`"]}}`)
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		c := newClient(t, fakeServer(nil))
		e := &Error{Method: "GET", Path: "/x", StatusCode: status}
		c.fillError(e, http.Header{"Content-Type": {kind}}, []byte(body))
		text := e.Error()
		if n := utf8.RuneCountInString(text); n > 4096 || !utf8.ValidString(text) {
			t.Errorf("%d characters: %q", n, text)
		}
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("not one printable line: %q", text)
		}
		if all := fmt.Sprintf("%+v", *e); strings.Contains(all, testToken) {
			t.Errorf("shows the token: %q", all)
		}
	})
}
