package astro

import (
	"net/http"
	"strings"
	"testing"

	"astro-apply/internal/redact"
)

// TestRedact checks that the client redacts secrets in texts of the API first: a
// truncated secret, or one with collapsed whitespace, would not be recognized.
func TestRedact(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"correct  horse\tbattery", "zero\u200bwidth\u00a0blank", strings.Repeat("long-secret-", 400)} {
		c := newClient(t, fakeServer(nil), func(o *Options) {
			o.Secrets = &redact.Secrets{}
			o.Secrets.Add(secret)
		})
		e := &Error{Method: "POST", Path: "/x", StatusCode: http.StatusBadRequest}
		body := strings.NewReplacer("\t", `\t`).Replace(`{"message":"no ` + secret + ` here","requestId":"` + secret + `","fieldErrors":[{"field":"a","message":"not ` + secret + `"}]}`)
		c.fillError(e, http.Header{}, []byte(body))
		if want := "POST /x: 400 Bad Request: no *** here: a: not *** (requestId ***)"; e.Error() != want {
			t.Errorf("%.200s\nwant %s", e.Error(), want)
		}
		c.fillError(e, http.Header{}, []byte("said "+secret))
		if e.Message != "said ***" {
			t.Errorf("message %.200q", e.Message)
		}
	}
}

// TestRedactBeforeTruncate puts a secret around the position where a text is truncated.
// The error must not show a part of the secret.
func TestRedactBeforeTruncate(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-correct-18"
	for before := 90; before < 130; before++ {
		long := strings.Repeat("x", before) + secret + strings.Repeat("y", 400)
		for name, body := range map[string]string{
			"item without id": `{"things":[{"v":"` + long + `"},{"v":"` + long + `"}],"totalCount":2}`,
			"id":              `{"things":[{"id":"` + long + `"},{"id":"` + long + `"}],"totalCount":2}`,
			"totalCount":      `{"things":[],"totalCount":"` + long + `"}`,
		} {
			c := newClient(t, fakeServer(func(*http.Request) reply { return newReply(200, body) }), func(o *Options) {
				o.Secrets = &redact.Secrets{}
				o.Secrets.Add(secret)
			})
			_, err := c.List(t.Context(), listCall, "things")
			if err == nil || strings.Contains(err.Error(), "hun") || !strings.Contains(err.Error(), "***") {
				t.Fatalf("%s, %d before: %v", name, before, err)
			}
		}
	}
}
