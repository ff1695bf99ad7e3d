package redact

import (
	"encoding/base64"
	"strings"
)

// base64Forms lists the forms of a secret in base64. Inside a longer text such as
// user:secret, the form depends on the offset modulo three. Its first and last characters
// also depend on the text around the secret, so base64Forms leaves those out.
func base64Forms(secret string) (forms []string) {
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		forms = append(forms, e.EncodeToString([]byte(secret)))
		if len(secret) >= WholeWordBelow {
			forms = append(forms, strings.TrimRight(forms[len(forms)-1], "="))
		}
		for offset := range 3 {
			raw := []byte(strings.Repeat("\x00", offset) + secret)
			form := strings.TrimRight(e.EncodeToString(raw), "=")[(offset*8+5)/6:]
			if len(raw)%3 != 0 {
				form = form[:len(form)-1]
			}
			if len(form) >= WholeWordBelow {
				forms = append(forms, form)
			}
		}
	}
	return forms
}
