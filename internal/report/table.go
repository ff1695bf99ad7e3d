package report

import (
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/config"
	"astro-apply/internal/plan"
)

// maxRowsWithUnchanged is the number of resources up to which the table includes
// unchanged ones.
const maxRowsWithUnchanged = 50

// resourceTable is a table of the resources. If there are many resources, the table
// leaves out the unchanged ones.
func (r *Run) resourceTable(resources []resourceRow) section {
	notListed := func(n int, noun string) string { return "\n" + countedNoun(n, noun) + " not listed.\n" }
	s := section{
		columns: []string{"", "resource", "action"},
		rest:    func(n int) string { return notListed(n, "more resource") },
	}
	if r.Outcomes != nil {
		s.columns = append(s.columns, "result", "duration")
	}
	unchanged := 0
	for _, x := range resources {
		c := x.change
		asDeclared := x.status == apply.Unchanged && len(c.Kept) == 0 && c.UnusableReason == ""
		if asDeclared && len(resources) > maxRowsWithUnchanged {
			unchanged++
			continue
		}
		cells := textCells(statusIcons[x.status], c.Resource.String(), r.actionText(c))
		cells[1].link = x.pageURL
		if r.Outcomes != nil {
			cells = append(cells, textCells(string(x.status), roundedDuration(x.duration))...)
		}
		s.rows = append(s.rows, row{cells: cells})
	}
	if unchanged > 0 {
		s.footer = notListed(unchanged, "unchanged resource")
	}
	return s
}

// actionText describes the action and, in mode drift, how the resource in Astro compares
// with the manifest.
func (r *Run) actionText(c *plan.Change) string {
	switch {
	case r.Mode != config.ModeDrift:
		return string(c.Action)
	case c.Action == plan.Unchanged && len(c.Kept) > 0:
		return "has undeclared items"
	case c.Action == plan.Unchanged && c.UnusableReason != "":
		return "has expired or failed"
	}
	return driftLabels[c.Action]
}

var driftLabels = map[plan.Action]string{
	plan.Create: "missing", plan.Update: "differs", plan.Delete: "not deleted", plan.DeletePrevented: "not deleted",
	plan.Unchanged: "as declared", plan.Errored: "unknown",
}

var statusIcons = map[apply.Status]string{
	apply.Created: "✅", apply.Updated: "✅", apply.Deleted: "🗑️", apply.Unchanged: "▫️", apply.DeletePrevented: "⚠️",
	apply.Failed: "❌", apply.Unconfirmed: "⏳", apply.Skipped: "⏭️", apply.Stopped: "⏹️", planned: "📝",
}

func roundedDuration(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return d.Round(time.Second).String()
}
