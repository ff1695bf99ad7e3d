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

// FuzzResponse sends a call to a server with an arbitrary status, body and headers.
// The result must be a JSON object, no body where none is required, or an Error that is
// safe to show. FuzzError varies only the body, so it tries more bodies. Retries take
// no time because synctest fakes the clock.
func FuzzResponse(f *testing.F) {
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
			var logged []string
			c := newClient(t, fakeServer(func(*http.Request) reply { return reply{status: status, header: header, text: body} }), func(o *Options) {
				o.Warn = func(text string) { logged = append(logged, text) }
				o.Trace = func(a Attempt) { logged = append(logged, singleLine(fmt.Sprintf("%+v", a))) }
			})
			got, err := c.Do(t.Context(), call)
			if err == nil {
				checkSuccess(t, call.Method, status, body, got)
			} else {
				checkFailure(t, status, err, got)
				logged = append(logged, err.Error())
			}
			if isJSONObject(body) && (status == 200 || status == 201 || status == 202) && !strings.HasPrefix(kind, "text/html") && err != nil {
				t.Errorf("a valid response results in an error: %v", err)
			}
			for _, text := range logged {
				checkLoggable(t, text)
			}
		})
	})
}

// checkSuccess checks that a call without an error had a valid response.
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

// checkFailure checks the type and the fields of an error.
func checkFailure(t *testing.T, status int, err error, got []byte) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || got != nil {
		t.Fatalf("not an *Error alone: %T, %q", err, got)
	}
	if e.StatusCode != status && (e.StatusCode != 0 || status/100 != 3) { // net/http drops a response with an invalid URL in Location
		t.Errorf("the error has status %d, the response %d", e.StatusCode, status)
	}
	if all := fmt.Sprintf("%+v", *e); strings.Contains(all, testToken) {
		t.Errorf("contains the token: %q", all)
	}
}

// checkLoggable checks that a text is safe to log: one printable line, shorter than the
// runner's limit, without a part of the token.
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
