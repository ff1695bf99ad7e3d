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
	if declared := r.declaredAs(ref.Kind, place{}, ref.key(), o); declared != nil {
		ref.Target = declared
		r.suits(o, ref)
		return
	}
	r.list(ctx, ref.Kind, []place{{}})
	if r.index[ref.Kind].failure("") != nil || r.Reach.absent(ref.Kind, place{}) != nil {
		return
	}
	switch found, renamed := r.keeping(ref.Kind, place{}, ref.key()); {
	case len(found) > 0:
		ref.Found = found[0]
		r.suits(o, ref)
	case renamed == nil: // else the plan says it
		r.problem(o, ref.at(o), "%s: there is no %s, neither live nor in the manifest%s", o, ref, r.near(ref, place{}))
	}
}

// suits checks that what a reference means may be meant there.
func (r *reader) suits(o *Object, ref *Reference) {
	where := ref.Field.Ref.Where
	if where == nil {
		return
	}
	var has *schema.Node
	if ref.Target != nil {
		has = ref.Target.Body.Get(where.Field)
		if live := r.world.Live[ref.Target]; live != nil {
			has = live.Body.Get(where.Field)
		}
	} else if ref.Found != nil {
		has = ref.Found.Body.Get(where.Field)
	}
	if has != nil && !slices.Contains(where.In, has.Text) {
		r.problem(o, ref.at(o), "%s: %s has the %s %s, and here it must be %s", o, ref, where.Field, has.Show(), strings.Join(where.In, " or "))
	}
}

// nest notes for each id of a reference in what its object lives.
func (r *reader) nest(o *Object) {
	for _, ref := range o.Refs {
		switch {
		case ref.Target != nil && ref.Target.parent() != nil:
			ref.Node.Within = ref.Target.parent().Node.Text
		case ref.Target != nil && r.world.Live[ref.Target] != nil:
			ref.Node.Within = r.world.Live[ref.Target].ParentID(ref.Kind)
		case ref.Found != nil:
			ref.Node.Within = ref.Found.ParentID(ref.Kind)
		}
	}
}
