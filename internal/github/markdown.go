package github

import (
	"regexp"
	"strings"
)

// zeroWidthEntity keeps GitHub from turning the next word into a link or a mention,
// which would send a notification. An escape wouldn't: GitHub looks for links and
// mentions after rendering, which removes escapes.
const zeroWidthEntity = "&#8203;"

var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "|", `\|`,
	"[", `\[`, "]", `\]`, "$", `\$`,
	"@", "@"+zeroWidthEntity, "#", "#"+zeroWidthEntity, "://", ":"+zeroWidthEntity+"//",
	linkBreak, zeroWidthEntity,
)

// linkBreak marks the places where breakAutolinks breaks a word. Other text can't
// contain it, because escapeUnprintable replaces it with an escape.
const linkBreak = "\u200b"

var (
	backtickRun = regexp.MustCompile("`+")
	// blockMarkerPattern matches the characters at the start of a line that turn it into
	// a list, a heading or a rule.
	blockMarkerPattern = regexp.MustCompile(`^([0-9]*)([-+=.)])([-= ]|$)`)

	// These patterns match texts that GitHub links in spite of markdownEscapes: issues,
	// addresses without a scheme, and commits. commitPattern also matches a UUID, so that
	// no part of a UUID is taken for a commit.
	issuePattern  = regexp.MustCompile(`(?i)\b(GH-)([0-9])`)
	wwwPattern    = regexp.MustCompile(`(?i)\b(www)\.`)
	commitPattern = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{7,40}\b`)
)

// breakAutolinks breaks the words in a line that GitHub would turn into a link. It
// doesn't change a word of only digits or only letters, although that may be the start
// of a commit's SHA: mostly it is a number or a word, and users may copy it.
func breakAutolinks(line string) string {
	line = issuePattern.ReplaceAllString(line, "$1"+linkBreak+"$2")
	line = wwwPattern.ReplaceAllString(line, "$1"+linkBreak+".")
	return commitPattern.ReplaceAllStringFunc(line, func(word string) string {
		if strings.Contains(word, "-") || !strings.ContainsAny(word, "0123456789") || !strings.ContainsAny(word, "abcdefABCDEF") {
			return word
		}
		const maxUnlinked = 6 // GitHub links a SHA with seven digits or more
		var b strings.Builder
		for ; len(word) > maxUnlinked; word = word[maxUnlinked:] {
			b.WriteString(word[:maxUnlinked] + linkBreak)
		}
		return b.String() + word
	})
}

// escapeInline escapes text that isn't at the start of a line.
func escapeInline(text string) string { return markdownEscapes.Replace(breakAutolinks(text)) }

// EscapeMarkdown escapes text from outside for one line of Markdown or a cell of a
// table. GitHub shows the text literally, without links and mentions.
func EscapeMarkdown(s string) string {
	lines := strings.Split(strings.TrimRight(escapeUnprintableLines(s), "\n"), "\n")
	for i, l := range lines {
		lines[i] = blockMarkerPattern.ReplaceAllString(escapeInline(escapeCommand(l)), `$1\$2$3`)
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
			parts[i] = escapeInline(part)
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
