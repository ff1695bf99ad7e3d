package report

import (
	"fmt"
	"strings"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/current"
	"astro-apply/internal/github"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
)

// tableRow is a row of the table: one resource, applied or only planned.
type tableRow struct {
	change   *plan.Change
	status   apply.Status
	duration time.Duration
	id       string
	pageURL  string
}

func (r *Run) tableRows() []tableRow {
	if r.Plan == nil {
		return nil
	}
	var out []tableRow
	for i, c := range r.Plan.Changes {
		row := tableRow{change: c, status: "planned"}
		if c.Action == plan.Unchanged || c.Action == plan.DeletePrevented || c.Action == plan.Errored {
			row.status = plannedStatus[c.Action]
		}
		if len(c.Problems) > 0 {
			row.status = apply.Failed
		}
		live := c.Live
		if r.Outcomes != nil {
			o := r.Outcomes[i]
			row.status, row.duration, live = o.Status, o.Duration, o.Live
		}
		if live != nil {
			row.id = live.ID
			if row.status != apply.Deleted {
				row.pageURL = r.pageURL(live, c.Resource.Kind)
			}
		}
		out = append(out, row)
	}
	return out
}

// pageURL returns the address of a resource's page in the Astro UI, "" if unknown.
func (r *Run) pageURL(live *current.Live, k *kind.Kind) string {
	path := live.UIPath(k)
	if path == "" || r.UIURL == "" {
		return ""
	}
	return r.UIURL + path
}

// maxRowsWithUnchanged is the number of resources up to which the table includes
// unchanged ones.
const maxRowsWithUnchanged = 50

// resourceTable returns a table of the resources, of at most room bytes. If there are
// many resources, the table leaves out the unchanged ones.
func (r *Run) resourceTable(room int) string {
	rows := r.tableRows()
	var b strings.Builder
	unchanged, rest := 0, 0
	for _, row := range rows {
		if row.status == apply.Unchanged && len(rows) > maxRowsWithUnchanged && len(row.change.Kept) == 0 && row.change.UnusableReason == "" {
			unchanged++
			continue
		}
		line := r.formatRow(row)
		if b.Len()+len(line) > room {
			rest++
			continue
		}
		if b.Len() == 0 {
			b.WriteString(r.tableHeader())
		}
		b.WriteString(line)
	}
	for _, omitted := range []struct {
		n    int
		noun string
	}{{rest, "more resource"}, {unchanged, "unchanged resource"}} {
		if omitted.n > 0 {
			fmt.Fprintf(&b, "\n%s not listed.\n", countedNoun(omitted.n, omitted.noun))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "\n"
}

// tableHeader returns the header of the table. Without outcomes, the table has no
// column for the result.
func (r *Run) tableHeader() string {
	if r.Outcomes == nil {
		return "| | resource | action |\n| --- | --- | --- |\n"
	}
	return "| | resource | action | result | duration |\n| --- | --- | --- | --- | --- |\n"
}

func (r *Run) formatRow(row tableRow) string {
	name, action := markdownLink(row.change.Resource.String(), row.pageURL), string(row.change.Action)
	switch {
	case r.Outcomes != nil:
		return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", statusIcons[row.status], name, action, row.status, roundedDuration(row.duration))
	case r.Mode == "drift" && row.change.Action == plan.Unchanged && len(row.change.Kept) > 0:
		action = "has undeclared items"
	case r.Mode == "drift" && row.change.Action == plan.Unchanged && row.change.UnusableReason != "":
		action = "has expired or failed"
	case r.Mode == "drift":
		action = driftLabels[row.change.Action]
	}
	return fmt.Sprintf("| %s | %s | %s |\n", statusIcons[row.status], name, action)
}

// driftLabels describes, per planned action, how a resource in Astro compares with the manifest.
var driftLabels = map[plan.Action]string{
	plan.Create: "missing", plan.Update: "differs", plan.Delete: "not deleted", plan.DeletePrevented: "not deleted", plan.Unchanged: "as declared", plan.Errored: "unknown",
}

// markdownLink returns a name as a link to its page, or without a link if page is "".
func markdownLink(name, page string) string {
	if page == "" {
		return github.EscapeMarkdown(name)
	}
	return "[" + github.EscapeMarkdown(name) + "](" + page + ")"
}

var statusIcons = map[apply.Status]string{
	apply.Created: "✅", apply.Updated: "✅", apply.Deleted: "🗑️", apply.Unchanged: "▫️", apply.DeletePrevented: "⚠️",
	apply.Failed: "❌", apply.Unconfirmed: "⏳", apply.Skipped: "⏭️", apply.Stopped: "⏹️", "planned": "📝",
}

func roundedDuration(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return d.Round(time.Second).String()
}
