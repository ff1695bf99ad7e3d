package report

import (
	"slices"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/config"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// resourceTable is a table of the resources that differ from the manifest, or that failed.
func (r *Run) resourceTable(resources []resourceRow) section {
	s := section{columns: []string{"", "resource", "change"}, isWhole: true}
	if r.Outcomes != nil {
		s.columns = append(s.columns, "result", "duration")
	}
	for _, x := range resources {
		name, action := cell{parts: r.resourceParts(x.change), link: x.pageURL}, textCells(r.actionText(x.change))[0]
		action.isBold = x.change.Action == plan.Delete && r.Mode != config.ModeDrift
		cells := []cell{textCells(iconOf(x))[0], name, action}
		if r.Outcomes != nil {
			cells = append(cells, textCells(statusText(x.status), roundedDuration(x.duration))...)
		}
		s.rows = append(s.rows, row{cells: cells})
	}
	return s
}

// namesPerRow is the number of names in one line of namesSection.
const namesPerRow = 20

// namesSection lists what resourceTable does in less space: one line for the names of
// several resources of the same kind, in the same Workspace and with the same change.
func (r *Run) namesSection(resources []resourceRow) section {
	s := section{isNames: true}
	titleOf := func(x resourceRow) string {
		title := iconOf(x) + " " + r.actionText(x.change) + " " + x.change.Resource.Kind.Title
		if r.Outcomes != nil {
			title += ", " + statusText(x.status)
		}
		return title + prefixedText(" in ", r.parentText(x.change)) + ":"
	}
	var titles []string
	byTitle := map[string][]resourceRow{}
	for _, x := range resources {
		title := titleOf(x)
		if byTitle[title] == nil {
			titles = append(titles, title)
		}
		byTitle[title] = append(byTitle[title], x)
	}
	for _, title := range titles {
		for names := range slices.Chunk(byTitle[title], namesPerRow) {
			line := row{cells: textCells(title), count: len(names)}
			for _, x := range names {
				line.cells = append(line.cells, cell{parts: []part{{text: " "}, {x.change.Resource.Name(), true}}})
			}
			s.rows = append(s.rows, line)
		}
	}
	return s
}

// actionText describes the action and, in mode drift, how the resource in Astro compares
// with the manifest.
func (r *Run) actionText(c *plan.Change) string {
	switch {
	case c.Action == plan.Errored:
		return "failed"
	case len(c.Problems) > 0:
		return "has errors"
	case r.Mode != config.ModeDrift && c.Action == plan.Unchanged:
		return "undeclared items are kept"
	case r.Mode != config.ModeDrift && c.Action == plan.Update:
		return string(c.Action) + effectsText(c)
	case r.Mode != config.ModeDrift:
		return string(c.Action)
	case c.Action == plan.Unchanged && len(c.Kept) > 0:
		return "has undeclared items"
	case c.Action == plan.Unchanged && c.UnusableReason != "":
		return "has expired or failed"
	}
	return driftLabels[c.Action]
}

// effectsText returns what an update does besides changing values: ", restarts, removes 2
// items".
func effectsText(c *plan.Change) string {
	text := ""
	if len(affectedFields(c, schema.Restarts)) > 0 {
		text += ", restarts"
	}
	if n := c.CountRemovals(); n > 0 {
		text += ", removes " + countedNoun(n, "item")
	}
	return text
}

var driftLabels = map[plan.Action]string{
	plan.Create: "missing", plan.Update: "differs", plan.Delete: "not deleted", plan.DeletePrevented: "not deleted",
	plan.Unchanged: "as declared",
}

// iconOf returns the icon of a result, or of a planned action.
func iconOf(x resourceRow) string {
	switch {
	case x.status == planned:
		return plannedIcons[x.change.Action]
	case x.status == apply.Unchanged && len(x.change.Kept) > 0:
		return "⚠️"
	}
	return statusIcons[x.status]
}

var plannedIcons = map[plan.Action]string{plan.Create: "➕", plan.Update: "✏️", plan.Delete: "🗑️"}

var statusIcons = map[apply.Status]string{
	apply.Created: "✅", apply.Updated: "✅", apply.Deleted: "🗑️", apply.Unchanged: "▫️", apply.DeletePrevented: "⚠️",
	apply.Failed: "❌", apply.Unconfirmed: "⏳", apply.Skipped: "⏭️", apply.Stopped: "⏹️",
}

func roundedDuration(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return d.Round(time.Second).String()
}
