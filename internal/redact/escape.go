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

// decoder decodes one kind of escape. Base64 hides the whole secret and not single
// characters, so forms.go lists the forms of a secret instead.
type decoder struct {
	trigger byte // first byte of every encoded character
	// decodeChar decodes the encoded character at the start of text. width is the number
	// of encoded bytes, 0 if text doesn't start with an encoded character.
	decodeChar func(text string) (decoded string, width int)
	// mayEscape reports whether an encoder may escape c.
	mayEscape func(c rune) bool
}

var decoders = [...]decoder{
	{'\\', decodeBackslash, func(c rune) bool { return !isAlphanumeric(c) }},
	{'&', decodeEntity, func(rune) bool { return true }}, // Markdown escapes may break any word with an entity
	{'%', decodePercent, func(c rune) bool { return !isAlphanumeric(c) && !strings.ContainsRune("-._~", c) }},
	{'+', func(string) (string, int) { return " ", 1 }, func(c rune) bool { return c == ' ' }},
	{'<', decodeLineBreak, func(c rune) bool { return c == '\n' }},
	{'\'', decodeDoubledQuote, func(c rune) bool { return c == '\'' }},
}

func isAlphanumeric(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

var controlEscapes = map[byte]string{'a': "\a", 'b': "\b", 'e': "\x1b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v"}

// decodeBackslash decodes the escapes of JSON, Go, YAML and Markdown.
func decodeBackslash(text string) (string, int) {
	if len(text) < 2 {
		return "", 0
	}
	if c := controlEscapes[text[1]]; c != "" {
		return c, 2
	}
	switch c := text[1]; {
	case c == 'x':
		if b, width := decodePercent(text[1:]); width > 0 { // \x41 has the same digits as %41
			return b, width + 1
		}
	case c == 'U':
		if n, ok := parseHex(text, 2, 8); ok {
			return string(n), 10
		}
	case c == 'u':
		n, ok := parseHex(text, 2, 4)
		if !ok {
			return "", 0
		}
		if low, ok := parseHex(text, 8, 4); ok && text[6:8] == `\u` && utf16.DecodeRune(n, low) != unicode.ReplacementChar {
			return string(utf16.DecodeRune(n, low)), 12
		}
		return string(n), 6
	case c < utf8.RuneSelf && !isAlphanumeric(rune(c)):
		return text[1:2], 2
	}
	return "", 0
}

func parseHex(text string, start, digits int) (rune, bool) {
	if len(text) < start+digits {
		return 0, false
	}
	n, err := strconv.ParseUint(text[start:start+digits], 16, 31)
	return rune(n), err == nil
}

func decodePercent(text string) (string, int) {
	if len(text) < 3 {
		return "", 0
	}
	b, err := hex.DecodeString(text[1:3])
	if err != nil {
		return "", 0
	}
	return string(b), 3
}

// longestEntity is the length of the longest entity in bytes, &CounterClockwiseContourIntegral;.
const longestEntity = 33

// decodeEntity decodes an entity of HTML. It drops zero-width characters, because the
// escapes of Markdown put them into words that would otherwise become a link.
func decodeEntity(text string) (string, int) {
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

func decodeLineBreak(text string) (string, int) {
	for _, tag := range []string{"<br>", "<br/>", "<br />"} {
		if strings.HasPrefix(text, tag) {
			return "\n", len(tag)
		}
	}
	return "", 0
}

// decodeDoubledQuote decodes a single quote inside a quoted string of YAML or SQL.
func decodeDoubledQuote(text string) (string, int) {
	if strings.HasPrefix(text, "''") {
		return "'", 2
	}
	return "", 0
}
