package report

import (
	"fmt"
	"strings"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
)

// tableRow is one object of the table, whether it was applied or only planned.
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
		x := tableRow{change: c, status: "planned"}
		if c.Action == plan.Unchanged || c.Action == plan.DeletePrevented || c.Action == plan.Errored {
			x.status = plannedStatus[c.Action]
		}
		if len(c.Problems) > 0 {
			x.status = apply.Failed
		}
		live := c.Live
		if r.Outcomes != nil {
			o := r.Outcomes[i]
			x.status, x.duration, live = o.Status, o.Duration, o.Live
		}
		if live != nil {
			x.id = live.ID
			if x.status != apply.Deleted {
				x.pageURL = r.pageURL(live, c.Resource.Kind)
			}
		}
		out = append(out, x)
	}
	return out
}

// pageURL is the address of an object's page in the Astro UI, "" if unknown.
func (r *Run) pageURL(live *resource.Live, k *resource.Kind) string {
	path := live.UIPath(k)
	if path == "" || r.UIURL == "" {
		return ""
	}
	return r.UIURL + path
}

// maxRowsWithUnchanged is up to how many objects the unchanged ones are listed, too.
const maxRowsWithUnchanged = 50

// resourceTable lists the objects within room bytes: all of them, or those that something
// is about.
func (r *Run) resourceTable(room int) string {
	rows := r.tableRows()
	var b strings.Builder
	same, rest := 0, 0
	for _, x := range rows {
		if x.status == apply.Unchanged && len(rows) > maxRowsWithUnchanged && len(x.change.Kept) == 0 && x.change.UnusableReason == "" {
			same++
			continue
		}
		line := r.formatRow(x)
		if b.Len()+len(line) > room {
			rest++
			continue
		}
		if b.Len() == 0 {
			b.WriteString(r.tableHeader())
		}
		b.WriteString(line)
	}
	for _, left := range []struct {
		n    int
		noun string
	}{{rest, "more object"}, {same, "unchanged object"}} {
		if left.n > 0 {
			fmt.Fprintf(&b, "\n%s not listed.\n", countedNoun(left.n, left.noun))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "\n"
}

// tableHeader are the head of the table: where nothing was carried out, there is no
// result.
func (r *Run) tableHeader() string {
	if r.Outcomes == nil {
		return "| | object | action |\n| --- | --- | --- |\n"
	}
	return "| | object | action | result | took |\n| --- | --- | --- | --- | --- |\n"
}

func (r *Run) formatRow(x tableRow) string {
	name, action := markdownLink(x.change.Resource.String(), x.pageURL), string(x.change.Action)
	switch {
	case r.Outcomes != nil:
		return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", statusIcons[x.status], name, action, x.status, roundedDuration(x.duration))
	case r.Mode == "drift" && x.change.Action == plan.Unchanged && len(x.change.Kept) > 0:
		action = "has more than declared"
	case r.Mode == "drift" && x.change.Action == plan.Unchanged && x.change.UnusableReason != "":
		action = "has expired or failed"
	case r.Mode == "drift":
		action = driftLabels[x.change.Action]
	}
	return fmt.Sprintf("| %s | %s | %s |\n", statusIcons[x.status], name, action)
}

// driftLabels is what an action says of what is live.
var driftLabels = map[plan.Action]string{
	plan.Create: "missing", plan.Update: "differs", plan.Delete: "still there", plan.DeletePrevented: "still there", plan.Unchanged: "as declared", plan.Errored: "unknown",
}

// markdownLink is a name as a link to its page, if it has one.
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
