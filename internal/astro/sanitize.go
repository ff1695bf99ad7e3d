package astro

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"astro-apply/internal/redact"
)

// Bounds of what an Error shows, in characters. Together they stay below the 4096
// characters that the runner keeps of an annotation.
const (
	maxMessage = 2000
	maxFields  = 800
	maxCause   = 400
	maxField   = 300
	maxID      = 128
	maxSnippet = 200
)

// addTokenSecrets adds the token to secrets, and each long part of a JWT, since an
// error may quote the part that it is about.
func addTokenSecrets(secrets *redact.Secrets, token string) *redact.Secrets {
	if secrets == nil {
		secrets = &redact.Secrets{}
	}
	secrets.Add(token)
	for part := range strings.SplitSeq(token, ".") {
		if len(part) >= 16 {
			secrets.Add(part)
		}
	}
	return secrets
}

// sanitizeText makes foreign text fit to show. Secrets go first: cut in half, or with
// their white space collapsed, they would no longer be recognised.
func (c *Client) sanitizeText(s string, limit int) string {
	return c.secrets.Redact(s).Map(singleLine).Truncate(limit)
}

// singleLine puts text on one line: whatever is not printable, line separators and
// direction overrides included, becomes a space, and spaces collapse.
func singleLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsPrint(r) || unicode.IsSpace(r)
	}), " ")
}
