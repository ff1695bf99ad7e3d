package resource

import (
	"context"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// softly looks up a name that is sent as it is. What can't be read is for the
// API to judge.
func (r *reader) softly(ctx context.Context, o *Object, ref *Reference) {
	if m := r.meant(ref.Kind, place{}, ref.key(), o); len(m.declared) > 0 {
		ref.Target = m.declared[0]
		r.suits(o, ref)
		return
	}
	if r.Reach.absent(ref.Kind, place{}) != nil {
		return
	}
	r.list(ctx, ref.Kind, []place{{}})
	if r.index[ref.Kind].failure("") != nil {
		return
	}
	switch m := r.meant(ref.Kind, place{}, ref.key(), o); {
	case len(m.live) > 0:
		ref.Found = m.live[0]
		if i := slices.IndexFunc(m.live, func(l *Live) bool { return ref.fits(l.Body()) }); i >= 0 {
			ref.Found = m.live[i]
		}
		r.suits(o, ref)
	case m.renamed == nil && m.absent == nil: // else the plan says it
		r.problem(o, ref.at(o), "%s: there is no %s, neither live nor in the manifest%s", o, ref, r.near(ref, place{}))
	}
}

// fits reports whether something may be meant where the reference is.
func (r *Reference) fits(body *schema.Node) bool {
	where := r.Field.Ref.Filter
	return where == nil || body.Get(where.Field) == nil || slices.Contains(where.In, body.Get(where.Field).Text)
}

// suits checks that what a reference means may be meant there.
func (r *reader) suits(o *Object, ref *Reference) {
	var body *schema.Node
	switch {
	case ref.Target != nil && r.world.Live[ref.Target] != nil:
		body = r.world.Live[ref.Target].Body()
	case ref.Target != nil:
		body = ref.Target.Body
	case ref.Found != nil:
		body = ref.Found.Body()
	}
	if n := body.Get(ref.Kind.Identity[0]); ref.Soft && n != nil && schema.NormalizeName(n.Text) == schema.NormalizeName(ref.Name) {
		ref.Node.Text = n.Text // the API compares bytes
	}
	if where := ref.Field.Ref.Filter; !ref.fits(body) {
		has := body.Get(where.Field)
		r.problem(o, ref.at(o), "%s: %s has the %s %s, and here it must be %s", o, ref, where.Field, has.Show(), strings.Join(where.In, " or "))
	}
}

// nest notes for each id of a reference in what its object lives.
func (r *reader) nest(o *Object) {
	for _, ref := range o.Refs {
		switch {
		case ref.Target != nil && ref.Target.parent() != nil:
			ref.Node.ParentID = ref.Target.parent().Node.Text
		case ref.Target != nil && r.world.Live[ref.Target] != nil:
			ref.Node.ParentID = r.world.Live[ref.Target].ParentID()
		case ref.Found != nil:
			ref.Node.ParentID = ref.Found.ParentID()
		}
	}
}
