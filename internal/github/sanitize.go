package github

import (
	"fmt"
	"strings"
	"unicode"
)

// SanitizeLine makes text from outside harmless for one line of the log: line
// breaks and other characters that can't be seen are shown as escapes, and the
// text can't start or hold a workflow command. Neutral text stays the same
// when it is made neutral again.
func SanitizeLine(s string) string { return escapeCommand(escapeUnprintable(s, "")) }

// escapeUnprintableLines is visible for text of several lines.
func escapeUnprintableLines(s string) string {
	return escapeUnprintable(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
}

// escapeUnprintable shows control and format characters (bidirectional overrides, zero
// widths, escape sequences) as JSON would escape them, tabs and those in keep
// aside. What isn't UTF-8 becomes the replacement character.
func escapeUnprintable(s, keep string) string {
	clean := func(c rune) bool {
		return c == '\t' || c == ' ' || unicode.IsGraphic(c) && c != unicode.ReplacementChar || strings.ContainsRune(keep, c)
	}
	if strings.IndexFunc(s, func(c rune) bool { return !clean(c) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		switch {
		case clean(c), c == unicode.ReplacementChar:
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

// escapeCommand breaks what the runner would read as a command in one line of text:
// "::name::" after any white space, and the old "##[name]" anywhere. The
// break is a space because the runner compares with the rules of a culture,
// which skip zero-width characters.
func escapeCommand(line string) string {
	line = strings.ReplaceAll(line, "##[", "## [")
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	if !strings.HasPrefix(text, "::") {
		return line
	}
	return line[:len(line)-len(text)] + ": " + text[1:]
}
