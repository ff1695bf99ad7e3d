package github

import (
	"regexp"
	"strings"
)

var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "|", `\|`,
	"[", `\[`, "]", `\]`, "$", `\$`,
)

var (
	backtickRun = regexp.MustCompile("`+")
	// blockMarkerPattern matches the characters at the start of a line that turn it into
	// a list, a heading or a rule.
	blockMarkerPattern = regexp.MustCompile(`^(\s*[0-9]*)([-+=.)#])([-= #\t]|$)`)

	// linkPattern matches what GitHub turns into a link or a mention in spite of escapes,
	// which it removes before it looks for them: mentions and e-mail addresses, URLs, issues,
	// emoji and commits. A UUID is no commit.
	linkPattern = regexp.MustCompile(`(?i)@|://|#[0-9]|\bGH-[0-9]|\bwww\.|:[a-z0-9_+-]+:|\b[0-9a-f]{7,40}\b`)
	uuidPattern = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)
)

// isLinked reports whether GitHub would turn a part of word into a link or a mention. Of
// the words that may be the start of a commit's SHA, it counts only those with digits and
// letters: any other is mostly a number or a word.
func isLinked(word string) bool {
	for _, match := range linkPattern.FindAllString(uuidPattern.ReplaceAllString(word, ""), -1) {
		isHex := strings.Trim(match, "0123456789abcdefABCDEF") == ""
		if !isHex || strings.ContainsAny(match, "0123456789") && strings.ContainsAny(match, "abcdefABCDEF") {
			return true
		}
	}
	return false
}

// CodeSpan returns text from outside as code in a line of Markdown, in which GitHub creates
// neither links nor mentions, and which people can copy unchanged. In a table, a pipe needs
// a backslash, also in code.
func CodeSpan(s string, inTable bool) string {
	s = SanitizeLine(s)
	fence := "`"
	for _, run := range backtickRun.FindAllString(s, -1) {
		if len(run) >= len(fence) {
			fence = run + "`"
		}
	}
	if strings.Trim(s, "` ") != s || s == "" {
		s = " " + s + " " // Markdown removes one space at each end
	}
	if inTable {
		s = strings.ReplaceAll(s, "|", `\|`)
	}
	return fence + s + fence
}

// escapeInline escapes text that isn't at the start of a line.
func escapeInline(text string, inTable bool) string {
	words := strings.Split(text, " ")
	for i, word := range words {
		if isLinked(word) {
			words[i] = CodeSpan(word, inTable)
		} else {
			words[i] = markdownEscapes.Replace(word)
		}
	}
	return strings.Join(words, " ")
}

// EscapeMarkdown escapes text from outside for one line of Markdown. GitHub shows it
// literally, without links and mentions: words that it would link become code. Redact the
// text before, because code spans in between would hide a secret of several words.
func EscapeMarkdown(s string) string { return escapeLines(s, false) }

// EscapeTableCell is EscapeMarkdown for a cell of a table.
func EscapeTableCell(s string) string { return escapeLines(s, true) }

func escapeLines(s string, inTable bool) string {
	lines := strings.Split(strings.TrimRight(escapeUnprintableLines(s), "\n"), "\n")
	for i, l := range lines {
		lines[i] = blockMarkerPattern.ReplaceAllString(escapeInline(escapeCommand(l), inTable), `$1\$2$3`)
	}
	return strings.Join(lines, "<br>")
}

// EscapeMarkdownOutsideCode escapes a line with names from outside in backticks. It
// keeps the backticks, because code contains neither links nor mentions.
func EscapeMarkdownOutsideCode(s string) string {
	parts := strings.Split(SanitizeLine(s), "`")
	if len(parts)%2 == 0 || strings.Contains(s, "``") { // a name contains a backtick
		return EscapeMarkdown(s)
	}
	for i, part := range parts {
		switch {
		case i == 0:
			parts[i] = EscapeMarkdown(part)
		case i%2 == 0:
			parts[i] = escapeInline(part, false)
		default:
			parts[i] = "`" + part + "`"
		}
	}
	return strings.Join(parts, "")
}

// CodeBlock returns a code block with text from outside. Its fence is longer than any
// run of backticks in body, so body can't end the block. info is the language; CodeBlock
// removes all characters but letters from it.
func CodeBlock(info, body string) string {
	fence := "```"
	for _, run := range backtickRun.FindAllString(body, -1) {
		if len(run) >= len(fence) {
			fence = run + "`"
		}
	}
	info = strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return -1
	}, info)
	return fence + info + "\n" + strings.TrimSuffix(escapeUnprintableLines(body), "\n") + "\n" + fence + "\n"
}
