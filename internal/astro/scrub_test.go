package astro

import (
	"net/http"
	"strings"
	"testing"
)

// Secrets are taken out of what the API says before anything else is done with
// it: what is cut, or has its white space collapsed, is not recognised later.
func TestScrub(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"correct  horse\tbattery", "zero\u200bwidth\u00a0blank", strings.Repeat("long-secret-", 400)} {
		c := newClient(t, server(nil), func(o *Options) { o.Scrub = strings.NewReplacer(secret, "***").Replace })
		e := &Error{Method: "POST", Path: "/x", StatusCode: http.StatusBadRequest}
		body := strings.NewReplacer("\t", `\t`).Replace(`{"message":"no ` + secret + ` here","requestId":"` + secret + `","fieldErrors":[{"field":"a","message":"not ` + secret + `"}]}`)
		c.describe(e, http.Header{}, []byte(body))
		if want := "POST /x: 400 Bad Request: no *** here: a: not *** (requestId ***)"; e.Error() != want {
			t.Errorf("%.200s\nwant %s", e.Error(), want)
		}
		c.describe(e, http.Header{}, []byte("said "+secret))
		if e.Message != "said ***" {
			t.Errorf("message %.200q", e.Message)
		}
	}
}
