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
	IsTarget     func(*resource.Resource) bool // what the plan is about; nil: everything
	ReviewedOnly bool                          // nothing may be updated that the plan didn't show

	isProtected bool // the object at hand is marked protect: true
}

func (p Policy) keepReason() string {
	if p.isProtected {
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
	Rewrite  bool
}

// Diff is what has to be done to one object.
type Diff struct {
	Fields         []Field
	Kept           []Field  // removals that were not allowed
	NotComparable  []string // paths of secrets that stay as they are, seen or not
	Notes          []schema.Problem
	Problems       []schema.Problem
	NewlySensitive []*schema.Node // values that turned out to be secret only here
	Requests       []Request
	bodyAfter      *schema.Node   // the object as it will be
	listStates     []*schema.Node // of a list that takes several requests, as resource.Guarded has it
	UnsafeErr      error          // why the Requests must not be sent, nil if they may
}

// MaxImpact returns the strongest effect of the fields that change.
func (d *Diff) MaxImpact(k *resource.Kind) schema.Impact {
	strongest := schema.NoImpact
	for _, f := range d.Fields {
		_, effect := schema.MaxImpact(k.Fields, f.Path)
		strongest = max(strongest, effect)
	}
	return strongest
}

// freeBodies drops what only served to make the plan. Of many objects it would be
// most of what is kept, and whoever writes one of them compares it once more.
func (d *Diff) freeBodies() {
	d.bodyAfter, d.listStates = nil, nil
	for i := range d.Requests {
		d.Requests[i].Body = nil
	}
}

// Compare lays the declared object over the live one; live is nil for an
// object that doesn't exist. A Diff without Requests means that nothing is to
// be done.
func Compare(o *resource.Resource, live *resource.Live, policy Policy) *Diff {
	policy.isProtected = o.Protect
	x := &merger{declared: o.Body, fields: o.Kind.Fields, policy: policy, writeSecrets: policy.WriteSecrets, diff: &Diff{}}
	if o.Creates != nil {
		x.createdBody = o.Creates.Body
	}
	if live == nil {
		body := x.mergeObject(o.Kind.Fields, o.Body, nil, "", true)
		x.diff.Requests = []Request{{Endpoint: o.Kind.Create, Body: body, Expand: o.Kind.Expand}}
		x.diff.bodyAfter = body
		x.checkItemRefs(o)
		x.checkRules(o, x.withOmittedFields(body))
		return x.diff
	}
	x.live = live.Body()
	whole := &schema.Node{Form: schema.Map, Pos: o.Body.Pos}
	for _, part := range updateEndpoints(o.Kind) {
		before, lacking := *x.diff, x.missingRequired
		x.unsafeValues = nil
		body := x.mergeEndpoint(o.Kind, part)
		changed := len(x.diff.Fields) > len(before.Fields)
		if changed && len(x.diff.NotComparable) > len(before.NotComparable) {
			// It is written anyway, so its secrets are written too.
			*x.diff, x.missingRequired, x.unsafeValues, x.writeSecrets = before, lacking, nil, true
			body = x.mergeEndpoint(o.Kind, part)
			x.writeSecrets = policy.WriteSecrets
		}
		if changed {
			x.diff.Requests = append(x.diff.Requests, x.buildRequests(o.Kind, part, body, live)...)
			x.refuseUnsafeValues()
		}
		if part.FieldPath == "" {
			whole.Members = append(whole.Members, body.Members...)
		} else if body != nil {
			whole = setMemberAtPath(whole.Clone(), part.FieldPath, body)
		}
	}
	if policy.needsRotation(o) {
		x.diff.Fields = append(x.diff.Fields, rotationField(o.Kind))
		x.diff.Requests = append(x.diff.Requests, Request{Endpoint: o.Kind.Rotate})
	}
	if len(x.diff.Requests) > 0 && len(x.diff.Problems) == 0 {
		for _, l := range x.missingRequired {
			if l.Warning {
				x.diff.Notes = append(x.diff.Notes, l)
			} else {
				x.diff.Problems = append(x.diff.Problems, l)
			}
		}
	}
	x.diff.bodyAfter = whole
	x.checkItemRefs(o)
	x.checkRules(o, x.withOmittedFields(whole))
	return x.diff
}

// withOmittedFields is what is sent, with what is left out because it stays, and what
// other calls carry.
func (o *merger) withOmittedFields(body *schema.Node) *schema.Node {
	out := body.Clone()
	for i := range o.fields {
		f := &o.fields[i]
		switch d := o.declared.Get(f.Name); {
		case out.Get(f.Name) != nil || f.Has(schema.MetaArgument) || f.FailedCondition(o.lookUpValue) != nil:
		case d != nil:
			out.Set(f.Name, d)
		case f.Undeclared == schema.OmitUnlessChanged:
			out.Set(f.Name, f.CurrentValue(o.live, o.live))
		}
	}
	return out
}

// checkRules checks the rules between fields over the object as it would be. What
// is live already is not held against the user: only rules about something
// that changes count. With a problem found already they would only repeat it.
func (o *merger) checkRules(object *resource.Resource, body *schema.Node) {
	if len(o.diff.Problems) > 0 {
		return
	}
	o.diff.Problems = object.Kind.CheckRules(body, object.Body, func(path string) bool {
		return o.live == nil || slices.ContainsFunc(o.diff.Fields, func(f Field) bool { return isPathWithin(f.Path, path) || isPathWithin(path, f.Path) })
	})
}

// CheckPrecondition returns why the kind doesn't allow the change.
func (d *Diff) CheckPrecondition(o *resource.Resource, live *resource.Live, caller resource.Caller) resource.Refusal {
	return d.evaluatePrecondition(o, live, caller, func(field string) bool {
		return slices.ContainsFunc(d.Fields, func(f Field) bool { return isPathWithin(f.Path, field) })
	})
}

func (d *Diff) evaluatePrecondition(o *resource.Resource, live *resource.Live, caller resource.Caller, touches func(field string) bool) resource.Refusal {
	if o.Kind.Precondition == nil {
		return resource.Refusal{}
	}
	g := resource.ProposedChange{After: d.bodyAfter, IntermediateStates: d.listStates, Caller: caller, ChangesField: touches}
	if live != nil {
		g.Live = live.Body()
	}
	return o.Kind.Precondition(g)
}

// isPathWithin reports whether path is part of what above names.
func isPathWithin(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
