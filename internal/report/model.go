package report

import (
	"cmp"
	"slices"
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
	footer  string // Markdown below the rows
	isWhole bool   // shown completely or not at all
	isNames bool   // the names of all changed resources, for which there must be room
}

// style is the form of a section in Markdown.
type style int

const (
	untitled  style = iota
	headed          // under a heading with the number of rows
	subheaded       // under a smaller heading
	folded
	foldedDiff // folded, as a block with highlighted signs
	openDiff   // unfolded, as a block with highlighted signs
)

// row is a row of a table, or a line.
type row struct {
	sign   string // of a difference: +, -, ~, = or !
	indent int    // of a difference: 0 is a resource, 1 a field
	cells  []cell // one per column, or the parts of the line
	log    string // the line of the log; "": the text of cells
	count  int    // number of things that the row stands for; 0 is one
}

// cell is a text, in which names can be code, and which may be a link.
type cell struct {
	parts  []part
	link   string
	isBold bool
}

type part struct {
	text   string
	isCode bool
}

func textCells(texts ...string) []cell {
	out := make([]cell, len(texts))
	for i, text := range texts {
		out[i].parts = []part{{text: text}}
	}
	return out
}

func codeCell(text string) cell { return cell{parts: []part{{text, true}}} }

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

// changeOrder is the order in which people read changes: what can't be undone comes first.
var changeOrder = map[plan.Action]int{
	plan.Errored: 0, plan.Delete: 1, plan.Update: 2, plan.Create: 3, plan.DeletePrevented: 4, plan.Unchanged: 5,
}

// changedRows returns the resources that differ from the manifest, or that failed, in the
// order in which people read them.
func (r *Run) changedRows() []resourceRow {
	rows := slices.DeleteFunc(r.resourceRows(), func(x resourceRow) bool { return r.isAsDeclared(x) })
	rank := func(x resourceRow) int {
		if x.status != planned && !x.status.IsOK() {
			return 0
		}
		return changeOrder[x.change.Action]
	}
	slices.SortStableFunc(rows, func(a, b resourceRow) int { return cmp.Compare(rank(a), rank(b)) })
	return rows
}

// isAsDeclared reports whether a resource matches the manifest and works.
func (r *Run) isAsDeclared(x resourceRow) bool {
	isUsable := r.Mode != config.ModeDrift || x.change.UnusableReason == ""
	return x.status == apply.Unchanged && len(x.change.Kept) == 0 && isUsable
}

// resourceParts names a resource and its Workspace or Deployment.
func (r *Run) resourceParts(c *plan.Change) []part {
	o := c.Resource
	parts := []part{{text: o.Kind.Title}}
	if !o.Kind.Singleton {
		parts = []part{{text: o.Kind.Title + " "}, {o.Name(), true}}
	}
	if parent := r.Plan.ParentName(c); parent != "" {
		parts = append(parts, part{text: " in "}, part{parent, true})
	}
	return parts
}

// pageURL returns the address of a page in the Astro UI, "" if it or path is unknown.
func (r *Run) pageURL(path string) string {
	if path == "" || r.UIURL == "" {
		return ""
	}
	return r.UIURL + path
}

// brevity is how much of a report is left out because it would be too long. Each level
// leaves out what those before it do, too. None leaves out the name of a changed
// resource, or a removal.
type brevity int

const (
	inFull brevity = iota
	withoutNotices
	shortValues
	onlyRemovals // details of removed resources and items only
	onlyNames    // instead of a table of the resources
)

var omissions = []string{
	withoutNotices: "notices",
	shortValues:    "notices and parts of long values",
	onlyRemovals:   "notices and all details but removals",
	onlyNames:      "notices, links and all details but removals",
}

// sections returns the report below its header, the most useful parts first.
func (r *Run) sections(b brevity) []section {
	findings, resources := r.Findings(), r.changedRows()
	table := r.resourceTable(resources)
	if b == onlyNames {
		table = r.namesSection(resources)
	}
	out := []section{
		findingsSection("Errors", findings, github.Error), r.variablesSection(), r.skippedSection(),
		table, findingsSection("Warnings", findings, github.Warning),
		r.unmanagedSection(),
	}
	if r.Mode == config.ModeDrift {
		for _, x := range resources {
			out = append(out, r.driftSection(x, b))
		}
	} else {
		out = append(out, r.detailsSection(resources, b))
	}
	if b < withoutNotices {
		notices := findingsSection("", findings, github.Notice)
		notices.style, notices.title = folded, textCells(countedNoun(len(notices.rows), "notice"))
		out = append(out, notices)
	}
	return r.redactSections(out)
}

// redactSections removes secrets from the texts of sections. Markdown that hides a part
// of a text, such as a code span around one word, would hide a secret from the runner.
func (r *Run) redactSections(sections []section) []section {
	redact := func(cells []cell) {
		for i := range cells {
			cells[i].parts = slices.Clone(cells[i].parts)
			for j := range cells[i].parts {
				cells[i].parts[j].text = r.redact(cells[i].parts[j].text)
			}
		}
	}
	for _, s := range sections {
		redact(s.title)
		for _, x := range s.rows {
			redact(x.cells)
		}
	}
	return sections
}

// redactedMarkdown is section.markdown without secrets.
func (r *Run) redactedMarkdown(s section, room int) string {
	return r.redactSections([]section{s})[0].markdown(room)
}

func (r *Run) redact(text string) string { return r.Secrets.Redact(text).String() }
