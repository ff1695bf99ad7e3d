package astro

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"
	"unicode/utf8"
)

// FuzzAnswer sends a call to a server that answers anything, headers included.
// What comes of it is a JSON object, nothing where nothing may come, or an
// Error that is fit to show. FuzzError does the same for bodies alone, and so
// more often. Retries take no time in the bubble.
func FuzzAnswer(f *testing.F) {
	const get, post, del = 0, 1, 2
	f.Add(get, 200, `{"a":1}`, "application/json", "r1", "", "", "")
	f.Add(post, 201, `[]`, "application/json", "", "", "", "")
	f.Add(post, 204, ``, "", "", "", "", "")
	f.Add(get, 204, ``, "", "", "", "", "")
	f.Add(post, 200, ` `, "", "", "", "", "")
	f.Add(del, 204, ``, "", "", "", "", "true")
	f.Add(del, 404, `{"message":"gone","requestId":"r2"}`, "application/json", "r1", "", "", "")
	f.Add(get, 404, `{"message":"gone","requestId":"r2"}`, "application/json", "", "", "", "")
	f.Add(get, 206, `{}`, "application/json", "", "", "", "")
	f.Add(get, 200, "{}", "text/html", "", "", "", "")
	f.Add(post, 400, `{"message":"no","fieldErrors":[{"field":"a[1].b","code":"max","message":"`+testToken+`"}]}`, "application/json", "r1", "", "", "")
	f.Add(get, 429, `{"message":"later"}`, "application/json", "r\n1", "86400", "", "")
	f.Add(post, 503, "<title>"+testToken+"</title>", "text/html", testToken, "Wed, 21 Oct 2026 07:28:00 GMT", "", testToken)
	f.Add(get, 302, "", "", "", "", "https://other.example.com/"+testToken, "")
	f.Add(get, 301, "", "", "", "", "://"+testToken, "")
	f.Add(post, 409, `{"message":"`+strings.Repeat("a long answer ", 2000)+testToken+`"}`, "", "", "", "", "")
	f.Add(get, 307, "", "", "", "", "/v1/things/t2", "")
	f.Add(del, 418, strings.Repeat("\xff\u202e\u2028\x1b", 2000), "", strings.Repeat("é", 300), "-1", "", "@0")
	f.Fuzz(func(t *testing.T, method, status int, body, kind, id, later, location, deprecated string) {
		call := []Call{getCall, postCall, deleteCall}[uint(method)%3]
		status = 100 + int(uint(status-100)%900)
		header := http.Header{"Content-Type": {kind}, "X-Request-Id": {id}, "Retry-After": {later}, "Location": {location}, "Deprecation": {deprecated}}
		synctest.Test(t, func(t *testing.T) {
			var said []string
			c := newClient(t, fakeServer(func(*http.Request) reply { return reply{status: status, header: header, text: body} }), func(o *Options) {
				o.Warn = func(text string) { said = append(said, text) }
				o.Trace = func(a Attempt) { said = append(said, singleLine(fmt.Sprintf("%+v", a))) }
			})
			got, err := c.Do(t.Context(), call)
			if err == nil {
				checkSuccess(t, call.Method, status, body, got)
			} else {
				checkFailure(t, status, err, got)
				said = append(said, err.Error())
			}
			if isJSONObject(body) && (status == 200 || status == 201 || status == 202) && !strings.HasPrefix(kind, "text/html") && err != nil {
				t.Errorf("a good answer is an error: %v", err)
			}
			for _, text := range said {
				checkLoggable(t, text)
			}
		})
	})
}

// checkSuccess checks an answer that is none of the errors.
func checkSuccess(t *testing.T, method string, status int, body string, got []byte) {
	t.Helper()
	switch {
	case method == http.MethodDelete && status == http.StatusNotFound:
	case !slices.Contains([]int{200, 201, 202, 204}, status):
		t.Errorf("status %d is a success", status)
	case got == nil && (status == 204 && method != http.MethodGet || method == http.MethodDelete && strings.TrimSpace(body) == ""):
	case string(got) != body || !isJSONObject(body):
		t.Errorf("status %d with %q gives %q", status, body, got)
	}
}

// checkFailure checks an error beyond its text.
func checkFailure(t *testing.T, status int, err error, got []byte) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || got != nil {
		t.Fatalf("not an *Error alone: %T, %q", err, got)
	}
	if e.StatusCode != status && (e.StatusCode != 0 || status/100 != 3) { // net/http keeps no answer whose Location is no URL
		t.Errorf("status %d, answered %d", e.StatusCode, status)
	}
	if all := fmt.Sprintf("%+v", *e); strings.Contains(all, testToken) {
		t.Errorf("holds the token: %q", all)
	}
}

// checkLoggable checks a text that goes into the log.
func checkLoggable(t *testing.T, text string) {
	t.Helper()
	if utf8.RuneCountInString(text) >= 4096 || !utf8.ValidString(text) {
		t.Errorf("%d bytes: %q", len(text), text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("not one printable line: %q", text)
	}
	for part := range strings.SplitSeq(testToken, ".") {
		if strings.Contains(text, part) {
			t.Errorf("shows the token: %q", text)
		}
	}
}

func isJSONObject(body string) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal([]byte(body), &members) == nil && members != nil
}
