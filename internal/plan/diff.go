// Package plan compares the declared resources with their current state in Astro and returns the necessary changes. It
// is pure: it makes no calls and has no side effects.
package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// Field is the change of one field. Old is nil for an added value, New for a removed one. Rewrite marks a secret that
// may not differ: it is written because the resource is updated anyway, or because the user requires it.
type Field struct {
	Path     string
	Label    string // Path for people: with the names of references instead of their ids
	Old, New *schema.Node
	Rewrite  bool
}

// IsRemoval reports whether the change removes the value.
func (f Field) IsRemoval() bool { return f.New == nil }

// CountRemovals returns the number of list items and other values that the change removes.
func (d *Diff) CountRemovals() (n int) {
	for _, f := range d.Fields {
		if f.IsRemoval() {
			n += max(1, len(f.Old.ListItems()))
		}
	}
	return n
}

// Diff holds the differences between a declared resource and its current state.
type Diff struct {
	Fields         []Field
	Kept           []Field  // removals that are not allowed
	NotComparable  []string // paths of values that Astro doesn't return and this run doesn't write
	Notes          []schema.Problem
	Problems       []schema.Problem
	NewlySensitive []*schema.Node // values that only the comparison identified as secret
	UnsafeErr      error          // why the change must not be made, nil if it may
}

