package resource

import (
	"context"
	"fmt"

	"astro-apply/internal/astro"
	"astro-apply/internal/schema"
)

// problem reports what is wrong with an object in the manifest.
func (r *reader) problem(o *Object, pos schema.Pos, format string, args ...any) {
	r.world.Problems = append(r.world.Problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
	r.fail(o, ErrReported)
}

// resolve turns some references of an object into ids where the objects they
// mean exist. A reference to one that is yet to be created stays pending.
func (r *reader) resolve(ctx context.Context, o *Object, some func(*Reference) bool) {
	for _, ref := range o.Refs {
		switch {
		case !some(ref):
		case o.Absent && ref != o.parent(): // what it used doesn't matter any more
		case ref.Target != nil:
			r.declared(o, ref)
		case ref.ID == "" && !ref.Soft:
			r.named(ctx, o, ref)
		case ref.Soft && ref.Field.Ref.IsBuiltin != nil && !ref.Field.Ref.IsBuiltin(ref.Name):
			r.softly(ctx, o, ref)
		}
	}
}

func (r *reader) declared(o *Object, ref *Reference) {
	live := r.world.Live[ref.Target]
	switch {
	case r.world.Failed[ref.Target] != nil:
		r.fail(o, &Blocked{By: ref.Target})
	case live != nil && !ref.Soft:
		ref.Resolve(live.ID)
	}
	r.suits(o, ref)
}

// named looks up what only lives at Astro.
func (r *reader) named(ctx context.Context, o *Object, ref *Reference) {
	pos := ref.at(o)
	x, in := r.index[ref.Kind], place{}
	if ref.Kind.Parents != nil {
		id, err := r.place(o, ref)
		if err != nil {
			r.fail(o, fmt.Errorf("%s: %w", ref, err))
			return
		} else if id == "" {
			return // reported
		}
		in = place{r.catalog.nest(ref.Kind), id}
	}
	if in.id != "" {
		r.list(ctx, ref.Kind, []place{in})
	}
	m := r.meant(ref.Kind, in, ref.key(), o)
	err := x.failure(in.id)
	switch several := r.several(m); {
	case err != nil && len(m.declared) != 1: // one that is declared has its id
		if astro.IsForbidden(err) {
			err = fmt.Errorf("%w; where the id is given instead of the name, no look-up is needed", err)
		}
		r.fail(o, fmt.Errorf("%s: %w", ref, err))
	case several != "":
		r.problem(o, pos, "%s: there are %d of %s, ids %s; refer to one by %s", o, len(m.declared)+len(m.live), ref, several, ref.Field.Name)
	case len(m.declared) > 0: // one may say its Workspace's name, and the other its id
		ref.Target = m.declared[0]
		r.declared(o, ref)
	case len(m.live) > 0:
		ref.Found = m.live[0]
		ref.Resolve(ref.Found.ID)
	case m.absent != nil: // which the plan reports
		ref.Target = m.absent
		r.declared(o, ref)
	case m.renamed != nil:
		r.problem(o, pos, "%s: %s becomes %s by this manifest, at %s; refer to it by its new name", o, ref, m.renamed, m.renamed.Pos)
	default:
		if err := r.Reach.absent(ref.Kind, in); err != nil {
			r.fail(o, fmt.Errorf("%s: %w", ref, err))
		} else if ref.Kind.ofPeople() && !o.Absent {
			r.missingPerson(o, pos, "%s: there is no %s in the Organization%s; remove them from the list if they have left, or %s", ref.Field.Ref.NameField, ref, r.unseen(ref.Kind, in), ref.Kind.Adopt)
		} else if !o.Absent { // what is gone took along what was in it
			r.problem(o, pos, "%s: there is no %s, neither live nor in the manifest%s%s", o, ref, r.near(ref, in), r.unseen(ref.Kind, in))
		}
	}
}

// unseen reports that the token sees nothing of a kind in a place where it may only lack a role, "" otherwise.
func (r *reader) unseen(k *Kind, in place) string {
	if r.index[k].count[in.id] > 0 || k.Visibility == "" && k.Adopt == "" {
		return ""
	}
	return fmt.Sprintf("; the token sees 0 %ss", k.Title)
}

func (r *reader) fail(o *Object, err error) {
	if r.world.Failed[o] == nil {
		r.world.Failed[o] = err
	}
}

// match finds an object without a declared id among what was listed.
func (r *reader) match(o *Object) {
	if o.ID != "" || o.Kind.Single || r.world.Failed[o] != nil {
		return
	}
	in := o.home()
	if o.parent() != nil && in.id == "" {
		return // what it lives in is yet to be created, or was reported
	}
	x := r.index[o.Kind]
	if err := x.failure(in.id); err != nil {
		r.fail(o, err)
		return
	}
	switch found := x.find(o.Kind, in.id, o.Key()); len(found) {
	case 0:
		r.world.Visible[o] = x.count[in.id]
		r.world.Near[o] = o.Kind.suggest(o.Name(), x.names(in.id))
		if err := r.Reach.absent(o.Kind, in); err != nil {
			r.fail(o, err)
		} else if r.made(o) {
			r.world.Waits[o] = notAccepted
		} else if o.Kind.Adopt != "" {
			r.missingPerson(o, o.Pos, "there is no such %s in the Organization%s; remove them from the manifest if they have left, or %s", o.Kind.Name, r.unseen(o.Kind, in), o.Kind.Adopt)
		}
	case 1:
		if found[0].odd != nil {
			r.fail(o, fmt.Errorf("look-up by name: %w", found[0].odd))
			return
		}
		r.world.Live[o] = found[0]
	default:
		r.problem(o, o.Pos, "%s exists %d times, ids %s; %s", o, len(found), ids(found), o.Kind.either())
	}
}

// twice reports what the manifest declares twice: one live object under two
// names, or one name for two objects in one place.
func (r *reader) twice(d *Declaration) {
	first := map[string]*Object{}
	for _, o := range d.Objects {
		keys := []string{}
		if live := r.world.Live[o]; live != nil {
			keys = append(keys, o.Kind.Name+" id "+live.ID)
		}
		if place, ok := r.home(o); ok && r.world.Failed[o] == nil && !o.Absent && o.named() {
			keys = append(keys, fmt.Sprintf("%s %q%s", o.Kind.Name, o.Key(), place))
		}
		for i, key := range keys {
			other := first[key]
			first[key] = o
			if other == nil || o.twin(other) && !r.leaves(o) && !r.leaves(other) {
				continue
			}
			if i == 0 && r.world.Live[o] != nil && (r.leaves(other) || r.leaves(o)) && (!o.Absent || !other.Absent) { // one by id and one by name
				r.problem(o, o.Pos, "%s is still the name of what %s at %s renames or removes; let one run do that, and declare the other one after it", o, other, other.Pos)
			} else {
				r.problem(o, o.Pos, "%s and %s at %s are the same object (%s); declare it once", o, other, other.Pos, key)
			}
			break
		}
	}
}

// leaves reports whether a live object's name is given up.
func (r *reader) leaves(o *Object) bool {
	live := r.world.Live[o]
	return live != nil && (o.Absent || o.GoesBy(live) != live.Name())
}

// home is where the object lives, in words; not ok while that isn't known.
func (r *reader) home(o *Object) (place string, ok bool) {
	p, live := o.parent(), r.world.Live[o]
	id := o.ParentID()
	if p == nil && live != nil {
		id = live.ParentID()
	}
	if id == "" {
		return "", o.Kind.Parents == nil || p == nil && o.ID == ""
	}
	return " in " + id, true
}
