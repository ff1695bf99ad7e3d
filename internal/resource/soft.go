package resource

import (
	"context"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// resolveByName looks up a name that is sent as it is. What can't be read is for the
// API to judge.
func (r *currentReader) resolveByName(ctx context.Context, o *Resource, ref *Reference) {
	if m := r.resolveName(ref.Kind, parentLocation{}, ref.normalizedName(), o); len(m.declared) > 0 {
		ref.Declared = m.declared[0]
		r.checkFilter(o, ref)
		return
	}
	if r.TokenScope.checkAbsence(ref.Kind, parentLocation{}) != nil {
		return
	}
	r.ensureListed(ctx, ref.Kind, []parentLocation{{}})
	if r.indexes[ref.Kind].listErr("") != nil {
		return
	}
	switch m := r.resolveName(ref.Kind, parentLocation{}, ref.normalizedName(), o); {
	case len(m.undeclared) > 0:
		ref.Live = m.undeclared[0]
		if i := slices.IndexFunc(m.undeclared, func(l *Live) bool { return ref.matchesFilter(l.Body()) }); i >= 0 {
			ref.Live = m.undeclared[i]
		}
		r.checkFilter(o, ref)
	case m.renamed == nil && m.absent == nil: // else the plan says it
		r.failWithProblem(o, ref.posIn(o), "%s: there is no %s, neither live nor in the manifest%s", o, ref, r.suggestReference(ref, parentLocation{}))
	}
}

// matchesFilter reports whether something may be meant where the reference is.
func (r *Reference) matchesFilter(body *schema.Node) bool {
	where := r.Field.Ref.Filter
	return where == nil || body.Get(where.Field) == nil || slices.Contains(where.In, body.Get(where.Field).Text)
}

// checkFilter checks that what a reference means may be meant there.
func (r *currentReader) checkFilter(o *Resource, ref *Reference) {
	var body *schema.Node
	switch {
	case ref.Declared != nil && r.current.Live[ref.Declared] != nil:
		body = r.current.Live[ref.Declared].Body()
	case ref.Declared != nil:
		body = ref.Declared.Body
	case ref.Live != nil:
		body = ref.Live.Body()
	}
	if n := body.Get(ref.Kind.Identity[0]); ref.ByName && n != nil && schema.NormalizeName(n.Text) == schema.NormalizeName(ref.Name) {
		ref.Node.Text = n.Text // the API compares bytes
	}
	if where := ref.Field.Ref.Filter; !ref.matchesFilter(body) {
		has := body.Get(where.Field)
		r.failWithProblem(o, ref.posIn(o), "%s: %s has the %s %s, and here it must be %s", o, ref, where.Field, has.Show(), strings.Join(where.In, " or "))
	}
}

// noteParents notes for each id of a reference in what its object lives.
func (r *currentReader) noteParents(o *Resource) {
	for _, ref := range o.Refs {
		switch {
		case ref.Declared != nil && ref.Declared.parentRef() != nil:
			ref.Node.ParentID = ref.Declared.parentRef().Node.Text
		case ref.Declared != nil && r.current.Live[ref.Declared] != nil:
			ref.Node.ParentID = r.current.Live[ref.Declared].ParentID()
		case ref.Live != nil:
			ref.Node.ParentID = ref.Live.ParentID()
		}
	}
}
