package resource

import (
	"context"
	"errors"
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
		for _, other := range r.objects { // one may say its Workspace's name, and the other its id
			if other.Kind == ref.Kind && other != o && other.ParentID() == id && other.key() == ref.key() {
				ref.Target = other
				r.declared(o, ref)
				return
			}
		}
		r.list(ctx, ref.Kind, []place{in})
	}
	if err := x.failure(in.id); err != nil {
		if astro.Forbidden(err) {
			err = fmt.Errorf("%w; where the id is given instead of the name, no look-up is needed", err)
		}
		r.fail(o, fmt.Errorf("%s: %w", ref, err))
		return
	}
	switch found := x.find(ref.Kind, in.id, ref.key()); len(found) {
	case 1:
		ref.Resolve(found[0].ID)
		ref.Found = found[0]
	case 0:
		if err := r.Reach.absent(ref.Kind, in); err != nil {
			r.fail(o, fmt.Errorf("%s: %w", ref, err))
		} else if !o.Absent { // what is gone took along what was in it
			r.problem(o, pos, "%s: there is no %s, neither live nor in the manifest%s", o, ref, r.near(ref, in))
		}
	default:
		r.problem(o, pos, "%s: there are %d of %s, ids %s; refer to one by %s", o, len(found), ref, ids(found), ref.Field.Name)
	}
}

// place finds the Workspace in which a reference is to be looked up; "" after
// it reported that there is none.
func (r *reader) place(o *Object, ref *Reference) (string, error) {
	if ref.Parent == "" {
		if p := o.parent(); p != nil && p.ID != "" && o.at(r.catalog.home(ref.Kind).Name) {
			return p.ID, nil
		}
		if live := r.world.Live[o]; live != nil && o.at(r.catalog.home(ref.Kind).Name) && live.parentID(o.Kind) != "" {
			return live.parentID(o.Kind), nil
		}
		return "", errors.New(homeless)
	}
	if cuid.MatchString(ref.Parent) {
		return ref.Parent, nil
	}
	home := r.catalog.home(ref.Kind)
	x := r.index[home]
	if err := x.failure(""); err != nil {
		return "", fmt.Errorf("%s %q: %w", home.Name, ref.Parent, err)
	}
	switch found := x.find(home, "", ref.Parent); len(found) {
	case 0:
		r.problem(o, ref.Pos, "%s: %s: there is no %s %q%s", o, ref, home.Title, ref.Parent, schema.Suggest(ref.Parent, x.names("")))
	case 1:
		return found[0].ID, nil
	default:
		r.problem(o, ref.Pos, "%s: %s: there are %d %ss %q, ids %s; write the id of the one that is meant", o, ref, len(found), home.Title, ref.Parent, ids(found))
	}
	return "", nil
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
	switch found := x.find(o.Kind, in.id, o.key()); len(found) {
	case 0:
		if err := r.Reach.absent(o.Kind, in); err != nil {
			r.fail(o, err)
		} else if r.made(o) {
			r.world.Waits[o] = notAccepted
		} else if o.Kind.Adopt != "" {
			r.problem(o, o.Pos, "%s does not exist%s; %s", o, schema.Suggest(o.Name(), x.names(in.id)), o.Kind.Adopt)
		}
	case 1:
		if found[0].odd != nil {
			r.fail(o, fmt.Errorf("look-up by name: %w", found[0].odd))
			return
		}
		r.world.Live[o] = found[0]
	default:
		r.problem(o, o.Pos, "%s exists %d times, ids %s; add the id of the one that is meant", o, len(found), ids(found))
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
		if place, ok := r.home(o); ok && r.world.Failed[o] == nil && !o.Absent {
			keys = append(keys, fmt.Sprintf("%s %q%s", o.Kind.Name, o.key(), place))
		}
		for _, key := range keys {
			if other := first[key]; other != nil {
				r.problem(o, o.Pos, "%s and %s at %s are the same object (%s); declare it once", o, other, other.Pos, key)
				break
			}
			first[key] = o
		}
	}
}

// home is where the object lives, in words; not ok while that isn't known.
func (r *reader) home(o *Object) (place string, ok bool) {
	p, live := o.parent(), r.world.Live[o]
	id := o.ParentID()
	if p == nil && live != nil {
		id = live.parentID(o.Kind)
	}
	if id == "" {
		return "", o.Kind.Parents == nil || p == nil && o.ID == ""
	}
	return " in " + id, true
}
