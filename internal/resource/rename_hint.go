package resource

import (
	"fmt"
	"slices"
	"strings"
)

// maxNewForRenameHints is up to how many new objects in one place may each be a renamed one.
const maxNewForRenameHints = 3

// findRenameHints finds what an object that doesn't exist may have been called
// before. It only knows of lists that were read anyway.
func (r *currentReader) findRenameHints(d *Desired) {
	r.current.RenameHints = map[*Resource][]string{}
	declared, fresh := map[string]bool{}, map[string][]*Resource{}
	for _, o := range d.Resources {
		live, p := r.current.Live[o], o.parentRef()
		switch {
		case live != nil:
			declared[live.ID] = true
		case p != nil && p.ID != "" && !o.Absent && o.ID == "" && r.current.Errs[o] == nil:
			place := o.Kind.Name + p.ID
			fresh[place] = append(fresh[place], o)
		}
	}
	for _, objects := range fresh {
		if len(objects) > maxNewForRenameHints {
			continue
		}
		for _, o := range objects {
			r.current.RenameHints[o] = r.undeclaredNames(o.Kind, o.parentRef().ID, declared)
		}
	}
}

// undeclaredNames names the live objects of a place that nobody declares.
func (r *currentReader) undeclaredNames(k *Kind, parentID string, declared map[string]bool) (names []string) {
	for key, found := range r.indexes[k].byName {
		for _, live := range found {
			if strings.HasPrefix(key, indexKey(parentID, "")) && !declared[live.ID] {
				names = append(names, fmt.Sprintf("%q (%s)", live.Name(), live.ID))
			}
		}
	}
	slices.Sort(names)
	return names
}

// isCreatedByOther reports whether another object, once it is there, makes this one.
func (r *currentReader) isCreatedByOther(o *Resource) bool {
	return slices.ContainsFunc(r.resources, func(other *Resource) bool {
		return other.Kind.CreatesKind == o.Kind.Name && other.NormalizedName() == o.NormalizedName()
	})
}

// suggestReference suggests what a name may have meant.
func (r *currentReader) suggestReference(ref *Reference, in parentLocation) string {
	known := r.indexes[ref.Kind].namesIn(in.parentID)
	for _, o := range r.resources {
		if o.Kind == ref.Kind {
			known = append(known, o.Name())
		}
	}
	return ref.Kind.suggestName(ref.Name, slices.DeleteFunc(known, func(name string) bool { return name == ref.Name }))
}
