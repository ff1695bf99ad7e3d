package astro

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what an Error shows, in bytes. Together they stay below the 4096
// characters that the runner keeps of an annotation.
const (
	maxMessage = 2000
	maxFields  = 800
	maxCause   = 400
	maxField   = 300
	maxID      = 128
	maxSnippet = 200
)

// redactor replaces the token, and each long part of a JWT, since an error may
// quote the part that it is about.
func redactor(token string) *strings.Replacer {
	pairs := []string{token, "***", url.QueryEscape(token), "***"}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) >= 16 {
			pairs = append(pairs, part, "***")
		}
	}
	return strings.NewReplacer(pairs...)
}

// text makes foreign text fit to show. The token goes first: cut in half it
// would no longer be recognised.
func (c *Client) text(s string, limit int) string {
	return clip(clean(c.redact.Replace(s)), limit)
}

// clean puts text on one line: whatever is not printable, line separators and
// direction overrides included, becomes a space, and spaces collapse.
func clean(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsPrint(r) || unicode.IsSpace(r)
	}), " ")
}

// clip cuts s to at most limit bytes, between characters.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	const mark = "…"
	cut := limit - len(mark)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + mark
}
