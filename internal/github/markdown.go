package github

import (
	"regexp"
	"strings"
)

// zeroWidthEntity keeps GitHub from making a link or a mention, and so a notification,
// out of what follows; it does so after rendering, where escapes are gone.
const zeroWidthEntity = "&#8203;"

var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "|", `\|`,
	"[", `\[`, "]", `\]`, "$", `\$`,
	"@", "@"+zeroWidthEntity, "#", "#"+zeroWidthEntity, "://", ":"+zeroWidthEntity+"//",
	linkBreak, zeroWidthEntity,
)

// linkBreak marks where unlink breaks a word; no other text contains it, because
// visible shows it as an escape.
const linkBreak = "\u200b"

var (
	backtickRun = regexp.MustCompile("`+")
	// What makes a list, a heading or a rule of the text that it starts.
	blockMarkerPattern = regexp.MustCompile(`^([0-9]*)([-+=.)])([-= ]|$)`)

	// Texts that GitHub links although markdownEscapes was applied: issues, addresses
	// without a scheme, and commits. A UUID is none of these.
	issuePattern  = regexp.MustCompile(`(?i)\b(GH-)([0-9])`)
	wwwPattern    = regexp.MustCompile(`(?i)\b(www)\.`)
	commitPattern = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{7,40}\b`)
)

// breakAutolinks breaks the words in a line that GitHub would make a link of. Text of
// digits or of letters alone is left as it is, although it may be the start of a
// commit's SHA: it is mostly a number or a word, and may be copied.
func breakAutolinks(line string) string {
	line = issuePattern.ReplaceAllString(line, "$1"+linkBreak+"$2")
	line = wwwPattern.ReplaceAllString(line, "$1"+linkBreak+".")
	return commitPattern.ReplaceAllStringFunc(line, func(word string) string {
		if strings.Contains(word, "-") || !strings.ContainsAny(word, "0123456789") || !strings.ContainsAny(word, "abcdefABCDEF") {
			return word
		}
		const short = 6 // a SHA is linked from seven digits on
		var b strings.Builder
		for ; len(word) > short; word = word[short:] {
			b.WriteString(word[:short] + linkBreak)
		}
		return b.String() + word
	})
}

// escapeInline escapes text anywhere but at the start of a line.
func escapeInline(text string) string { return markdownEscapes.Replace(breakAutolinks(text)) }

// EscapeMarkdown escapes text from outside for one line of markdown, a table's cell
// included: it shows as it is, links nothing and mentions nobody.
func EscapeMarkdown(s string) string {
	lines := strings.Split(strings.TrimRight(escapeUnprintableLines(s), "\n"), "\n")
	for i, l := range lines {
		lines[i] = blockMarkerPattern.ReplaceAllString(escapeInline(escapeCommand(l)), `$1\$2$3`)
	}
	return strings.Join(lines, "<br>")
}

// EscapeMarkdownOutsideCode is Markdown for a line in which names from outside are in
// backticks: they become code, in which nothing is a link or a mention.
func EscapeMarkdownOutsideCode(s string) string {
	parts := strings.Split(SanitizeLine(s), "`")
	if len(parts)%2 == 0 || strings.Contains(s, "``") { // a name contains one
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

// CodeBlock puts text from outside in a code block that it can't end. info names
// its language; other than letters are left out of it.
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
