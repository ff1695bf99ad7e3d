package github

import (
	"fmt"
	"strings"
	"unicode"
)

// SanitizeLine makes text from outside safe for one line of the log. It shows line breaks
// and other invisible characters as escapes, and the result contains no workflow command.
// SanitizeLine doesn't change its own results.
func SanitizeLine(s string) string { return escapeCommand(escapeUnprintable(s, "")) }

// escapeUnprintableLines is escapeUnprintable for text of several lines.
func escapeUnprintableLines(s string) string {
	return escapeUnprintable(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
}

// escapeUnprintable replaces control and format characters (bidirectional overrides,
// zero-width characters, escape sequences) by escapes in the style of JSON, except tabs
// and the characters in keep. It replaces invalid UTF-8 by the replacement character.
func escapeUnprintable(s, keep string) string {
	printable := func(c rune) bool {
		return c == '\t' || c == ' ' || unicode.IsGraphic(c) && c != unicode.ReplacementChar || strings.ContainsRune(keep, c)
	}
	if strings.IndexFunc(s, func(c rune) bool { return !printable(c) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		switch {
		case printable(c), c == unicode.ReplacementChar:
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c > 0xFFFF:
			fmt.Fprintf(&b, `\U%08x`, c)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

// escapeCommand adds a space inside the texts that the runner would parse as a command:
// "::name::" at the start of a line, also after whitespace, and the old "##[name]"
// anywhere. A zero-width character would not help, because the runner's culture-sensitive
// comparison ignores those.
func escapeCommand(line string) string {
	line = strings.ReplaceAll(line, "##[", "## [")
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	if !strings.HasPrefix(text, "::") {
		return line
	}
	return line[:len(line)-len(text)] + ": " + text[1:]
}