func (d *Diff) addProblem(pos schema.Pos, format string, args ...any) {
	d.Problems = append(d.Problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (d *Diff) addNote(pos schema.Pos, warning bool, format string, args ...any) {
	d.Notes = append(d.Notes, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Warning: warning})
}

// Comparison is a Diff with the values that remove the differences. A plan keeps only the Diff: before a write, the
// caller compares again.
type Comparison struct {
	Diff
	Updates    []UpdateCall
	Rotates    bool           // the secret value is replaced
	After      *schema.Node   // the resource after the change, with the names of the kind's fields
	listStates []*schema.Node // for kind.ProposedChange.IntermediateStates

	missing Diff           // problems and notes of values that an update must send, but that aren't known
	unsafe  []unsafeValues // values that an update can neither send nor omit safely
}

// NeedsUpdate reports whether an existing resource differs.
func (c *Comparison) NeedsUpdate() bool { return len(c.Updates) > 0 || c.Rotates }

// MaxImpact returns the strongest impact of the changed fields.
func (d *Diff) MaxImpact(k *kind.Kind) schema.Impact {
	maxImpact := schema.NoImpact
	for _, f := range d.Fields {
		_, impact := schema.MaxImpact(k.Fields, f.Path)
		maxImpact = max(maxImpact, impact)
	}
	return maxImpact
}

// Compare merges the declared resource over its current state; live is nil if the resource doesn't exist.
func Compare(r *desired.Resource, live *current.Live, policy Policy) *Comparison {
	return compareWithBody(r, live.Body(), policy)
}

// compareWithNames is Compare for people: in a result that isn't empty, the references of the current values have the
// names of their targets.
func compareWithNames(
	r *desired.Resource, live *current.Live, policy Policy, names map[string]string,
) *Comparison {
	c := Compare(r, live, policy)
	if live == nil || len(c.Fields)+len(c.Kept)+len(c.Notes)+len(c.Problems) == 0 {
		return c
	}
	body := live.Body().Clone()
	whole := schema.Type{Base: schema.BaseObject, Fields: r.Kind.Fields}
	schema.VisitReferences(nil, &whole, body, func(_ *schema.Ref, id *schema.Node) {
		id.DisplayName = cmp.Or(id.DisplayName, names[id.ScalarText()])
	})
	return compareWithBody(r, body, policy)
}

// compareWithBody is Compare with the current values in live; nil for a new resource.
func compareWithBody(r *desired.Resource, live *schema.Node, policy Policy) *Comparison {
	m := &merger{
		Comparison: &Comparison{}, resource: r, declared: r.Body, live: live, labels: map[string]pathLabel{},
		removals: removalFilter{policy.AllowDelete, r.Protect}, writeSecrets: policy.WriteSecrets,
	}
	m.ignoreExpired(policy.Now)
	if m.live == nil {
		m.After = m.mergeObject(r.Kind.Fields, m.declared, nil, "", true)
	} else {
		m.mergeUpdates(policy.Caller)
		if policy.needsRotation(r) {
			m.Fields = append(m.Fields, rotationField(r.Kind))
			m.Rotates = true
		}
		if m.NeedsUpdate() && len(m.Problems) == 0 {
			m.Problems, m.Notes = m.missing.Problems, append(m.Notes, m.missing.Notes...)
		}
	}
	m.checkItemRefs()
	m.checkRules(m.withOmittedFields(m.After))
	return m.Comparison
}

// mergeUpdates merges the fields of each update endpoint, and adds the update calls that differences need.
func (m *merger) mergeUpdates(caller kind.Caller) {
	m.After = &schema.Node{Form: schema.Map, Pos: m.declared.Pos}
	for _, endpoint := range updateEndpoints(m.resource.Kind) {
		m.unsafe = nil
		before := *m.Comparison
		body := m.mergeEndpoint(endpoint)
		changed := len(m.Fields) > len(before.Fields)
		if changed && len(m.NotComparable) > len(before.NotComparable) {
			// This update is sent anyway, so merge again and write its secrets, too.
			*m.Comparison = before
			sent := *m
			sent.isSent = true
			body = sent.mergeEndpoint(endpoint)
		}
		if changed {
			m.addUpdate(endpoint, body, caller)
			m.refuseUnsafeValues()
		}
		if path := m.resource.Kind.NestedFieldPath(&endpoint); path == "" {
			m.After.Members = append(m.After.Members, body.Members...)
		} else if body != nil {
			m.After = m.After.WithPath(path, body)
		}
	}
}

// ignoreExpired removes values that have ended: the declared one, which no request can set, and the current one, which
// Astro may still return.
func (m *merger) ignoreExpired(now time.Time) {
	k := m.resource.Kind
	rest, path := k.WithoutEnded(m.declared, now)
	if path != "" {
		value := m.declared.GetPath(path)
		m.addNote(value.Pos, false, "%s has expired and is ignored: %s; remove it from the manifest",
			path, value.Show())
	}
	m.declared = rest
	m.live, _ = k.WithoutEnded(m.live, now)
}

// withOmittedFields returns body plus the fields that the request omits or that other requests send, so that rules see
// the whole resource.
func (m *merger) withOmittedFields(body *schema.Node) *schema.Node {
	complete := body.Clone()
	for i := range m.resource.Kind.Fields {
		f := &m.resource.Kind.Fields[i]
		switch d := m.declared.Get(f.Name); {
		case complete.Get(f.Name) != nil || f.Has(schema.MetaArgument) || f.FailedCondition(m.lookUpValue) != nil:
		case d != nil:
			complete.Set(f.Name, d)
		case f.Undeclared == schema.OmitUnlessChanged:
			complete.Set(f.Name, f.CurrentValue(m.live, m.live))
		}
	}
	return complete
}

// checkRules checks the rules between fields on the resource after the change. It applies only rules about changed
// fields, because the user isn't responsible for existing values. It does nothing if there are problems already,
// because a rule would only repeat them.
func (m *merger) checkRules(body *schema.Node) {
	if len(m.Problems) > 0 {
		return
	}
	m.Problems = m.resource.Kind.CheckRules(body, m.resource.Body, func(path string) bool {
		isAffected := func(f Field) bool {
			return schema.IsPathWithin(f.Path, path) || schema.IsPathWithin(path, f.Path)
		}
		return m.live == nil || slices.ContainsFunc(m.Fields, isAffected)
	})
}

// CheckPrecondition returns the reason why the kind refuses the change, if it does. The zero Comparison is a delete.
func (c *Comparison) CheckPrecondition(r *desired.Resource, live *current.Live, caller kind.Caller) kind.Refusal {
	if r.Kind.Precondition == nil {
		return kind.Refusal{}
	}
	return r.Kind.Precondition(kind.ProposedChange{
		Live: live.Body(), After: c.After, IntermediateStates: c.listStates, Caller: caller,
		ChangesField: func(field string) bool {
			isWithin := func(f Field) bool { return schema.IsPathWithin(f.Path, field) }
			return c.After == nil || slices.ContainsFunc(c.Fields, isWithin)
		},
	})
}
