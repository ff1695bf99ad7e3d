package report

import (
	"cmp"
	"fmt"
	"strings"

	"astro-apply/internal/apply"
	"astro-apply/internal/github"
)

// logText returns the rows of s for the log, without its title.
func (s section) logText(indent string) string {
	var b strings.Builder
	for _, x := range s.rows {
		b.WriteString(x.logLine(indent))
	}
	return b.String()
}

// logLine returns x as one line, so that a value can't imitate other rows.
func (x row) logLine(indent string) string {
	sign := x.sign
	if sign != "" {
		sign += " "
	}
	text := github.SanitizeLine(cmp.Or(x.log, joinCells(x.cells, cell.plain)))
	return strings.TrimRight(indent+strings.Repeat("    ", x.indent)+sign+text, " ") + "\n"
}

// PlanText returns the plan for the log, in the style of Terraform: one block per
// resource that differs from the manifest, and a sign before each line.
func (r *Run) PlanText() string { return r.detailsSection(r.changedRows(), inFull).logText("") }

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
func (r *Run) FindingsText() string { return r.findingsText(r.logFindings()) }

// ErrorsText lists the errors for the log, as the start of FindingsText does.
func (r *Run) ErrorsText() string { return r.findingsText(findingsOf(github.Error, r.logFindings())) }

func (r *Run) findingsText(findings []Finding) string {
	var b strings.Builder
	for _, f := range findings {
		text := strings.ReplaceAll(r.redact(f.Message), "\n", "\n    ")
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
