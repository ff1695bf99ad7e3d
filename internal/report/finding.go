package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/config"
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
	rank        int  // sort key within a level: the most useful findings have the lowest rank
	mergedCount int  // number of problems that this finding replaces; 0 if the finding is a problem itself
	isRemark    bool // needs no action now, so it is no annotation
	isDetail    bool // only an annotation, because the log and the summary show it as a difference
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

// newFinding returns a finding about one resource or another subject.
func newFinding(level github.Level, pos schema.Pos, subject, message string) Finding {
	return Finding{Level: level, Pos: pos, Title: subject, Message: subject + ": " + message}
}

// Findings returns all errors, warnings and notices of the run, in this order. Within
// a level the most useful ones come first, and the order is stable.
func (r *Run) Findings() []Finding {
	var out []Finding
	add := func(level github.Level, title, message string) {
		out = append(out, Finding{Level: level, Title: title, Message: message})
	}
	for _, err := range r.Errors {
		add(github.Error, "astro-apply", errorWithRemedy(err))
	}
	if r.LogErr != nil {
		add(github.Error, "the log is incomplete", fmt.Sprintf(
			"the log is incomplete: %v; the run continued, and its result is in the job summary and the outputs", r.LogErr))
	}
	if len(r.UnsetSecrets) > 0 {
		out = append(out, Finding{
			Level: github.Notice, Title: "astro-apply", isRemark: true,
			Message: "Not set here: " + strings.Join(r.UnsetSecrets, ", ") + ". An apply needs " + verbForm(len(r.UnsetSecrets), "it", "them") + ".",
		})
	}
	for _, text := range r.Notices {
		add(github.Notice, "astro-apply", text)
	}
	if r.ReviewErr != nil {
		add(github.Error, "the plan was not reviewed", r.ReviewErr.Error())
	}
	switch {
	case r.removesTooMuch():
		add(github.Error, "the plan removes too much", r.RemovalsErr.Error())
	case r.RemovalsErr != nil:
		add(github.Warning, "the plan removes too much", r.RemovalsErr.Error()+"; an apply with this limit would change nothing")
	}
	out = append(out, problemFindings(r.Problems)...)
	if r.Plan != nil {
		out = append(out, problemFindings(r.Plan.Problems)...)
		for _, c := range r.Plan.Changes {
			out = append(out, r.changeFindings(c)...)
		}
		out = append(out, r.visibilityFindings()...)
		out = append(out, r.unverifiedFindings()...)
	}
	for _, o := range r.Outcomes {
		out = append(out, outcomeFindings(o)...)
	}
	// The runner doesn't add an error on its own to a run that fails although no finding explains it.
	switch {
	case r.StopErr != nil:
		add(github.Error, "astro-apply stopped early", r.ResultLine())
	case r.Mode == config.ModeDrift && r.HasDrift() && r.FailOnDrift && !r.HasBlockingErrors():
		add(github.Error, "Astro differs from the manifest", r.ResultLine()+r.driftRemedy())
	case r.exportDiffers() && !r.HasBlockingErrors():
		add(github.Error, "the export differs from Astro", r.ResultLine()+" Either someone changed Astro during the export, "+
			"or the manifest can't express a setting. Export again; if that doesn't help, report a bug.")
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(levelOrder[a.Level], levelOrder[b.Level]), cmp.Compare(a.rank, b.rank))
	})
	return out
}

var levelOrder = map[github.Level]int{github.Error: 0, github.Warning: 1, github.Notice: 2}

// findingsOf returns the findings of a level.
func findingsOf(level github.Level, findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Level != level })
}

func findingsSection(title string, findings []Finding, level github.Level) section {
	s := section{style: headed, title: textCells(title)}
	for _, f := range findingsOf(level, findings) {
		if f.isDetail {
			continue
		}
		cells := textCells(f.Message)
		if f.Pos.IsKnown() {
			cells = slices.Concat([]cell{codeCell(f.Pos.String())}, textCells(" "), cells)
		}
		s.rows = append(s.rows, row{cells: cells, count: f.mergedCount})
	}
	return s
}

func problemFindings(problems []schema.Problem) []Finding {
	var out []Finding
	for _, p := range schema.MergeProblems(problems) {
		f := Finding{Level: github.Error, Pos: p.Pos, Title: "manifest", Message: p.Message, mergedCount: p.Unlisted}
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
		switch {
		case n.Warning:
			out = append(out, newFinding(github.Warning, n.Pos, name, n.Message))
		case r.Export == nil: // the user didn't write the exported manifest, so hints about it don't help
			f := newFinding(github.Notice, n.Pos, name, n.Message)
			f.isRemark = n.Remark
			out = append(out, f)
		}
	}
	if r.Mode == config.ModeDrift {
		out = append(out, r.driftFindings(c)...)
	}
	if c.Err != nil && r.Outcomes == nil && !errors.Is(c.Err, current.ErrReported) {
		found := errorFindings(name, c.Err, c.Resource.Pos, nil)
		if _, ok := errors.AsType[*current.BlockedError](c.Err); ok { // it only follows from another resource's error
			found[0].rank = 2
		}
		out = append(out, found...)
	}
	return out
}

