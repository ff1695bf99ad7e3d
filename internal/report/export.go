package report

import (
	"fmt"
	"strings"

	"astro-apply/internal/github"
)

// ExportResult describes what an export wrote.
type ExportResult struct {
	ResourceCount int
	Converted     bool     // from files of another format, so nothing was compared with Astro
	Files         []string // paths of the written files
	Variables     []SecretVariable
	Skipped       []string // for each setting or resource that is in no file, or only in a comment: its name and the reason
}

// SecretVariable is an environment variable from which an exported manifest reads a secret.
type SecretVariable struct{ Name, UsedFor string }

// exportResultLine returns the result of an export in one line.
func (r *Run) exportResultLine() string {
	x := r.Export
	if len(x.Files) == 0 {
		return "Exported nothing."
	}
	target := x.Files[0]
	if n := len(x.Files); n > 1 {
		target = countedNoun(n, "file")
	}
	if r.Export.Converted {
		return fmt.Sprintf("Converted %s to %s. This run compared nothing with Astro.", countedNoun(x.ResourceCount, "resource"), target)
	}
	text := fmt.Sprintf("Exported %s to %s.", countedNoun(x.ResourceCount, "resource"), target)
	if r.exportDiffers() {
		return text + " A plan of the export has changes or errors: " + r.countsText(true)
	}
	return text + " A plan of the export has no changes."
}

// exportDiffers reports whether the exported manifest differs from Astro.
func (r *Run) exportDiffers() bool {
	return r.Export != nil && (r.differsFromManifest() || r.Counts().Unsuccessful() > 0)
}

// VariablesText lists the variables that the user has to set, for the log.
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

// SkippedText lists the settings and resources that the export left out, for the log.
func (r *Run) SkippedText() string {
	if r.Export == nil {
		return ""
	}
	return strings.Join(r.Export.Skipped, "\n")
}

// exportSection returns both lists for the summary, each of at most room bytes.
func (r *Run) exportSection(room int) string {
	if r.Export == nil {
		return ""
	}
	var variables, skipped []string
	for _, v := range r.Export.Variables {
		variables = append(variables, fmt.Sprintf("| `%s` | %s |\n", v.Name, github.EscapeMarkdown(v.UsedFor)))
	}
	for _, line := range r.Export.Skipped {
		skipped = append(skipped, "- "+github.EscapeMarkdown(line)+"\n")
	}
	const instructions = "Add each secret to the repository (`gh secret set NAME`) and to the step (`NAME: ${{ secrets.NAME }}` under `env:`). " +
		"Until then Astro keeps the stored values, and a plan fails, because an unset variable is an error.\n\n| variable | for |\n| --- | --- |\n"
	return limitedSection("Secrets to set", instructions, variables, room, "| and %d more | see the log |\n") +
		limitedSection("Not exported", "", skipped, room, "- and %d more; see the log\n")
}

// limitedSection returns a heading, an introduction and as many lines as room bytes
// allow; restFormat is for the number of the other lines. It returns "" without lines.
func limitedSection(heading, introduction string, lines []string, room int, restFormat string) string {
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### %s (%d)\n\n%s", heading, len(lines), introduction)
	for i, line := range lines {
		if b.Len()+len(line) > room {
			fmt.Fprintf(&b, restFormat, len(lines)-i)
			break
		}
		b.WriteString(line)
	}
	b.WriteString("\n")
	return b.String()
}
