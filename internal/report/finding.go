package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Finding is one thing to tell: an annotation, and an entry of the log and the
// summary.
type Finding struct {
	Level       github.Level
	Pos         schema.Pos
	Title       string
	Message     string
	rank        int // the most useful first, within a level
	mergedCount int // how many problems it stands for that are not listed; 0: it is one itself
}

// countProblems returns how many findings there are, with those that aren't listed.
func countProblems(findings []Finding) int {
	n := 0
	for _, f := range findings {
		n += max(1, f.mergedCount)
	}
	return n
}

// positionPrefix is what stands before a text about f.
func (f Finding) positionPrefix() string {
	if !f.Pos.IsKnown() {
		return ""
	}
	return f.Pos.String() + ": "
}

// Findings lists everything there is to tell, errors first and the most useful
// of them first; each level in a stable order.
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
		out = append(out, Finding{Level: github.Error, Title: "not the reviewed plan", Message: r.ReviewErr.Error()})
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

// conclusionFindings makes sure that a run that fails says so: the runner adds nothing
// by itself.
func (r *Run) conclusionFindings() []Finding {
	switch {
	case r.StopErr != nil:
		return []Finding{{Level: github.Error, Title: "astro-apply stopped early", Message: r.ResultLine()}}
	case r.Mode == "drift" && r.HasDrift() && r.FailOnDrift && !r.HasBlockingErrors():
		return []Finding{{Level: github.Error, Title: "Astro differs from the manifest", Message: r.ResultLine() + r.driftRemedy()}}
	case r.exportDiffers() && !r.HasBlockingErrors():
		return []Finding{{Level: github.Error, Title: "the export is not what is live", Message: r.ResultLine() + " Somebody changed it in the meantime, or it can't be said in a manifest: export again, and report it if that doesn't help."}}
	}
	return nil
}

func problemFindings(in []schema.Problem, title string) []Finding {
	var out []Finding
	for _, p := range schema.MergeProblems(in) {
		f := Finding{Level: github.Error, Pos: p.Pos, Title: title, Message: p.Message, mergedCount: p.Unlisted}
		if p.Warning {
			f.Level = github.Warning
		}
		out = append(out, f)
	}
	return out
}

// changeFindings tells what a plan has to say beside its differences.
func (r *Run) changeFindings(c *plan.Change) []Finding {
	var out []Finding
	name := c.Resource.String()
	for _, n := range c.Notes {
		level := github.Notice
		if n.Warning {
			level = github.Warning
		} else if r.Export != nil { // it is about what was there before
			continue
		}
		out = append(out, Finding{Level: level, Pos: n.Pos, Title: name, Message: name + ": " + n.Message})
	}
	if len(c.NotComparable) > 0 && r.Export == nil { // there they are listed by their variables
		out = append(out, Finding{Level: github.Notice, Pos: c.Resource.Pos, Title: name, rank: 1, Message: fmt.Sprintf(
			"%s: kept, not verified, because Astro doesn't return such values: %s; write-secrets: true writes them", name, strings.Join(c.NotComparable, ", "))})
	}
	if c.Err != nil && r.Outcomes == nil && !errors.Is(c.Err, resource.ErrReported) {
		out = append(out, compareErrorFindings(name, c)...)
	}
	return out
}

// compareErrorFindings tells why an object could not be compared: what only waits for
// another one after the reasons.
func compareErrorFindings(name string, c *plan.Change) []Finding {
	out := errorFindings(name, c.Err, c.Resource.Pos, nil)
	if _, ok := errors.AsType[*resource.BlockedError](c.Err); ok {
		out[0].rank = 2
	}
	return out
}

// outcomeFindings tells what went wrong with one object.
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
		return []Finding{{Level: github.Error, Pos: pos, Title: name + ": " + string(o.Status), rank: 2, Message: fmt.Sprintf("%s was %s: %v", name, o.Status, o.Err)}}
	}
	return out
}

// errorFindings tells an error at the object's own place, or, for the values that
// the API complains about, at theirs.
func errorFindings(name string, err error, pos schema.Pos, body *schema.Node) []Finding {
	if problems := resource.ProblemsOf(err); problems != nil {
		var out []Finding
		for _, p := range problems {
			out = append(out, Finding{Level: github.Error, Pos: p.Pos, Title: name, Message: name + ": " + p.Message})
		}
		return out
	}
	var api *astro.Error
	if !errors.As(err, &api) {
		return []Finding{{Level: github.Error, Pos: pos, Title: name, Message: name + ": " + err.Error()}}
	}
	base := Finding{Level: github.Error, Pos: pos, Title: errorTitle(name, api), Message: name + ": " + errorWithRemedy(err)}
	var out []Finding
	for _, f := range api.FieldErrors {
		at, ok := body.PositionOf(f.Field)
		if !ok {
			continue
		}
		located := base
		located.Pos = at
		located.Message = fmt.Sprintf("%s: %s: %s\n%s", name, f.Field, cmp.Or(f.Message, f.Code), errorWithRemedy(err))
		out = append(out, located)
	}
	if len(out) == 0 {
		return []Finding{base}
	}
	return out
}

// visibilityText is how many objects the token sees of the kind of one that is to be created, "" where that proves nothing.
func (r *Run) visibilityText(c *plan.Change) string {
	if c.Action != plan.Create || c.VisibleText == "" || r.Simulated {
		return ""
	}
	return "the token sees " + c.VisibleText
}

// visibilityFindings warns, once, that a plan creates Workspaces with a token that sees none. Once one is created, there were none.
func (r *Run) visibilityFindings() []Finding {
	for _, c := range r.Plan.Changes {
		if visible := r.visibilityText(c); visible != "" && c.NoneVisible && c.Resource.Kind.ParentFields == nil && r.Outcomes == nil {
			name := c.Resource.String()
			return []Finding{{Level: github.Warning, Pos: c.Resource.Pos, Title: name, Message: fmt.Sprintf(
				"%s: %s. If the Organization has any, this one may exist already: %s", name, visible, c.Resource.Kind.Visibility)}}
		}
	}
	return nil
}

// addVisibility adds to the findings of a create that was forbidden how many resources the token sees.
func addVisibility(o apply.Outcome, out []Finding) []Finding {
	if c := o.Change; c.VisibleText != "" && c.Action == plan.Create && astro.IsForbidden(o.Err) {
		for i := range out {
			out[i].Message += fmt.Sprintf("\nThe token sees %s, so this one may exist already: %s.", c.VisibleText, c.Resource.Kind.Visibility)
		}
	}
	return out
}
