package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// Finding is an error, warning or notice for the user: an annotation, and an entry of
// the log and the summary.
type Finding struct {
	Level       github.Level
	Pos         schema.Pos
	Title       string
	Message     string
	rank        int // sort key within a level: the most useful findings have the lowest rank
	mergedCount int // number of problems that this finding replaces; 0 if the finding is a problem itself
}

// countProblems returns the number of problems in findings, including the unlisted ones.
func countProblems(findings []Finding) int {
	n := 0
	for _, f := range findings {
		n += max(1, f.mergedCount)
	}
	return n
}

// positionPrefix returns the position of f as the start of a line, "" if it is unknown.
func (f Finding) positionPrefix() string {
	if !f.Pos.IsKnown() {
		return ""
	}
	return f.Pos.String() + ": "
}

// Findings returns all errors, warnings and notices of the run, in this order. Within
// a level the most useful ones come first, and the order is stable.
func (r *Run) Findings() []Finding {
	var out []Finding
	for _, err := range r.Errors {
		out = append(out, Finding{Level: github.Error, Title: "astro-apply", Message: errorWithRemedy(err)})
	}
	if r.LogErr != nil {
		out = append(out, Finding{Level: github.Error, Title: "the log is incomplete", Message: fmt.Sprintf(
			"the log is incomplete: %v; the run continued, and its result is in the job summary and the outputs", r.LogErr)})
	}
	for _, text := range r.Notices {
		out = append(out, Finding{Level: github.Notice, Title: "astro-apply", Message: text})
	}
	if r.ReviewErr != nil {
		out = append(out, Finding{Level: github.Error, Title: "the plan was not reviewed", Message: r.ReviewErr.Error()})
	}
	out = append(out, problemFindings(r.Problems, "manifest")...)
	if r.Plan != nil {
		out = append(out, problemFindings(r.Plan.Problems, "manifest")...)
		for _, c := range r.Plan.Changes {
			out = append(out, r.changeFindings(c)...)
		}
		out = append(out, r.visibilityFindings()...)
	}
	for _, o := range r.Outcomes {
		out = append(out, outcomeFindings(o)...)
	}
	out = append(out, r.conclusionFindings()...)
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(levelOrder[a.Level], levelOrder[b.Level]), cmp.Compare(a.rank, b.rank))
	})
	return out
}

var levelOrder = map[github.Level]int{github.Error: 0, github.Warning: 1, github.Notice: 2}

// conclusionFindings returns the error of a run that fails although no finding
// explains it, because the runner doesn't add an error on its own.
func (r *Run) conclusionFindings() []Finding {
	switch {
	case r.StopErr != nil:
		return []Finding{{Level: github.Error, Title: "astro-apply stopped early", Message: r.ResultLine()}}
	case r.Mode == "drift" && r.HasDrift() && r.FailOnDrift && !r.HasBlockingErrors():
		return []Finding{{Level: github.Error, Title: "Astro differs from the manifest", Message: r.ResultLine() + r.driftRemedy()}}
	case r.exportDiffers() && !r.HasBlockingErrors():
		return []Finding{{Level: github.Error, Title: "the export differs from Astro", Message: r.ResultLine() + " Either someone changed Astro during the export, or the manifest can't express a setting. Export again; if that doesn't help, report a bug."}}
	}
	return nil
}

func problemFindings(problems []schema.Problem, title string) []Finding {
	var out []Finding
	for _, p := range schema.MergeProblems(problems) {
		f := Finding{Level: github.Error, Pos: p.Pos, Title: title, Message: p.Message, mergedCount: p.Unlisted}
		if p.Warning {
			f.Level = github.Warning
		}
		out = append(out, f)
	}
	return out
}

// changeFindings returns the notes and errors of a planned change.
func (r *Run) changeFindings(c *plan.Change) []Finding {
	var out []Finding
	name := c.Resource.String()
	for _, n := range c.Notes {
		level := github.Notice
		if n.Warning {
			level = github.Warning
		} else if r.Export != nil { // the user didn't write the exported manifest, so hints about it don't help
			continue
		}
		out = append(out, Finding{Level: level, Pos: n.Pos, Title: name, Message: name + ": " + n.Message})
	}
	if len(c.NotComparable) > 0 && r.Export == nil { // an export lists the variables of these values instead
		out = append(out, Finding{Level: github.Notice, Pos: c.Resource.Pos, Title: name, rank: 1, Message: fmt.Sprintf(
			"%s: %s: kept, but not compared, because Astro doesn't return these values; set write-secrets: true to write them", name, strings.Join(c.NotComparable, ", "))})
	}
	if c.Err != nil && r.Outcomes == nil && !errors.Is(c.Err, current.ErrReported) {
		out = append(out, compareErrorFindings(name, c)...)
	}
	return out
}

