package redact

import (
	"strings"
	"unicode/utf8"
)

// Text is text in which secrets were replaced. Only Secrets.Redact makes one, so
// that no text can be cut before.
type Text struct{ redacted string }

func (t Text) String() string { return t.redacted }

// Map returns t as f changes it: f escapes characters or drops them, and must not
// add any other text.
func (t Text) Map(f func(string) string) Text { return Text{f(t.redacted)} }

// ellipsis marks a place where text is left out.
const ellipsis = "…"

// Truncate shortens the texts to at most limit characters each, as UTF-16 counts
// them. Each is cut around the first character in which it differs from the
// others, so that two that differ never look the same; alone, it keeps its start.
func Truncate(limit int, texts ...Text) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = t.redacted
		if utf16Len(t.redacted) <= limit {
			continue
		}
		at := 0
		for _, other := range texts {
			if other != t { // the one that is most like it counts
				at = max(at, commonPrefixLen(t.redacted, other.redacted))
			}
		}
		out[i] = windowAround(t.redacted, at, limit)
	}
	return out
}

// Truncate shortens t to at most limit characters, as UTF-16 counts them.
func (t Text) Truncate(limit int) string { return Truncate(limit, t)[0] }

// TruncateLines returns the first lines of t that are whole within limit bytes.
func (t Text) TruncateLines(limit int) string {
	if len(t.redacted) <= limit {
		return t.redacted
	}
	return t.redacted[:strings.LastIndexByte(t.redacted[:max(0, limit)], '\n')+1]
}

// windowAround is the part of a text, longer than limit, around the byte at. Where it
// starts depends only on the text before at.
func windowAround(s string, at, limit int) string {
	start := at
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

// commonPrefixLen returns the length in bytes of the start that two texts share, in whole
// characters.
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

// utf16Units is how much a character counts in UTF-16, as GitHub's limits do.
func utf16Units(c rune) int {
	if c > 0xFFFF {
		return 2
	}
	return 1
}
