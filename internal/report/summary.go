package report

import (
	"fmt"
	"html"
	"strings"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

// Summary is the job summary: the result in a sentence, everything that went
// wrong, a table of the objects, and what differs in each.
func (r *Run) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s astro-apply: %s\n\n**%s**\n\n", r.icon(), orElse(r.Mode, "not started"), github.Markdown(r.Sentence()))
	if r.Why != "" {
		fmt.Fprintf(&b, "Mode `%s`: %s.", r.Mode, github.Markdown(r.Why))
		if d := took(r.Duration); d != "" {
			fmt.Fprintf(&b, " Took %s.", d)
		}
		b.WriteString("\n\n")
	}
	if r.Simulated {
		b.WriteString("> [!NOTE]\n> Simulated: nothing of this happened at Astro.\n\n")
	}
	r.list(&b, github.Error, "Errors")
	r.table(&b)
	r.list(&b, github.Warning, "Warnings")
	r.diffs(&b)
	r.list(&b, github.Notice, "Notices")
	if len(r.RequestIDs) > 0 {
		b.WriteString("<details><summary>For Astronomer support</summary>\n\n")
		for _, id := range r.RequestIDs {
			fmt.Fprintf(&b, "- requestId %s\n", github.Markdown(id))
		}
		b.WriteString("\n</details>\n")
	}
	return b.String()
}

func (r *Run) icon() string {
	switch {
	case r.Failed():
		return "❌"
	case r.Outcomes == nil && r.Counts().Changed() > 0:
		return "📝"
	}
	return "✅"
}

func (r *Run) list(b *strings.Builder, level github.Level, heading string) {
	var lines []string
	for _, f := range r.Findings() {
		if f.Level != level {
			continue
		}
		lines = append(lines, "- "+github.Markdown(f.place())+github.Markdown(f.Message)+"\n")
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "### %s (%d)\n\n%s\n", heading, len(lines), strings.Join(lines, ""))
}

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
		if c.Action == plan.Unchanged || c.Action == plan.Kept || c.Action == plan.Unknown {
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
			if page := live.Page(c.Object.Kind); page != "" && r.Interface != "" && x.status != apply.Deleted {
				x.page = r.Interface + page
			}
		}
		out = append(out, x)
	}
	return out
}

func (r *Run) table(b *strings.Builder) {
	rows := r.rows()
	shown := 0
	for _, x := range rows {
		if x.status == apply.Unchanged && len(rows) > 50 {
			continue
		}
		if shown++; shown == 1 {
			b.WriteString("| | object | action | result | took |\n| --- | --- | --- | --- | --- |\n")
		}
		name := github.Markdown(x.change.Object.String())
		if x.page != "" {
			name = "[" + name + "](" + x.page + ")"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", icons[x.status], name, x.change.Action, x.status, took(x.took))
	}
	if hidden := len(rows) - shown; hidden > 0 {
		fmt.Fprintf(b, "\n%s not listed.\n", plural(hidden, "unchanged object"))
	}
	b.WriteString("\n")
}

var icons = map[apply.Status]string{
	apply.Created: "✅", apply.Updated: "✅", apply.Deleted: "🗑️", apply.Unchanged: "▫️", apply.Kept: "⚠️",
	apply.Failed: "❌", apply.Unconfirmed: "⏳", apply.Skipped: "⏭️", apply.Stopped: "⏹️", "planned": "📝",
}

func took(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return d.Round(time.Second).String()
}

func (r *Run) diffs(b *strings.Builder) {
	if r.Plan == nil {
		return
	}
	for _, c := range r.Plan.Changes {
		lines := differences(c)
		if len(lines) == 0 {
			continue
		}
		var text strings.Builder
		for _, l := range lines {
			mark := l.sign
			if mark == "~" || mark == "?" {
				mark = "!" // the fence colours this one
			}
			text.WriteString(mark + " " + l.text + "\n")
		}
		// A summary is HTML, in which markdown's escapes would show. In code
		// nothing becomes a link or a mention.
		fmt.Fprintf(b, "<details><summary>%s <code>%s</code>: %s</summary>\n\n%s\n</details>\n\n",
			c.Action, html.EscapeString(github.Neutral(c.Object.String())), plural(len(lines), "difference"), github.Fence("diff", text.String()))
	}
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
