package current

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// nameResolution lists the resources that a name in a parent refers to after the apply.
type nameResolution struct {
	declared   []*desired.Resource // resources that the manifest declares with this name
	undeclared []*Live             // resources that have this name in Astro and aren't declared
	renamed    *desired.Resource   // resource that has this name in Astro and that the manifest renames
	absent     *desired.Resource   // resource with this name that the manifest deletes
}

// resolveName finds the resources that a name in a parent refers to, except from itself.
// The resources in the parent must be listed already.
func (r *reader) resolveName(k *kind.Kind, parent desired.Parent, name string, from *desired.Resource) (m nameResolution) {
	claimed := map[string]bool{}
	for _, o := range r.resources {
		if o.Kind != k || o == from {
			continue
		}
		live := r.current.Live[o]
		hasName := live != nil && live.Name() == name && live.ParentID() == parent.ID
		getsName := o.NameAfter(live.Name()) == name && r.currentParentID(o) == parent.ID
		if live != nil {
			claimed[live.ID] = true
		}
		switch {
		case o.Absent && (hasName || getsName):
			m.absent = o
		case o.Absent:
		case getsName:
			m.declared = append(m.declared, o)
		case hasName:
			m.renamed = o
		}
	}
	for _, live := range r.indexes[k].findByName(k, parent.ID, name) {
		if !claimed[live.ID] {
			m.undeclared = append(m.undeclared, live)
		}
	}
	return m
}

// ambiguousIDs returns the ids if a name refers to more than one resource, else "".
func (r *reader) ambiguousIDs(m nameResolution) string {
	if len(m.declared)+len(m.undeclared) < 2 {
		return ""
	}
	all := slices.Clone(m.undeclared)
	for _, o := range m.declared {
		if live := r.current.Live[o]; live != nil {
			all = append(all, live)
		} else {
			all = append(all, &Live{ID: "(new at " + o.Pos.String() + ")"})
		}
	}
	slices.SortFunc(all, func(a, b *Live) int { return strings.Compare(a.ID, b.ID) })
	return joinIDs(all)
}

// currentParentID returns the id of the parent, also for a resource with a declared id,
// whose parent the manifest can omit; "" for the Organization, and while the id is
// unknown.
func (r *reader) currentParentID(o *desired.Resource) string {
	if live := r.current.Live[o]; o.ParentRef() == nil && live != nil {
		return live.ParentID()
	}
	return o.ParentID()
}

// resolveParent returns the id of the Workspace in which to look up a reference; "" if it
// doesn't exist, which is then already reported.
func (r *reader) resolveParent(o *desired.Resource, ref *desired.Reference) (string, error) {
	if ref.Parent == "" {
		if p := o.ParentRef(); p != nil && p.ID != "" && o.HasParentOfKind(r.catalog.ParentKind(ref.Kind).Name) {
			return p.ID, nil
		}
		if live := r.current.Live[o]; live != nil && o.HasParentOfKind(r.catalog.ParentKind(ref.Kind).Name) && live.ParentID() != "" {
			return live.ParentID(), nil
		}
		return "", errors.New(desired.WorkspaceUnknown)
	}
	if desired.LooksLikeID(ref.Parent) {
		return ref.Parent, nil
	}
	parent := r.catalog.ParentKind(ref.Kind)
	x := r.indexes[parent]
	if err := x.listErr(""); err != nil {
		return "", fmt.Errorf("%s %q: %w", parent.Title, ref.Parent, err)
	}
	m := r.resolveName(parent, desired.Parent{}, ref.Parent, nil)
	var declared *desired.Resource
	if len(m.declared) > 0 {
		declared = m.declared[0]
	}
	switch ambiguous := r.ambiguousIDs(m); {
	case ambiguous != "":
		r.failWithProblem(o, ref.PosIn(o), "%s: %s: %d %ss are named %q, ids %s; give the id instead of the name", o, ref, len(m.declared)+len(m.undeclared), parent.Title, ref.Parent, ambiguous)
	case declared != nil && r.current.Errs[declared] != nil:
		return "", &BlockedError{Dependency: declared}
	case declared != nil && r.current.Live[declared] != nil:
		return r.current.Live[declared].ID, nil
	case len(m.undeclared) > 0:
		return m.undeclared[0].ID, nil
	case m.absent != nil && r.current.Live[m.absent] != nil:
		return r.current.Live[m.absent].ID, nil
	case o.Absent: // already deleted together with its Workspace
	case m.absent != nil:
		r.failWithProblem(o, ref.PosIn(o), "%s: %s: %s %q doesn't exist, and is marked state: absent at %s; remove this reference", o, ref, parent.Title, ref.Parent, m.absent.Pos)
	case declared != nil:
		r.failWithProblem(o, ref.PosIn(o), "%s: %s doesn't exist: it isn't declared, and %s %q is new; declare it, or fix the Workspace", o, ref, parent.Title, ref.Parent)
	default:
		r.failWithProblem(o, ref.PosIn(o), "%s: %s: %s %q doesn't exist in the manifest or in Astro%s", o, ref, parent.Title, ref.Parent, schema.Suggest(ref.Parent, x.namesIn("")))
	}
	return "", nil
}
