package report

import (
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/config"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

// section is a part of the report, in a form that the log and Markdown share. Its texts
// are neither escaped nor redacted for one of them.
type section struct {
	style   style
	title   []cell
	intro   string   // Markdown above the rows
	columns []string // of a table; nil: the rows are items of a list
	rows    []row
	rest    func(n int) string // Markdown in place of n rows for which there is no room; nil: that of a list
	footer  string             // Markdown below the rows
	isWhole bool               // shown completely or not at all
}

// style is the form of a section in Markdown.
type style int

const (
	untitled  style = iota
	headed          // under a heading with the number of rows
	subheaded       // under a smaller heading
	folded
	foldedDiff // folded, as a block with highlighted signs
)

// row is a row of a table, or a line.
type row struct {
	sign  string // of a difference: +, -, ~, ! or ?
	cells []cell // one per column, or the parts of the line
	log   string // the line of the log; "": the text of cells
	count int    // number of things that the row stands for; 0 is one
}

// cell is a text that may be a link or code.
type cell struct {
	text, link string
	isCode     bool
}

func textCells(texts ...string) []cell {
	out := make([]cell, len(texts))
	for i, text := range texts {
		out[i].text = text
	}
	return out
}

// resourceRow holds what the reports show of one resource, applied or only planned.
type resourceRow struct {
	change   *plan.Change
	status   apply.Status
	duration time.Duration
	id       string
	pageURL  string // address of its page in the Astro UI, "" if unknown
}

func (r *Run) resourceRows() (out []resourceRow) {
	if r.Plan == nil {
		return nil
	}
	for i, c := range r.Plan.Changes {
		x, live := resourceRow{change: c, status: plannedResult(c)}, c.Live
		switch {
		case r.Outcomes != nil:
			o := r.Outcomes[i]
			x.status, x.duration, live = o.Status, o.Duration, o.Live
		case c.IsActive() && x.status != apply.Failed:
			x.status = planned
		}
		if live != nil {
			x.id = live.ID
			if x.status != apply.Deleted {
				x.pageURL = r.pageURL(live.UIPath())
			}
		}
		out = append(out, x)
	}
	return out
}

// pageURL returns the address of a page in the Astro UI, "" if it or path is unknown.
func (r *Run) pageURL(path string) string {
	if path == "" || r.UIURL == "" {
		return ""
	}
	return r.UIURL + path
}

// sections returns the report below its header, the most useful parts first.
func (r *Run) sections() []section {
	findings, resources := r.Findings(), r.resourceRows()
	out := []section{
		findingsSection("Errors", findings, github.Error), r.variablesSection(), r.skippedSection(),
		r.resourceTable(resources), findingsSection("Warnings", findings, github.Warning),
		r.unmanagedSection(), findingsSection("Notices", findings, github.Notice),
	}
	for _, x := range resources {
		c := x.change
		switch {
		case r.Mode == config.ModeDrift:
			out = append(out, r.driftSection(x))
		case c.Action != plan.Errored && len(c.Fields)+len(c.Kept) > 0: // the errors have the reason of an errored change
			out = append(out, r.diffSection(c))
		}
	}
	return out
}
