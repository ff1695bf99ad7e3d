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

// row is one object of the table, whether it was applied or only planned.
type row struct {
	change *plan.Change
	status apply.Status
	took   time.Duration
	id     string
	page   string
}

func (r *Run) rows() []row {
	if r.Plan == nil {
		return nil
	}
	var out []row
	for i, c := range r.Plan.Changes {
		x := row{change: c, status: "planned"}
		if c.Action == plan.Unchanged || c.Action == plan.DeletePrevented || c.Action == plan.Errored {
			x.status = planned[c.Action]
		}
		if len(c.Problems) > 0 {
			x.status = apply.Failed
		}
		live := c.Live
		if r.Outcomes != nil {
			o := r.Outcomes[i]
			x.status, x.took, live = o.Status, o.Duration, o.Live
		}
		if live != nil {
			x.id = live.ID
			if x.status != apply.Deleted {
				x.page = r.page(live, c.Resource.Kind)
			}
		}
		out = append(out, x)
	}
	return out
}

// page is the address of an object's page in the Astro UI, "" if unknown.
func (r *Run) page(live *resource.Live, k *resource.Kind) string {
	path := live.UIPath(k)
	if path == "" || r.Interface == "" {
		return ""
	}
	return r.Interface + path
}

// fewRows is up to how many objects the unchanged ones are listed, too.
const fewRows = 50

// table lists the objects within room bytes: all of them, or those that something
// is about.
func (r *Run) table(room int) string {
	rows := r.rows()
	var b strings.Builder
	same, rest := 0, 0
	for _, x := range rows {
		if x.status == apply.Unchanged && len(rows) > fewRows && len(x.change.Kept) == 0 && x.change.UnusableReason == "" {
			same++
			continue
		}
		line := r.line(x)
		if b.Len()+len(line) > room {
			rest++
			continue
		}
		if b.Len() == 0 {
			b.WriteString(r.columns())
		}
		b.WriteString(line)
	}
	for _, left := range []struct {
		n    int
		noun string
	}{{rest, "more object"}, {same, "unchanged object"}} {
		if left.n > 0 {
			fmt.Fprintf(&b, "\n%s not listed.\n", plural(left.n, left.noun))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "\n"
}

// columns are the head of the table: where nothing was carried out, there is no
// result.
func (r *Run) columns() string {
	if r.Outcomes == nil {
		return "| | object | action |\n| --- | --- | --- |\n"
	}
	return "| | object | action | result | took |\n| --- | --- | --- | --- | --- |\n"
}

func (r *Run) line(x row) string {
	name, action := linked(x.change.Resource.String(), x.page), string(x.change.Action)
	switch {
	case r.Outcomes != nil:
		return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", icons[x.status], name, action, x.status, took(x.took))
	case r.Mode == "drift" && x.change.Action == plan.Unchanged && len(x.change.Kept) > 0:
		action = "has more than declared"
	case r.Mode == "drift" && x.change.Action == plan.Unchanged && x.change.UnusableReason != "":
		action = "has expired or failed"
	case r.Mode == "drift":
		action = drifts[x.change.Action]
	}
	return fmt.Sprintf("| %s | %s | %s |\n", icons[x.status], name, action)
}

// drifts is what an action says of what is live.
var drifts = map[plan.Action]string{
	plan.Create: "missing", plan.Update: "differs", plan.Delete: "still there", plan.DeletePrevented: "still there", plan.Unchanged: "as declared", plan.Errored: "unknown",
}

// linked is a name as a link to its page, if it has one.
func linked(name, page string) string {
	if page == "" {
		return github.Markdown(name)
	}
	return "[" + github.Markdown(name) + "](" + page + ")"
}

var icons = map[apply.Status]string{
	apply.Created: "✅", apply.Updated: "✅", apply.Deleted: "🗑️", apply.Unchanged: "▫️", apply.DeletePrevented: "⚠️",
	apply.Failed: "❌", apply.Unconfirmed: "⏳", apply.Skipped: "⏭️", apply.Stopped: "⏹️", "planned": "📝",
}

func took(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return d.Round(time.Second).String()
}