// compareErrorFindings returns why this run could not compare a resource with Astro.
// An error that only follows from another resource's error ranks after that one.
func compareErrorFindings(name string, c *plan.Change) []Finding {
	out := errorFindings(name, c.Err, c.Resource.Pos, nil)
	if _, ok := errors.AsType[*current.BlockedError](c.Err); ok {
		out[0].rank = 2
	}
	return out
}

// outcomeFindings returns the warnings and errors of one outcome.
func outcomeFindings(o apply.Outcome) []Finding {
	name, pos := o.Change.Resource.String(), o.Change.Resource.Pos
	var out []Finding
	for _, w := range o.Warnings {
		out = append(out, Finding{Level: github.Warning, Pos: w.Pos, Title: name, Message: name + ": " + w.Message})
	}
	switch o.Status {
	case apply.Failed:
		return append(out, addVisibility(o, errorFindings(name, o.Err, pos, o.RequestBody))...)
	case apply.Unconfirmed:
		return append(out, Finding{Level: github.Error, Pos: pos, Title: name + ": not confirmed", Message: name + ": " + errorWithRemedy(o.Err)})
	case apply.Skipped, apply.Stopped:
		return []Finding{{Level: github.Error, Pos: pos, Title: name + ": " + string(o.Status), rank: 2, Message: fmt.Sprintf("%s: %s: %v", name, o.Status, o.Err)}}
	}
	return out
}

// errorFindings returns an error at the position of the resource or, if the API named
// the wrong fields, at the positions of those fields in body.
func errorFindings(name string, err error, pos schema.Pos, body *schema.Node) []Finding {
	if problems := current.ProblemsOf(err); problems != nil {
		var out []Finding
		for _, p := range problems {
			out = append(out, Finding{Level: github.Error, Pos: p.Pos, Title: name, Message: name + ": " + p.Message})
		}
		return out
	}
	api := astro.AsError(err)
	if api == nil {
		return []Finding{{Level: github.Error, Pos: pos, Title: name, Message: name + ": " + err.Error()}}
	}
	base := Finding{Level: github.Error, Pos: pos, Title: errorTitle(name, api), Message: name + ": " + errorWithRemedy(err)}
	var out []Finding
	for _, f := range api.FieldErrors {
		fieldPos, ok := body.PositionOf(f.Field)
		if !ok {
			continue
		}
		located := base
		located.Pos = fieldPos
		located.Message = fmt.Sprintf("%s: %s: %s\n%s", name, f.Field, cmp.Or(f.Message, f.Code), errorWithRemedy(err))
		out = append(out, located)
	}
	if len(out) == 0 {
		return []Finding{base}
	}
	return out
}

// visibilityText returns how many resources of the kind the token sees, for a resource
// that the plan creates. It returns "" if that number proves nothing.
func (r *Run) visibilityText(c *plan.Change) string {
	if c.Action != plan.Create || c.VisibleText == "" || r.Simulated {
		return ""
	}
	return "the token sees " + c.VisibleText
}

// visibilityFindings warns, once, that a plan creates Workspaces with a token that sees
// none. It doesn't warn after an apply: Astro accepts a create only if the name is free.
func (r *Run) visibilityFindings() []Finding {
	for _, c := range r.Plan.Changes {
		if visible := r.visibilityText(c); visible != "" && c.NoneVisible && c.Resource.Kind.ParentFields == nil && r.Outcomes == nil {
			name := c.Resource.String()
			return []Finding{{Level: github.Warning, Pos: c.Resource.Pos, Title: name, Message: fmt.Sprintf(
				"%s: %s. If the Organization has any, this one may already exist: %s", name, visible, c.Resource.Kind.Visibility)}}
		}
	}
	return nil
}

// addVisibility adds to the findings of a forbidden create how many resources of the
// kind the token sees, because the resource may exist and be invisible to the token.
func addVisibility(o apply.Outcome, out []Finding) []Finding {
	if c := o.Change; c.VisibleText != "" && c.Action == plan.Create && astro.AsError(o.Err).IsForbidden() {
		for i := range out {
			out[i].Message += fmt.Sprintf("\nThe token sees %s, so this one may already exist: %s.", c.VisibleText, c.Resource.Kind.Visibility)
		}
	}
	return out
}