// driftFindings returns the differences of a resource at their lines in the manifest.
func (r *Run) driftFindings(c *plan.Change) (out []Finding) {
	add := func(pos schema.Pos, text string) {
		finding := newFinding(github.Warning, pos, c.Resource.String(), text)
		finding.rank, finding.isDetail = 1, true
		out = append(out, finding)
	}
	switch c.Action {
	case plan.Create:
		add(c.Resource.Pos, "does not exist in Astro")
	case plan.Delete:
		add(c.Resource.Pos, "exists in Astro, although it is marked state: absent")
	}
	for i, v := range r.formatValues(c.Fields, inFull) {
		f := c.Fields[i]
		if f.Rewrite || c.Action != plan.Update {
			continue
		}
		pos := c.Resource.Pos
		if f.New != nil && f.New.Pos.IsKnown() {
			pos = f.New.Pos
		}
		text := fmt.Sprintf("%s is %s in Astro and %s in the manifest%s", f.Label, v.before, v.after, v.note)
		switch {
		case f.Old == nil:
			text = f.Label + " is missing in Astro: " + v.after
		case f.New == nil:
			text = f.Label + " is in Astro, but not in the manifest: " + v.before
		}
		add(pos, text)
	}
	return out
}

// unverifiedFindings returns how many secrets the run did not compare. An export lists
// their variables instead.
func (r *Run) unverifiedFindings() []Finding {
	n := 0
	for _, c := range r.Plan.Changes {
		n += len(c.NotComparable)
	}
	if n == 0 || r.Export != nil {
		return nil
	}
	return []Finding{{Level: github.Notice, Title: "astro-apply", isRemark: true, Message: fmt.Sprintf(
		"%s %s not verified, because Astro never returns secrets; set write-secrets: true to write them",
		countedNoun(n, "secret"), verbForm(n, "is", "are"))}}
}

// isUneventful reports whether the run found nothing to do.
func (r *Run) isUneventful() bool {
	return r.Plan != nil && r.Counts().Changed() == 0 && !r.HasFailed() && r.Export == nil
}

// logFindings returns the findings for the log. A run that found nothing to do prints no
// notices but remarks; the summary lists all of them.
func (r *Run) logFindings() []Finding {
	isQuiet := r.isUneventful()
	return slices.DeleteFunc(r.Findings(), func(f Finding) bool {
		return f.isDetail || isQuiet && f.Level == github.Notice && !f.isRemark
	})
}

// outcomeFindings returns the warnings and errors of one outcome.
func outcomeFindings(o apply.Outcome) []Finding {
	name, pos := o.Change.Resource.String(), o.Change.Resource.Pos
	var out []Finding
	for _, w := range o.Warnings {
		out = append(out, newFinding(github.Warning, w.Pos, name, w.Message))
	}
	switch o.Status {
	case apply.Failed:
		return append(out, addVisibility(o, errorFindings(name, o.Err, pos, o.RequestBody))...)
	case apply.Unconfirmed:
		f := newFinding(github.Error, pos, name, errorWithRemedy(o.Err))
		f.Title += ": not confirmed"
		return append(out, f)
	case apply.Skipped, apply.Stopped:
		f := newFinding(github.Error, pos, name+": "+string(o.Status), o.Err.Error())
		f.rank = 2
		return append(out, f)
	}
	return out
}

// errorFindings returns an error at the position of the resource or, if the API named
// the wrong fields, at the positions of those fields in body.
func errorFindings(name string, err error, pos schema.Pos, body *schema.Node) []Finding {
	var out []Finding
	if problems := current.ProblemsOf(err); problems != nil {
		for _, p := range problems {
			out = append(out, newFinding(github.Error, p.Pos, name, p.Message))
		}
		return out
	}
	api, text := astro.AsError(err), errorWithRemedy(err)
	if api != nil {
		for _, f := range api.FieldErrors {
			if fieldPos, ok := body.PositionOf(f.Field); ok {
				out = append(out, newFinding(github.Error, fieldPos, name, f.Field+": "+cmp.Or(f.Message, f.Code)+"\n"+text))
			}
		}
	}
	if out == nil {
		out = []Finding{newFinding(github.Error, pos, name, text)}
	}
	for i := range out {
		out[i].Title = errorTitle(name, api)
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
		k, visible := c.Resource.Kind, r.visibilityText(c)
		if visible != "" && c.NoneVisible && k.ParentFields == nil && r.Outcomes == nil {
			text := visible + ". If the Organization has any, this one may already exist: " + k.Visibility
			return []Finding{newFinding(github.Warning, c.Resource.Pos, c.Resource.String(), text)}
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
