package report

import (
	"cmp"
	"fmt"
	"html"
	"strings"

	"astro-apply/internal/github"
)

// markdown returns s with as many rows as fit into room bytes, "" if s is empty.
func (s section) markdown(room int) string {
	var body strings.Builder
	count, rest := 0, 0
	for _, x := range s.rows {
		line := s.markdownRow(x)
		if s.isWhole || body.Len()+len(line) <= room {
			body.WriteString(line)
		} else {
			rest += max(1, x.count)
		}
		count += max(1, x.count)
	}
	if count == 0 && s.footer == "" {
		return ""
	}
	text := s.intro
	if body.Len() > 0 {
		text += s.tableHeader() + body.String()
	}
	switch {
	case rest > 0 && s.isDiff():
		text += fmt.Sprintf("  and %d more lines; see the log\n", rest)
	case rest > 0 && s.columns == nil:
		text += fmt.Sprintf("- and %d more; see the log\n", rest)
	case rest > 0:
		text += fmt.Sprintf("\nand %d more; see the log\n", rest)
	}
	text += s.footer
	switch s.style {
	case untitled:
		return text + "\n"
	case headed:
		return fmt.Sprintf("#### %s (%d)\n\n%s\n", joinCells(s.title, cell.markdown), count, text)
	case subheaded:
		return "#### " + joinCells(s.title, cell.markdown) + "\n\n" + text + "\n"
	case foldedDiff, openDiff:
		text = github.CodeBlock("diff", text)
	}
	open := ""
	if s.style == openDiff {
		open = " open"
	}
	return "<details" + open + "><summary>" + joinCells(s.title, cell.html) + "</summary>\n\n" + text + "\n</details>\n\n"
}

func (s section) isDiff() bool { return s.style == foldedDiff || s.style == openDiff }

func (s section) tableHeader() string {
	if s.columns == nil {
		return ""
	}
	text := "|"
	for _, name := range s.columns {
		text += prefixedText(" ", name) + " |"
	}
	return text + "\n|" + strings.Repeat(" --- |", len(s.columns)) + "\n"
}

func (s section) markdownRow(x row) string {
	switch {
	case s.columns != nil:
		text := "|"
		for _, c := range x.cells {
			text += " " + c.format(true) + " |"
		}
		return text + "\n"
	case !s.isDiff():
		return "- " + joinCells(x.cells, cell.markdown) + "\n"
	}
	return strings.TrimRight(diffSign(x.sign)+strings.Repeat("    ", x.indent)+" "+github.SanitizeLine(joinCells(x.cells, cell.plain)), " ") + "\n"
}

// diffSign returns the sign in a diff block: GitHub highlights !, +, and -, but no other.
func diffSign(sign string) string {
	if sign == "~" {
		return "!"
	}
	return cmp.Or(sign, " ")
}

func joinCells(cells []cell, format func(cell) string) string {
	text := ""
	for _, c := range cells {
		text += format(c)
	}
	return text
}

func (c cell) markdown() string { return c.format(false) }

func (c cell) format(inTable bool) string {
	text := ""
	for _, p := range c.parts {
		switch {
		case p.isCode:
			text += github.CodeSpan(p.text, inTable)
		case inTable:
			text += github.EscapeTableCell(p.text)
		default:
			text += github.EscapeMarkdown(p.text)
		}
	}
	if c.isBold {
		text = "**" + text + "**"
	}
	if c.link != "" {
		text = "[" + text + "](" + c.link + ")"
	}
	return text
}

// html returns c for the title of a folded section, which would show the backslashes of
// Markdown escapes.
func (c cell) html() string { return html.EscapeString(github.SanitizeLine(c.plain())) }

func (c cell) plain() string {
	text := ""
	for _, p := range c.parts {
		text += p.text
	}
	return text
}
