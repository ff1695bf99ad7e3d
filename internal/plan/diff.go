// Package plan compares what is declared with what is live and says what to
// do. It is pure: values in, values out.
package plan

import (
	"slices"
	"strings"
	"time"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Policy is what the user allows and demands of a run.
type Policy struct {
	AllowDelete  bool      // objects marked absent, and elements missing from declared lists, are removed
	WriteSecrets bool      // every declared secret is written, changed or not
	Now          time.Time // for values that hold until some time; zero: they all do
	Caller       resource.Caller
	Rotate       func(*resource.Resource) bool // whose secret value is made anew; nil: nobody's
	Only         func(*resource.Resource) bool // what the plan is about; nil: everything
	Exact        bool                          // nothing may be updated that the plan didn't show

	protected bool // the object at hand is marked protect: true
}

func (p Policy) keeps() string {
	if p.protected {
		return "the object is protected"
	}
	return "allow-delete is not true"
}

// Field is one difference. Old is nil for what is added, New for what is
// removed. Again marks a secret that is written because the object is written
// anyway, or because the user asked for it: whether it differs can't be known.
type Field struct {
	Path     string
	Old, New *schema.Node
	Again    bool
}

// Diff is what has to be done to one object.
type Diff struct {
	Fields     []Field
	Kept       []Field  // removals that were not allowed
	Unverified []string // paths of secrets that stay as they are, seen or not
	Notes      []schema.Problem
	Problems   []schema.Problem
	Hidden     []*schema.Node // values that turned out to be secret only here
	Requests   []Request
	after      *schema.Node   // the object as it will be
	between    []*schema.Node // of a list that takes several requests, as resource.Guarded has it
	Refusal    error          // why the Requests must not be sent, nil if they may
}

// Effect returns the strongest effect of the fields that change.
func (d *Diff) Effect(k *resource.Kind) schema.Impact {
	strongest := schema.NoImpact
	for _, f := range d.Fields {
		_, effect := schema.MaxImpact(k.Fields, f.Path)
		strongest = max(strongest, effect)
	}
	return strongest
}

// forget drops what only served to make the plan. Of many objects it would be
// most of what is kept, and whoever writes one of them compares it once more.
func (d *Diff) forget() {
	d.after, d.between = nil, nil
	for i := range d.Requests {
		d.Requests[i].Body = nil
	}
}

// Compare lays the declared object over the live one; live is nil for an
// object that doesn't exist. A Diff without Requests means that nothing is to
// be done.
func Compare(o *resource.Resource, live *resource.Live, policy Policy) *Diff {
	policy.protected = o.Protect
	x := &overlay{declared: o.Body, fields: o.Kind.Fields, policy: policy, secrets: policy.WriteSecrets, diff: &Diff{}}
	if o.Creates != nil {
		x.made = o.Creates.Body
	}
	if live == nil {
		body := x.object(o.Kind.Fields, o.Body, nil, "", true)
		x.diff.Requests = []Request{{Call: o.Kind.Create, Body: body, Shape: o.Kind.Expand}}
		x.diff.after = body
		x.unplaced(o)
		x.broken(o, x.completed(body))
		return x.diff
	}
	x.live = live.Body()
	whole := &schema.Node{Form: schema.Map, Pos: o.Body.Pos}
	for _, part := range parts(o.Kind) {
		before, lacking := *x.diff, x.lacking
		x.doubts = nil
		body := x.carried(o.Kind, part)
		changed := len(x.diff.Fields) > len(before.Fields)
		if changed && len(x.diff.Unverified) > len(before.Unverified) {
			// It is written anyway, so its secrets are written too.
			*x.diff, x.lacking, x.doubts, x.secrets = before, lacking, nil, true
			body = x.carried(o.Kind, part)
			x.secrets = policy.WriteSecrets
		}
		if changed {
			x.diff.Requests = append(x.diff.Requests, x.requests(o.Kind, part, body, live)...)
			x.refuse()
		}
		if part.FieldPath == "" {
			whole.Members = append(whole.Members, body.Members...)
		} else if body != nil {
			whole = put(whole.Clone(), part.FieldPath, body)
		}
	}
	if policy.rotates(o) {
		x.diff.Fields = append(x.diff.Fields, rotation(o.Kind))
		x.diff.Requests = append(x.diff.Requests, Request{Call: o.Kind.Rotate})
	}
	if len(x.diff.Requests) > 0 && len(x.diff.Problems) == 0 {
		for _, l := range x.lacking {
			if l.Warning {
				x.diff.Notes = append(x.diff.Notes, l)
			} else {
				x.diff.Problems = append(x.diff.Problems, l)
			}
		}
	}
	x.diff.after = whole
	x.unplaced(o)
	x.broken(o, x.completed(whole))
	return x.diff
}

// completed is what is sent, with what is left out because it stays, and what
// other calls carry.
func (o *overlay) completed(body *schema.Node) *schema.Node {
	out := body.Clone()
	for i := range o.fields {
		f := &o.fields[i]
		switch d := o.declared.Get(f.Name); {
		case out.Get(f.Name) != nil || f.Has(schema.MetaArgument) || f.FailedCondition(o.value) != nil:
		case d != nil:
			out.Set(f.Name, d)
		case f.Undeclared == schema.OmitUnlessChanged:
			out.Set(f.Name, f.CurrentValue(o.live, o.live))
		}
	}
	return out
}

// broken checks the rules between fields over the object as it would be. What
// is live already is not held against the user: only rules about something
// that changes count. With a problem found already they would only repeat it.
func (o *overlay) broken(object *resource.Resource, body *schema.Node) {
	if len(o.diff.Problems) > 0 {
		return
	}
	o.diff.Problems = object.Kind.CheckRules(body, object.Body, func(path string) bool {
		return o.live == nil || slices.ContainsFunc(o.diff.Fields, func(f Field) bool { return within(f.Path, path) || within(path, f.Path) })
	})
}

// Refused returns why the kind doesn't allow the change.
func (d *Diff) Refused(o *resource.Resource, live *resource.Live, caller resource.Caller) resource.Refusal {
	return d.refused(o, live, caller, func(field string) bool {
		return slices.ContainsFunc(d.Fields, func(f Field) bool { return within(f.Path, field) })
	})
}

func (d *Diff) refused(o *resource.Resource, live *resource.Live, caller resource.Caller, touches func(field string) bool) resource.Refusal {
	if o.Kind.Precondition == nil {
		return resource.Refusal{}
	}
	g := resource.ProposedChange{After: d.after, IntermediateStates: d.between, Caller: caller, ChangesField: touches}
	if live != nil {
		g.Live = live.Body()
	}
	return o.Kind.Precondition(g)
}

// within reports whether path is part of what above names.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
