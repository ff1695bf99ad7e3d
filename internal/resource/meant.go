package resource

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// meaning is what a name in a place means once the manifest is applied.
type meaning struct {
	declared []*Object // what is declared under it
	live     []*Live   // what nobody declares, and has it
	renamed  *Object   // what gives it up
	absent   *Object   // what had it and is to go
}

// meant finds what a name means in a place, for another object than from. What
// is live there has to be listed.
func (r *reader) meant(k *Kind, in place, name string, from *Object) (m meaning) {
	claimed := map[string]bool{}
	for _, o := range r.objects {
		if o.Kind != k || o == from {
			continue
		}
		live := r.world.Live[o]
		has := live != nil && live.Name() == name && live.ParentID() == in.id
		goesBy := o.GoesBy(live) == name && r.livesIn(o) == in.id
		if live != nil {
			claimed[live.ID] = true
		}
		switch {
		case o.Absent && (has || goesBy):
			m.absent = o
		case o.Absent:
		case goesBy:
			m.declared = append(m.declared, o)
		case has:
			m.renamed = o
		}
	}
	for _, live := range r.index[k].find(k, in.id, name) {
		if !claimed[live.ID] {
			m.live = append(m.live, live)
		}
	}
	return m
}

// several lists the ids where a name means more than one object, "" otherwise.
func (r *reader) several(m meaning) string {
	if len(m.declared)+len(m.live) < 2 {
		return ""
	}
	all := slices.Clone(m.live)
	for _, o := range m.declared {
		if live := r.world.Live[o]; live != nil {
			all = append(all, live)
		} else {
			all = append(all, &Live{ID: "of the new one at " + o.Pos.String()})
		}
	}
	slices.SortFunc(all, func(a, b *Live) int { return strings.Compare(a.ID, b.ID) })
	return ids(all)
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
	if TakenForID(ref.Parent) {
		return ref.Parent, nil
	}
	home := r.catalog.home(ref.Kind)
	x := r.index[home]
	if err := x.failure(""); err != nil {
		return "", fmt.Errorf("%s %q: %w", home.Name, ref.Parent, err)
	}
	m := r.meant(home, place{}, ref.Parent, nil)
	var declared *Object
	if len(m.declared) > 0 {
		declared = m.declared[0]
	}
	switch several := r.several(m); {
	case several != "":
		r.problem(o, ref.at(o), "%s: %s: there are %d %ss %q, ids %s; write the id of the one that is meant", o, ref, len(m.declared)+len(m.live), home.Title, ref.Parent, several)
	case declared != nil && r.world.Failed[declared] != nil:
		return "", &Blocked{By: declared}
	case declared != nil && r.world.Live[declared] != nil:
		return r.world.Live[declared].ID, nil
	case len(m.live) > 0:
		return m.live[0].ID, nil
	case m.absent != nil && r.world.Live[m.absent] != nil:
		return r.world.Live[m.absent].ID, nil
	case o.Absent: // gone with what it was in
	case m.absent != nil:
		r.problem(o, ref.at(o), "%s: %s: the %s %q is marked state: absent at %s, and there is none", o, ref, home.Title, ref.Parent, m.absent.Pos)
	case declared != nil:
		r.problem(o, ref.at(o), "%s: %s is not declared, and the %s %q is yet to be created, so there is none in it", o, ref, home.Title, ref.Parent)
	default:
		r.problem(o, ref.at(o), "%s: %s: there is no %s %q%s", o, ref, home.Title, ref.Parent, schema.Suggest(ref.Parent, x.names("")))
	}
	return "", nil
}
