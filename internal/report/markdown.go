package report

import (
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
	case rest > 0 && s.rest != nil:
		text += s.rest(rest)
	case rest > 0:
		text += fmt.Sprintf("- and %d more; see the log\n", rest)
	}
	text += s.footer
	switch s.style {
	case untitled:
		return text + "\n"
	case headed:
		return fmt.Sprintf("#### %s (%d)\n\n%s\n", joinCells(s.title, cell.markdown), count, text)
	case subheaded:
		return "#### " + joinCells(s.title, cell.markdown) + "\n\n" + text + "\n"
	case foldedDiff:
		text = github.CodeBlock("diff", text)
	}
	return "<details><summary>" + joinCells(s.title, cell.html) + "</summary>\n\n" + text + "\n</details>\n\n"
}

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
			text += " " + c.markdown() + " |"
		}
		return text + "\n"
	case s.style != foldedDiff:
		return "- " + joinCells(x.cells, cell.markdown) + "\n"
	case x.sign == "~", x.sign == "?": // GitHub highlights ! in a diff block, but neither ~ nor ?
		return "! " + x.line() + "\n"
	}
	return x.sign + " " + x.line() + "\n"
}

func joinCells(cells []cell, format func(cell) string) string {
	text := ""
	for _, c := range cells {
		text += format(c)
	}
	return text
}

func (c cell) markdown() string {
	text := github.EscapeMarkdown(c.text)
	switch {
	case c.isCode:
		return "`" + c.text + "`"
	case c.link != "":
		return "[" + text + "](" + c.link + ")"
	}
	return text
}

// html returns c for the title of a folded section, which would show the backslashes of
// Markdown escapes. Inside code, GitHub creates neither links nor mentions.
func (c cell) html() string {
	text := html.EscapeString(github.SanitizeLine(c.text))
	if c.isCode {
		return "<code>" + text + "</code>"
	}
	return text
}

func (c cell) plain() string { return c.text }
