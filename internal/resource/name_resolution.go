package resource

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// nameResolution is what a name in a place means once the manifest is applied.
type nameResolution struct {
	declared   []*Resource // what is declared under it
	undeclared []*Live     // what nobody declares, and has it
	renamed    *Resource   // what gives it up
	absent     *Resource   // what had it and is to go
}

// resolveName finds what a name means in a place, for another object than from. What
// is live there has to be listed.
func (r *currentReader) resolveName(k *Kind, in parentLocation, name string, from *Resource) (m nameResolution) {
	claimed := map[string]bool{}
	for _, o := range r.resources {
		if o.Kind != k || o == from {
			continue
		}
		live := r.current.Live[o]
		has := live != nil && live.Name() == name && live.ParentID() == in.parentID
		goesBy := o.NameAfter(live) == name && r.currentParentID(o) == in.parentID
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
	for _, live := range r.indexes[k].findByName(k, in.parentID, name) {
		if !claimed[live.ID] {
			m.undeclared = append(m.undeclared, live)
		}
	}
	return m
}

// ambiguousIDs lists the ids where a name means more than one object, "" otherwise.
func (r *currentReader) ambiguousIDs(m nameResolution) string {
	if len(m.declared)+len(m.undeclared) < 2 {
		return ""
	}
	all := slices.Clone(m.undeclared)
	for _, o := range m.declared {
		if live := r.current.Live[o]; live != nil {
			all = append(all, live)
		} else {
			all = append(all, &Live{ID: "of the new one at " + o.Pos.String()})
		}
	}
	slices.SortFunc(all, func(a, b *Live) int { return strings.Compare(a.ID, b.ID) })
	return joinIDs(all)
}

// currentParentID is the id of the parent, which an object with a declared id need not
// say; "" for the Organization, and while it isn't known.
func (r *currentReader) currentParentID(o *Resource) string {
	if live := r.current.Live[o]; o.parentRef() == nil && live != nil {
		return live.ParentID()
	}
	return o.ParentID()
}

// resolveParent finds the Workspace in which a reference is to be looked up; "" after
// it reported that there is none.
func (r *currentReader) resolveParent(o *Resource, ref *Reference) (string, error) {
	if ref.Parent == "" {
		if p := o.parentRef(); p != nil && p.ID != "" && o.hasParentOfKind(r.catalog.parentKind(ref.Kind).Name) {
			return p.ID, nil
		}
		if live := r.current.Live[o]; live != nil && o.hasParentOfKind(r.catalog.parentKind(ref.Kind).Name) && live.ParentID() != "" {
			return live.ParentID(), nil
		}
		return "", errors.New(workspaceUnknown)
	}
	if LooksLikeID(ref.Parent) {
		return ref.Parent, nil
	}
	home := r.catalog.parentKind(ref.Kind)
	x := r.indexes[home]
	if err := x.listErr(""); err != nil {
		return "", fmt.Errorf("%s %q: %w", home.Name, ref.Parent, err)
	}
	m := r.resolveName(home, parentLocation{}, ref.Parent, nil)
	var declared *Resource
	if len(m.declared) > 0 {
		declared = m.declared[0]
	}
	switch several := r.ambiguousIDs(m); {
	case several != "":
		r.failWithProblem(o, ref.posIn(o), "%s: %s: there are %d %ss %q, ids %s; write the id of the one that is meant", o, ref, len(m.declared)+len(m.undeclared), home.Title, ref.Parent, several)
	case declared != nil && r.current.Errs[declared] != nil:
		return "", &BlockedError{Dependency: declared}
	case declared != nil && r.current.Live[declared] != nil:
		return r.current.Live[declared].ID, nil
	case len(m.undeclared) > 0:
		return m.undeclared[0].ID, nil
	case m.absent != nil && r.current.Live[m.absent] != nil:
		return r.current.Live[m.absent].ID, nil
	case o.Absent: // gone with what it was in
	case m.absent != nil:
		r.failWithProblem(o, ref.posIn(o), "%s: %s: the %s %q is marked state: absent at %s, and there is none", o, ref, home.Title, ref.Parent, m.absent.Pos)
	case declared != nil:
		r.failWithProblem(o, ref.posIn(o), "%s: %s is not declared, and the %s %q is yet to be created, so there is none in it", o, ref, home.Title, ref.Parent)
	default:
		r.failWithProblem(o, ref.posIn(o), "%s: %s: there is no %s %q%s", o, ref, home.Title, ref.Parent, schema.Suggest(ref.Parent, x.namesIn("")))
	}
	return "", nil
}
