package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/github"
)

// ExportResult is what became of an export.
type ExportResult struct {
	ResourceCount int
	Converted     bool     // from files, and so compared with nothing
	Files         []string // written
	Variables     []SecretVariable
	Skipped       []string // what is in no file, or only in a comment, and why
}

// SecretVariable is what an exported manifest reads a secret from.
type SecretVariable struct{ Name, UsedFor string }

// exportResultLine is the result of an export.
func (r *Run) exportResultLine() string {
	x := r.Export
	if len(x.Files) == 0 {
		return "Exported nothing."
	}
	to := x.Files[0]
	if n := len(x.Files); n > 1 {
		to = countedNoun(n, "file")
	}
	if r.Export.Converted {
		return fmt.Sprintf("Converted %s to %s. Nothing was compared with Astro.", countedNoun(x.ResourceCount, "object"), to)
	}
	text := fmt.Sprintf("Exported %s to %s.", countedNoun(x.ResourceCount, "object"), to)
	if r.exportDiffers() {
		return text + " A plan of it is not empty: " + r.countsText(true)
	}
	return text + " A plan of it finds nothing to do."
}

// exportDiffers reports whether what was exported isn't what is live.
func (r *Run) exportDiffers() bool {
	return r.Export != nil && (r.differsFromManifest() || r.Counts().Unsuccessful() > 0)
}

// VariablesText lists the variables to set, for the log.
func (r *Run) VariablesText() string {
	if r.Export == nil || len(r.Export.Variables) == 0 {
		return ""
	}
	var b strings.Builder
	for _, v := range r.Export.Variables {
		fmt.Fprintf(&b, "%s  %s\n", v.Name, v.UsedFor)
	}
	return b.String()
}

// SkippedText lists what could not be exported, for the log.
func (r *Run) SkippedText() string {
	if r.Export == nil {
		return ""
	}
	return strings.Join(r.Export.Skipped, "\n")
}

// exportSection is the same for the summary, each list within room bytes.
func (r *Run) exportSection(room int) string {
	if r.Export == nil {
		return ""
	}
	var variables, left []string
	for _, v := range r.Export.Variables {
		variables = append(variables, fmt.Sprintf("| `%s` | %s |\n", v.Name, github.EscapeMarkdown(v.UsedFor)))
	}
	for _, line := range r.Export.Skipped {
		left = append(left, "- "+github.EscapeMarkdown(line)+"\n")
	}
	const set = "Give each to the repository, as in `gh secret set NAME`, and to the step, as in `NAME: ${{ secrets.NAME }}` under `env:`. " +
		"Until then what is stored stays, and plans can't be made: an unset variable is an error.\n\n| variable | for |\n| --- | --- |\n"
	return limitedSection("Secrets to set", set, variables, room, "| and %d more | which are in the log |\n") +
		limitedSection("Left out", "", left, room, "- and %d more, which are in the log\n")
}

// limitedSection is a list under a heading, as much of it as there is room for in bytes;
// "" for none.
func limitedSection(heading, first string, lines []string, room int, rest string) string {
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
