package astro

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"astro-apply/internal/redact"
)

// Maximum lengths of the texts in an Error, in characters. Their sum is less than 4096
// characters, the part of an annotation that the runner keeps.
const (
	maxMessage = 2000
	maxFields  = 800
	maxCause   = 400
	maxField   = 300
	maxID      = 128
	maxSnippet = 200
)

// addTokenSecrets adds the token to secrets, and each long part of a JWT, because an
// error may quote only one part.
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

// sanitizeText makes text from outside safe to show. It redacts secrets first, because
// a truncated secret, or one with collapsed whitespace, would not be recognized.
func (c *Client) sanitizeText(s string, limit int) string {
	return c.secrets.Redact(s).Map(singleLine).Truncate(limit)
}

// singleLine returns text on one line. It replaces each sequence of spaces and
// unprintable characters, including line separators and direction overrides, with
// one space.
func singleLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsPrint(r) || unicode.IsSpace(r)
	}), " ")
}
