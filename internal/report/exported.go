package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/github"
)

// Exported is what became of an export.
type Exported struct {
	Objects   int
	Converted bool     // from files, and so compared with nothing
	Files     []string // written
	Variables []Variable
	Left      []string // what is in no file, or only in a comment, and why
}

// Variable is what an exported manifest reads a secret from.
type Variable struct{ Name, For string }

// exportSentence is the result of an export.
func (r *Run) exportSentence() string {
	x := r.Exported
	if len(x.Files) == 0 {
		return "Exported nothing."
	}
	to := x.Files[0]
	if n := len(x.Files); n > 1 {
		to = plural(n, "file")
	}
	if r.Exported.Converted {
		return fmt.Sprintf("Converted %s to %s. Nothing was compared with Astro.", plural(x.Objects, "object"), to)
	}
	text := fmt.Sprintf("Exported %s to %s.", plural(x.Objects, "object"), to)
	if r.differs() {
		return text + " A plan of it is not empty: " + r.tally(true)
	}
	return text + " A plan of it finds nothing to do."
}

// differs reports whether what was exported isn't what is live.
func (r *Run) differs() bool {
	return r.Exported != nil && (r.deviates() || r.Counts().NotOK() > 0)
}

// VariablesText lists the variables to set, for the log.
func (r *Run) VariablesText() string {
	if r.Exported == nil || len(r.Exported.Variables) == 0 {
		return ""
	}
	var b strings.Builder
	for _, v := range r.Exported.Variables {
		fmt.Fprintf(&b, "%s  %s\n", v.Name, v.For)
	}
	return b.String()
}

// LeftText lists what could not be exported, for the log.
func (r *Run) LeftText() string {
	if r.Exported == nil {
		return ""
	}
	return strings.Join(r.Exported.Left, "\n")
}

// exported is the same for the summary, each list within room bytes.
func (r *Run) exported(room int) string {
	if r.Exported == nil {
		return ""
	}
	var variables, left []string
	for _, v := range r.Exported.Variables {
		variables = append(variables, fmt.Sprintf("| `%s` | %s |\n", v.Name, github.Markdown(v.For)))
	}
	for _, line := range r.Exported.Left {
		left = append(left, "- "+github.Markdown(line)+"\n")
	}
	const set = "Give each to the repository, as in `gh secret set NAME`, and to the step, as in `NAME: ${{ secrets.NAME }}` under `env:`. " +
		"Until then what is stored stays, and plans can't be made: an unset variable is an error.\n\n| variable | for |\n| --- | --- |\n"
	return capped("Secrets to set", set, variables, room, "| and %d more | which are in the log |\n") +
		capped("Left out", "", left, room, "- and %d more, which are in the log\n")
}

// capped is a list under a heading, as much of it as there is room for in bytes;
// "" for none.
func capped(heading, first string, lines []string, room int, rest string) string {
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### %s (%d)\n\n%s", heading, len(lines), first)
	for i, line := range lines {
		if b.Len()+len(line) > room {
			fmt.Fprintf(&b, rest, len(lines)-i)
			break
		}
		b.WriteString(line)
	}
	b.WriteString("\n")
	return b.String()
}
