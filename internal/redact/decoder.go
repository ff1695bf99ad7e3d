package redact

import (
	"encoding/hex"
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder undoes one encoding.
type decoder struct {
	trigger byte
	// char decodes what starts with trigger; width is 0 where it is not encoded.
	char func(text string) (decoded string, width int)
	// escaped reports whether an encoder may escape c.
	escaped func(c rune) bool
}

var decoders = [...]decoder{
	{'\\', backslash, func(c rune) bool { return !alphanumeric(c) }},
	{'&', entity, func(rune) bool { return true }}, // Markdown breaks any word by an entity
	{'%', percent, func(c rune) bool { return !alphanumeric(c) && !strings.ContainsRune("-._~", c) }},
	{'+', func(string) (string, int) { return " ", 1 }, func(c rune) bool { return c == ' ' }},
	{'<', lineBreak, func(c rune) bool { return c == '\n' }},
	{'\'', doubledQuote, func(c rune) bool { return c == '\'' }},
}

func alphanumeric(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

var controls = map[byte]string{'a': "\a", 'b': "\b", 'e': "\x1b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v"}

// backslash decodes the escapes of JSON, Go, YAML and Markdown.
func backslash(text string) (string, int) {
	if len(text) < 2 {
		return "", 0
	}
	if c := controls[text[1]]; c != "" {
		return c, 2
	}
	switch c := text[1]; {
	case c == 'x':
		if b, width := percent(text[1:]); width > 0 { // two digits after a character
			return b, width + 1
		}
	case c == 'U':
		if n, ok := hexadecimal(text, 2, 8); ok {
			return string(n), 10
		}
	case c == 'u':
		n, ok := hexadecimal(text, 2, 4)
		if !ok {
			return "", 0
		}
		if second, ok := hexadecimal(text, 8, 4); ok && text[6:8] == `\u` && utf16.DecodeRune(n, second) != unicode.ReplacementChar {
			return string(utf16.DecodeRune(n, second)), 12
		}
		return string(n), 6
	case c < utf8.RuneSelf && !alphanumeric(rune(c)):
		return text[1:2], 2
	}
	return "", 0
}

func hexadecimal(text string, from, digits int) (rune, bool) {
	if len(text) < from+digits {
		return 0, false
	}
	n, err := strconv.ParseUint(text[from:from+digits], 16, 31)
	return rune(n), err == nil
}

func percent(text string) (string, int) {
	if len(text) < 3 {
		return "", 0
	}
	b, err := hex.DecodeString(text[1:3])
	if err != nil {
		return "", 0
	}
	return string(b), 3
}

// longestEntity is the length of &CounterClockwiseContourIntegral; in bytes.
const longestEntity = 33

// entity decodes an entity of HTML. Characters without a width are dropped:
// Markdown escapes put them into words that would otherwise become a link.
func entity(text string) (string, int) {
	end := strings.IndexByte(text[:min(len(text), longestEntity)], ';') + 1
	if end == 0 || strings.IndexByte(text[1:end], '&') >= 0 {
		return "", 0
	}
	decoded := html.UnescapeString(text[:end])
	if decoded == text[:end] {
		return "", 0
	}
	return strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Cf, c) {
			return -1
		}
		return c
	}, decoded), end
}

func lineBreak(text string) (string, int) {
	for _, tag := range []string{"<br>", "<br/>", "<br />"} {
		if strings.HasPrefix(text, tag) {
			return "\n", len(tag)
		}
	}
	return "", 0
}

// doubledQuote decodes a quote in single quotes, as YAML and SQL write it.
func doubledQuote(text string) (string, int) {
	if strings.HasPrefix(text, "''") {
		return "'", 2
	}
	return "", 0
}
