package github

import (
	"regexp"
	"strings"
)

// quiet keeps GitHub from making a link or a mention, and so a notification,
// out of what follows; it does so after rendering, where escapes are gone.
const quiet = "&#8203;"

var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "|", `\|`,
	"[", `\[`, "]", `\]`, "$", `\$`,
	"@", "@"+quiet, "#", "#"+quiet, "://", ":"+quiet+"//",
	"www.", "www"+quiet+".", "WWW.", "WWW"+quiet+".",
)

var (
	backticks = regexp.MustCompile("`+")
	// What makes a list, a heading or a rule of the text that it starts.
	marker = regexp.MustCompile(`^([0-9]*)([-+=.)])([-= ]|$)`)
)

// Markdown escapes text from outside for one line of markdown, a table's cell
// included: it shows as it is, links nothing and mentions nobody.
func Markdown(s string) string {
	lines := strings.Split(strings.TrimRight(visibleLines(s), "\n"), "\n")
	for i, l := range lines {
		lines[i] = marker.ReplaceAllString(markdownEscapes.Replace(unarmed(l)), `$1\$2$3`)
	}
	return strings.Join(lines, "<br>")
}

// Fence puts text from outside in a code block that it can't end. info names
// its language; other than letters are left out of it.
func Fence(info, body string) string {
	fence := "```"
	for _, run := range backticks.FindAllString(body, -1) {
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
	return fence + info + "\n" + strings.TrimSuffix(visibleLines(body), "\n") + "\n" + fence + "\n"
}
