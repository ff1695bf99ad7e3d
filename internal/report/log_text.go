package report

import (
	"fmt"
	"strings"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/current"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

var actionSigns = map[plan.Action]string{
	plan.Create: "+", plan.Update: "~", plan.Delete: "-", plan.DeletePrevented: "!", plan.Errored: "?",
}

// PlanText returns the plan for the log, in the style of Terraform: one block per
// resource that differs from the manifest, and a sign before each line.
func (r *Run) PlanText() string {
	var b strings.Builder
	for _, c := range r.Plan.Changes {
		unusable := r.Mode == "drift" && c.UnusableReason != ""
		if c.Action == plan.Unchanged && len(c.Kept) == 0 && !unusable {
			continue
		}
		b.WriteString(github.SanitizeLine(changeHeading(c)) + "\n")
		if last := lastModifiedText(c.Live); last != "" && r.Mode == "drift" {
			b.WriteString("    " + github.SanitizeLine("last changed "+last) + "\n")
		}
		if visible := r.visibilityText(c); visible != "" {
			b.WriteString("    ! " + visible + "\n")
		}
		if unusable {
			b.WriteString("    ! " + github.SanitizeLine(c.UnusableReason) + "\n")
		}
		for _, line := range r.diffLines(c) {
			b.WriteString("    " + line.sign + " " + line.text + "\n")
		}
	}
	return b.String()
}

func changeHeading(c *plan.Change) string {
	mark := actionSigns[c.Action]
	if mark == "" {
		mark = "="
	}
	line := fmt.Sprintf("%s %s %s", mark, c.Action, c.Resource)
	if c.Live != nil {
		line += " (" + c.Live.ID + ")"
	}
	if c.Resource.Pos.IsKnown() {
		line += "  " + c.Resource.Pos.String()
	}
	return line
}

// diffLine is one difference. Its sign is +, -, ~, ! or ?. Its text is always one
// line, so that a value can't imitate other differences.
type diffLine struct{ sign, text string }

func (r *Run) diffLines(c *plan.Change) []diffLine {
	var out []diffLine
	for i, v := range r.formatValues(c.Fields) {
		out = append(out, fieldDiffLine(c.Fields[i], v))
	}
	for i, v := range r.formatValues(c.Kept) {
		out = append(out, diffLine{"!", fmt.Sprintf("%s: %s (kept, not in the manifest)", c.Kept[i].Path, v.before)})
	}
	problems := current.ProblemsOf(c.Err)
	for _, p := range problems {
		out = append(out, diffLine{"?", p.Error()})
	}
	if c.Err != nil && problems == nil {
		out = append(out, diffLine{"?", c.Err.Error()})
	}
	for i := range out {
		out[i].text = github.SanitizeLine(out[i].text)
	}
	return out
}

func fieldDiffLine(f plan.Field, v valueDiff) diffLine {
	switch {
	case f.Rewrite:
		return diffLine{"~", f.Path + ": " + schema.RedactionMark + " (rewritten; secrets can't be compared)"}
	case f.New == nil:
		return diffLine{"-", f.Path + ": " + v.before}
	case f.Old == nil:
		return diffLine{"+", f.Path + ": " + v.after}
	}
	return diffLine{"~", fmt.Sprintf("%s: %s → %s%s", f.Path, v.before, v.after, v.note)}
}

// OutcomeLine returns the line of the log about one outcome.
func OutcomeLine(o apply.Outcome) string {
	text := fmt.Sprintf("%s %s", o.Status, o.Change.Resource)
	if o.Live != nil {
		text += " (" + o.Live.ID + ")"
		if _, status := o.Live.Readiness(o.Change.Resource.Kind); status != "" && o.Status.IsOK() {
			text += ", " + status
		}
	}
	if o.Duration >= time.Second {
		text += ", " + o.Duration.Round(time.Second).String()
	}
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
