package redact

import (
	"strings"
	"unicode/utf8"
)

// Text is redacted text. Only Secrets.Redact returns one, so callers can't cut a text
// before they redact it.
type Text struct{ redacted string }

func (t Text) String() string { return t.redacted }

// Map returns t changed by f. f may escape or drop characters, but must not add other
// text, because Map doesn't redact again.
func (t Text) Map(f func(string) string) Text { return Text{f(t.redacted)} }

// ellipsis replaces text that Truncate cuts.
const ellipsis = "…"

// Truncate shortens each text to at most limit UTF-16 units. It keeps the part around
// the first character in which a text differs from the others, so that different texts
// look different. Of a single text it keeps the start.
func Truncate(limit int, texts ...Text) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = t.redacted
		if utf16Len(t.redacted) <= limit {
			continue
		}
		difference := 0 // from the most similar of the other texts
		for _, other := range texts {
			if other != t {
				difference = max(difference, commonPrefixLen(t.redacted, other.redacted))
			}
		}
		out[i] = windowAround(t.redacted, difference, limit)
	}
	return out
}

// Truncate shortens t to at most limit UTF-16 units.
func (t Text) Truncate(limit int) string { return Truncate(limit, t)[0] }

// TruncateLines returns as many complete lines from the start of t as limit bytes allow.
func (t Text) TruncateLines(limit int) string {
	if len(t.redacted) <= limit {
		return t.redacted
	}
	return t.redacted[:strings.LastIndexByte(t.redacted[:max(0, limit)], '\n')+1]
}

// windowAround returns the part of s around the byte center, with ellipses. s is longer
// than limit. The start of the part depends only on the text before center, so texts
// with the same start get the same window.
func windowAround(s string, center, limit int) string {
	start := center
	for room := limit / 2; start > 0; {
		c, size := utf8.DecodeLastRuneInString(s[:start])
		if room -= utf16Units(c); room < 0 {
			break
		}
		start -= size
	}
	mark := ""
	if start > 0 {
		mark, limit = ellipsis, limit-1
	}
	if utf16Len(s[start:]) <= limit {
		return mark + s[start:]
	}
	end := start
	for room := limit - 1; ; {
		c, size := utf8.DecodeRuneInString(s[end:])
		if room -= utf16Units(c); room < 0 {
			break
		}
		end += size
	}
	return mark + s[start:end] + ellipsis
}

// commonPrefixLen returns the length in bytes of the common prefix of a and b, in
// complete characters.
func commonPrefixLen(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	for i > 0 && i < len(a) && !utf8.RuneStart(a[i]) {
		i--
	}
	return i
}

func utf16Len(s string) (n int) {
	for _, c := range s {
		n += utf16Units(c)
	}
	return n
}

// utf16Units returns the number of UTF-16 units of a character. GitHub's limits count
// UTF-16 units.
func utf16Units(c rune) int {
	if c > 0xFFFF {
		return 2
	}
	return 1
}
