// Package plan compares the declared resources with their current state in Astro and
// returns the necessary changes. It is pure: it makes no calls and has no side effects.
package plan

import (
	"slices"
	"strings"
	"time"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// Policy holds the settings of a run that affect the plan.
type Policy struct {
	AllowDelete  bool      // resources marked absent, and items missing from declared lists, are removed
	WriteSecrets bool      // write every declared secret, because a changed one can't be detected
	Now          time.Time // for values that expire; zero: no value has expired
	Caller       kind.Caller
	Rotate       func(*desired.Resource) bool // selects the resources that get a new secret value; nil: none
	IsTarget     func(*desired.Resource) bool // selects the resources to plan; nil: all
	ReviewedOnly bool                         // an update may change only fields that the plan shows

	isProtected bool // the compared resource is marked protect: true
}

// keepRemedy describes how to remove values that the policy keeps.
func (p Policy) keepRemedy() string {
	switch {
	case p.isProtected && p.AllowDelete:
		return "remove protect: true to allow the removal"
	case p.isProtected:
		return "remove protect: true and set allow-delete: true to allow the removal"
	}
	return "set allow-delete: true to allow the removal"
}

// Field is the change of one field. Old is nil for an added value, New for a removed
// one. Rewrite marks a secret that may not differ: it is written because the resource
// is updated anyway, or because the user requires it.
type Field struct {
	Path     string
	Old, New *schema.Node
	Rewrite  bool
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

// Comparison is a Diff with the values that remove the differences. A plan keeps only the Diff: before a write, the
// caller compares again.
type Comparison struct {
	Diff
	Updates    []UpdateCall
	Rotates    bool           // the secret value is replaced
	After      *schema.Node   // the resource after the change, with the names of the kind's fields
	listStates []*schema.Node // for kind.ProposedChange.IntermediateStates
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

// Compare merges the declared resource over its current state; live is nil if the
// resource doesn't exist.
func Compare(r *desired.Resource, live *current.Live, policy Policy) *Comparison {
	policy.isProtected = r.Protect
	m := &merger{resource: r, declared: r.Body, kind: r.Kind, policy: policy, writeSecrets: policy.WriteSecrets, diff: &Comparison{}}
	if live != nil {
		m.live = live.Body()
	}
	m.ignoreExpired()
	if live == nil {
		body := m.mergeObject(r.Kind.Fields, m.declared, nil, "", true)
		m.diff.After = body
		m.checkItemRefs(r)
		m.checkRules(r, m.withOmittedFields(body))
		return m.diff
	}
	bodyAfter := &schema.Node{Form: schema.Map, Pos: r.Body.Pos}
	for _, endpoint := range updateEndpoints(r.Kind) {
		diffBefore, missingBefore := m.diff.Diff, m.missingRequired
		m.unsafeValues = nil
		body := m.mergeEndpoint(endpoint)
		changed := len(m.diff.Fields) > len(diffBefore.Fields)
		if changed && len(m.diff.NotComparable) > len(diffBefore.NotComparable) {
			// This update is sent anyway, so merge again and write its secrets, too.
			m.diff.Diff, m.missingRequired, m.unsafeValues, m.writeSecrets = diffBefore, missingBefore, nil, true
			body = m.mergeEndpoint(endpoint)
			m.writeSecrets = policy.WriteSecrets
		}
		if changed {
			m.addUpdate(endpoint, body)
			m.refuseUnsafeValues()
		}
		if path := r.Kind.NestedFieldPath(endpoint); path == "" {
			bodyAfter.Members = append(bodyAfter.Members, body.Members...)
		} else if body != nil {
			bodyAfter = setMemberAtPath(bodyAfter.Clone(), path, body)
		}
	}
	if policy.needsRotation(r) {
		m.diff.Fields = append(m.diff.Fields, rotationField(r.Kind))
		m.diff.Rotates = true
	}
	if m.diff.NeedsUpdate() && len(m.diff.Problems) == 0 {
		for _, missing := range m.missingRequired {
			if missing.Warning {
				m.diff.Notes = append(m.diff.Notes, missing)
			} else {
				m.diff.Problems = append(m.diff.Problems, missing)
			}
		}
	}
	m.diff.After = bodyAfter
	m.checkItemRefs(r)
	m.checkRules(r, m.withOmittedFields(bodyAfter))
	return m.diff
}

// ignoreExpired removes values that have ended: the declared one, which no request can set, and the
// current one, which Astro may still return.
func (m *merger) ignoreExpired() {
	if m.kind.ExpiredPath == nil {
		return
	}
	if path := m.kind.ExpiredPath(m.declared, m.policy.Now); path != "" {
		value := m.declared.GetPath(path)
		m.addNote(value.Pos, false, "%s has expired and is ignored: %s; remove it from the manifest", path, value.Show())
		m.declared = m.declared.WithoutPath(path)
	}
	if path := m.kind.ExpiredPath(m.live, m.policy.Now); path != "" {
		m.live = m.live.WithoutPath(path)
	}
}

// withOmittedFields returns body plus the fields that the request omits or that other
// requests send, so that rules see the whole resource.
func (m *merger) withOmittedFields(body *schema.Node) *schema.Node {
	complete := body.Clone()
	for i := range m.kind.Fields {
		f := &m.kind.Fields[i]
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

// checkRules checks the rules between fields on the resource after the change. It
// applies only rules about changed fields, because the user isn't responsible for
// existing values. It does nothing if there are problems already, because a rule would
// only repeat them.
func (m *merger) checkRules(r *desired.Resource, body *schema.Node) {
	if len(m.diff.Problems) > 0 {
		return
	}
	m.diff.Problems = r.Kind.CheckRules(body, r.Body, func(path string) bool {
		return m.live == nil || slices.ContainsFunc(m.diff.Fields, func(f Field) bool { return isPathWithin(f.Path, path) || isPathWithin(path, f.Path) })
	})
}

// CheckPrecondition returns the reason why the kind refuses the change, if it does.
func (c *Comparison) CheckPrecondition(r *desired.Resource, live *current.Live, caller kind.Caller) kind.Refusal {
	return c.evaluatePrecondition(r, live, caller, func(field string) bool {
		return slices.ContainsFunc(c.Fields, func(f Field) bool { return isPathWithin(f.Path, field) })
	})
}

func (c *Comparison) evaluatePrecondition(r *desired.Resource, live *current.Live, caller kind.Caller, changesField func(field string) bool) kind.Refusal {
	if r.Kind.Precondition == nil {
		return kind.Refusal{}
	}
	change := kind.ProposedChange{After: c.After, IntermediateStates: c.listStates, Caller: caller, ChangesField: changesField}
	if live != nil {
		change.Live = live.Body()
	}
	return r.Kind.Precondition(change)
}

// isPathWithin reports whether path is ancestor or a path below it.
func isPathWithin(path, ancestor string) bool {
	rest, ok := strings.CutPrefix(path, ancestor)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
