package report

import (
	"astro-apply/internal/export"
)

// ExportResult describes what an export wrote.
type ExportResult struct {
	*export.Export
	Converted bool     // from files of another format, so nothing was compared with Astro
	Written   []string // paths of the written files
}

// exportResultLine returns the result of an export in one line.
func (r *Run) exportResultLine() string {
	x := r.Export
	if len(x.Written) == 0 {
		return "Exported nothing."
	}
	target := x.Written[0]
	if n := len(x.Written); n > 1 {
		target = countedNoun(n, "file")
	}
	what := countedNoun(x.ResourceCount, "resource") + " to " + target + "."
	switch {
	case x.Converted:
		return "Converted " + what + " This run compared nothing with Astro."
	case r.exportDiffers():
		return "Exported " + what + " A plan of the export has changes or errors: " + r.countsText()
	}
	return "Exported " + what + " A plan of the export has no changes."
}

// exportDiffers reports whether the exported manifest differs from Astro.
func (r *Run) exportDiffers() bool {
	return r.Export != nil && (r.countChanges(differsFromManifest) > 0 || r.Counts().Unsuccessful() > 0)
}

// variablesSection lists the variables that the user has to set.
func (r *Run) variablesSection() section {
	s := section{
		style: headed, title: textCells("Secrets to set"), columns: []string{"variable", "for"},
		intro: "Add each secret to the repository (`gh secret set NAME`) and to the step (`NAME: ${{ secrets.NAME }}` under `env:`). " +
			"Until then Astro keeps the stored values, and an apply fails, because it needs them.\n\n",
	}
	if r.Export == nil {
		return s
	}
	for _, v := range r.Export.Variables {
		cells := []cell{codeCell(v.Name), textCells(v.UsedFor())[0]}
		s.rows = append(s.rows, row{cells: cells, log: v.Name + "  " + v.UsedFor()})
	}
	return s
}

// skippedSection lists the settings and resources that the export left out.
func (r *Run) skippedSection() section {
	s := section{style: headed, title: textCells("Not exported")}
	if r.Export == nil {
		return s
	}
	for _, skipped := range r.Export.Skipped {
		s.rows = append(s.rows, row{cells: textCells(skipped.String())})
	}
	return s
}
