package resource

import (
	"errors"
	"fmt"

	"astro-apply/internal/schema"
)

// A name means what it means once the manifest is applied: what is declared
// under it, else what is live and keeps it.

// declaredAs finds another object than from that a name in a place means.
func (r *reader) declaredAs(k *Kind, in place, name string, from *Object) (found *Object) {
	for _, o := range r.objects {
		if o.Kind == k && o != from && o.GoesBy(r.world.Live[o]) == name && r.livesIn(o) == in.id && (found == nil || found.Absent) {
			found = o // of two of one name, one may go
		}
	}
	return found
}

// keeping finds what is live under a name in a place and keeps it; renamed is
// what doesn't.
func (r *reader) keeping(k *Kind, in place, name string) (found []*Live, renamed *Object) {
	away := map[string]*Object{} // by id
	for _, o := range r.objects {
		if live := r.world.Live[o]; o.Kind == k && live != nil && o.GoesBy(live) != name {
			away[live.ID] = o
		}
	}
	for _, live := range r.index[k].find(k, in.id, name) {
		if o := away[live.ID]; o != nil {
			renamed = o
		} else {
			found = append(found, live)
		}
	}
	return found, renamed
}

// livesIn is the id of the parent, which an object with a declared id need not
// say; "" for the Organization, and while it isn't known.
func (r *reader) livesIn(o *Object) string {
	if live := r.world.Live[o]; o.parent() == nil && live != nil {
		return live.ParentID()
	}
	return o.ParentID()
}

// place finds the Workspace in which a reference is to be looked up; "" after
// it reported that there is none.
func (r *reader) place(o *Object, ref *Reference) (string, error) {
	if ref.Parent == "" {
		if p := o.parent(); p != nil && p.ID != "" && o.at(r.catalog.home(ref.Kind).Name) {
			return p.ID, nil
		}
		if live := r.world.Live[o]; live != nil && o.at(r.catalog.home(ref.Kind).Name) && live.ParentID() != "" {
			return live.ParentID(), nil
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
	declared := r.declaredAs(home, place{}, ref.Parent, nil)
	found, _ := r.keeping(home, place{}, ref.Parent)
	switch {
	case o.Absent && len(found) == 0 && (declared == nil || r.world.Live[declared] == nil): // gone with what it was in
	case declared != nil && declared.Absent && r.world.Live[declared] == nil:
		r.problem(o, ref.at(o), "%s: %s: the %s %q is marked state: absent at %s, and there is none", o, ref, home.Title, ref.Parent, declared.Pos)
	case declared != nil && r.world.Failed[declared] != nil:
		return "", &Blocked{By: declared}
	case declared != nil && r.world.Live[declared] != nil:
		return r.world.Live[declared].ID, nil
	case declared != nil:
		r.problem(o, ref.at(o), "%s: %s is not declared, and the %s %q is yet to be created, so there is none in it", o, ref, home.Title, ref.Parent)
	case len(found) == 0:
		r.problem(o, ref.Pos, "%s: %s: there is no %s %q%s", o, ref, home.Title, ref.Parent, schema.Suggest(ref.Parent, x.names("")))
	case len(found) == 1:
		return found[0].ID, nil
	default:
		r.problem(o, ref.Pos, "%s: %s: there are %d %ss %q, ids %s; write the id of the one that is meant", o, ref, len(found), home.Title, ref.Parent, ids(found))
	}
	return "", nil
}
