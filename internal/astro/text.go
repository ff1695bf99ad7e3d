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
// quote the part that it is about; then whatever else scrub knows of.
func redactor(token string, scrub func(string) string) func(string) string {
	pairs := []string{token, "***", url.QueryEscape(token), "***"}
	for part := range strings.SplitSeq(token, ".") {
		if len(part) >= 16 {
			pairs = append(pairs, part, "***")
		}
	}
	own := strings.NewReplacer(pairs...)
	if scrub == nil {
		return own.Replace
	}
	return func(s string) string { return scrub(own.Replace(s)) }
}

// text makes foreign text fit to show. Secrets go first: cut in half, or with
// their white space collapsed, they would no longer be recognised.
func (c *Client) text(s string, limit int) string {
	return clip(clean(c.redact(s)), limit)
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
