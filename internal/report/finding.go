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
	Level   github.Level
	Pos     schema.Pos
	Title   string
	Message string
	rank    int // the most useful first, within a level
	more    int // how many problems it stands for that are not listed; 0: it is one itself
}

// count returns how many findings there are, with those that aren't listed.
func count(findings []Finding) int {
	n := 0
	for _, f := range findings {
		n += max(1, f.more)
	}
	return n
}

// place is what stands before a text about f.
func (f Finding) place() string {
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
		out = append(out, Finding{Level: github.Error, Title: "astro-apply", Message: explain(err)})
	}
	if r.LogErr != nil {
		out = append(out, Finding{Level: github.Error, Title: "the log is incomplete", Message: fmt.Sprintf(
			"the log is incomplete: %v; the run continued, and its result is in the job summary and the outputs", r.LogErr)})
	}
	for _, text := range r.Remarks {
		out = append(out, Finding{Level: github.Notice, Title: "astro-apply", Message: text})
	}
	if r.Refused != nil {
		out = append(out, Finding{Level: github.Error, Title: "not the reviewed plan", Message: r.Refused.Error()})
	}
	out = append(out, problems(r.Problems, "manifest")...)
	if r.Plan != nil {
		out = append(out, problems(r.Plan.Problems, "manifest")...)
		for _, c := range r.Plan.Changes {
			out = append(out, r.change(c)...)
		}
		out = append(out, r.unseen()...)
	}
	for _, o := range r.Outcomes {
		out = append(out, outcome(o)...)
	}
	out = append(out, r.conclusion()...)
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order[a.Level], order[b.Level]), cmp.Compare(a.rank, b.rank))
	})
	return out
}

var order = map[github.Level]int{github.Error: 0, github.Warning: 1, github.Notice: 2}

// conclusion makes sure that a run that fails says so: the runner adds nothing
// by itself.
func (r *Run) conclusion() []Finding {
	switch {
	case r.Stopped != nil:
		return []Finding{{Level: github.Error, Title: "astro-apply stopped early", Message: r.Sentence()}}
	case r.Mode == "drift" && r.Drift() && r.FailDrift && !r.Broken():
		return []Finding{{Level: github.Error, Title: "Astro differs from the manifest", Message: r.Sentence() + r.driftRemedy()}}
	case r.differs() && !r.Broken():
		return []Finding{{Level: github.Error, Title: "the export is not what is live", Message: r.Sentence() + " Somebody changed it in the meantime, or it can't be said in a manifest: export again, and report it if that doesn't help."}}
	}
	return nil
}

func problems(in []schema.Problem, title string) []Finding {
	var out []Finding
	for _, p := range schema.MergeProblems(in) {
		f := Finding{Level: github.Error, Pos: p.Pos, Title: title, Message: p.Message, more: p.Unlisted}
		if p.Warning {
			f.Level = github.Warning
		}
		out = append(out, f)
	}
	return out
}

// change tells what a plan has to say beside its differences.
func (r *Run) change(c *plan.Change) []Finding {
	var out []Finding
	name := c.Resource.String()
	for _, n := range c.Notes {
		level := github.Notice
		if n.Warning {
			level = github.Warning
		} else if r.Exported != nil { // it is about what was there before
			continue
		}
		out = append(out, Finding{Level: level, Pos: n.Pos, Title: name, Message: name + ": " + n.Message})
	}
	if len(c.NotComparable) > 0 && r.Exported == nil { // there they are listed by their variables
		out = append(out, Finding{Level: github.Notice, Pos: c.Resource.Pos, Title: name, rank: 1, Message: fmt.Sprintf(
			"%s: kept, not verified, because Astro doesn't return such values: %s; write-secrets: true writes them", name, strings.Join(c.NotComparable, ", "))})
	}
	if c.Err != nil && r.Outcomes == nil && !errors.Is(c.Err, resource.ErrReported) {
		out = append(out, unread(name, c)...)
	}
	return out
}

// unread tells why an object could not be compared: what only waits for
// another one after the reasons.
func unread(name string, c *plan.Change) []Finding {
	out := failure(name, c.Err, c.Resource.Pos, nil)
	if _, ok := errors.AsType[*resource.BlockedError](c.Err); ok {
		out[0].rank = 2
	}
	return out
}

// outcome tells what went wrong with one object.
func outcome(o apply.Outcome) []Finding {
	name, pos := o.Change.Resource.String(), o.Change.Resource.Pos
	var out []Finding
	for _, w := range o.Warnings {
		out = append(out, Finding{Level: github.Warning, Pos: w.Pos, Title: name, Message: name + ": " + w.Message})
	}
	switch o.Status {
	case apply.Failed:
		return append(out, explainForbidden(o, failure(name, o.Err, pos, o.RequestBody))...)
	case apply.Unconfirmed:
		return append(out, Finding{Level: github.Error, Pos: pos, Title: name + ": not confirmed", Message: name + ": " + explain(o.Err)})
	case apply.Skipped, apply.Stopped:
		return []Finding{{Level: github.Error, Pos: pos, Title: name + ": " + string(o.Status), rank: 2, Message: fmt.Sprintf("%s was %s: %v", name, o.Status, o.Err)}}
	}
	return out
}

// failure tells an error at the object's own place, or, for the values that
// the API complains about, at theirs.
func failure(name string, err error, pos schema.Pos, body *schema.Node) []Finding {
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
	base := Finding{Level: github.Error, Pos: pos, Title: title(name, api), Message: name + ": " + explain(err)}
	var out []Finding
	for _, f := range api.FieldErrors {
		at, ok := body.PositionOf(f.Field)
		if !ok {
			continue
		}
		located := base
		located.Pos = at
		located.Message = fmt.Sprintf("%s: %s: %s\n%s", name, f.Field, cmp.Or(f.Message, f.Code), explain(err))
		out = append(out, located)
	}
	if len(out) == 0 {
		return []Finding{base}
	}
	return out
}
