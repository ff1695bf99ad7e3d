package report

import (
	"cmp"
	"fmt"
	"strings"

	"astro-apply/internal/apply"
	"astro-apply/internal/config"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

// logText returns the rows of s for the log, without its title.
func (s section) logText(indent string) string {
	var b strings.Builder
	for _, x := range s.rows {
		sign := x.sign
		if sign != "" {
			sign += " "
		}
		b.WriteString(indent + sign + x.line() + "\n")
	}
	return b.String()
}

// line returns the text of x. It is always one line, so that a value can't imitate
// other rows.
func (x row) line() string {
	return github.SanitizeLine(cmp.Or(x.log, joinCells(x.cells, cell.plain)))
}

var actionSigns = map[plan.Action]string{
	plan.Create: "+", plan.Update: "~", plan.Delete: "-", plan.DeletePrevented: "!", plan.Errored: "?",
	plan.Unchanged: "=",
}

// PlanText returns the plan for the log, in the style of Terraform: one block per
// resource that differs from the manifest, and a sign before each line.
func (r *Run) PlanText() string {
	var b strings.Builder
	for _, c := range r.Plan.Changes {
		unusable := r.Mode == config.ModeDrift && c.UnusableReason != ""
		if c.Action == plan.Unchanged && len(c.Kept) == 0 && !unusable {
			continue
		}
		b.WriteString(github.SanitizeLine(changeHeading(c)) + "\n" + r.diffSection(c).logText("    "))
	}
	return b.String()
}

func changeHeading(c *plan.Change) string {
	line := fmt.Sprintf("%s %s %s", actionSigns[c.Action], c.Action, c.Resource)
	if c.Live != nil {
		line += " (" + c.Live.ID + ")"
	}
	if c.Resource.Pos.IsKnown() {
		line += "  " + c.Resource.Pos.String()
	}
	return line
}

// OutcomeLine returns the line of the log about one outcome.
func OutcomeLine(o apply.Outcome) string {
	text := fmt.Sprintf("%s %s", o.Status, o.Change.Resource)
	if o.Live != nil {
		text += " (" + o.Live.ID + ")"
		if status := o.Live.Readiness().Reason; status != "" && o.Status.IsOK() {
			text += ", " + status
		}
	}
	text += prefixedText(", ", roundedDuration(o.Duration))
	if o.Err != nil {
		text += ": " + strings.ReplaceAll(o.Err.Error(), "\n", "; ")
	}
	return text
}

// FindingsText lists every finding for the log, because only the log has no limit, and
// every runner keeps it.
func (r *Run) FindingsText() string {
	var b strings.Builder
	for _, f := range r.Findings() {
		text := strings.ReplaceAll(f.Message, "\n", "\n    ")
		fmt.Fprintf(&b, "%s%s: %s\n", f.positionPrefix(), f.Level, text)
	}
	return b.String()
}

// UnmanagedText lists the resources that no manifest declares, for the log.
func (r *Run) UnmanagedText() string {
	s := r.unmanagedSection()
	if len(s.rows) == 0 {
		return ""
	}
	return joinCells(s.title, cell.plain) + ":\n" + s.logText("    ")
}

// VariablesText lists the variables that the user has to set, for the log.
func (r *Run) VariablesText() string { return r.variablesSection().logText("") }

// SkippedText lists the settings and resources that the export left out, for the log.
func (r *Run) SkippedText() string { return r.skippedSection().logText("") }

// SupportText lists all failed requests, for the log.
func (r *Run) SupportText() string { return r.supportSection().logText("") }
