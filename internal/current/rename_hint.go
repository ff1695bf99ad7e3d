package current

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
)

// maxNewForRenameHints is the maximum number of new resources in one parent for which this
// run looks for renames. With more, the hints would be noise.
const maxNewForRenameHints = 3

// findRenameHints lists, for each resource that doesn't exist yet, undeclared live
// resources that it may be a rename of. It uses only lists that the run reads anyway.
func (r *reader) findRenameHints(d *desired.State) {
	r.current.RenameHints = map[*desired.Resource][]string{}
	declared, newByParent := map[string]bool{}, map[string][]*desired.Resource{}
	for _, o := range d.Resources {
		live, p := r.current.Live[o], o.ParentRef()
		switch {
		case live != nil:
			declared[live.ID] = true
		case p != nil && p.ID != "" && !o.Absent && o.ID == "" && r.current.Errs[o] == nil:
			key := o.Kind.Name + p.ID
			newByParent[key] = append(newByParent[key], o)
		}
	}
	for _, resources := range newByParent {
		if len(resources) > maxNewForRenameHints {
			continue
		}
		for _, o := range resources {
			r.current.RenameHints[o] = r.undeclaredNames(o.Kind, o.ParentRef().ID, declared)
		}
	}
}

// undeclaredNames returns the names of live resources in a parent that the manifest
// doesn't declare.
func (r *reader) undeclaredNames(k *kind.Kind, parentID string, declared map[string]bool) (names []string) {
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

// isCreatedByOther reports whether another declared resource creates this one, as an
// invite creates a user.
func (r *reader) isCreatedByOther(o *desired.Resource) bool {
	return slices.ContainsFunc(r.resources, func(other *desired.Resource) bool {
		return other.Kind.CreatesKind == o.Kind.Name && other.NormalizedName() == o.NormalizedName()
	})
}

// suggestReference suggests a similar name for a reference that wasn't found.
func (r *reader) suggestReference(ref *desired.Reference, parent desired.Parent) string {
	known := r.indexes[ref.Kind].namesIn(parent.ID)
	for _, o := range r.resources {
		if o.Kind == ref.Kind {
			known = append(known, o.Name())
		}
	}
	return ref.Kind.SuggestName(ref.Name, slices.DeleteFunc(known, func(name string) bool { return name == ref.Name }))
}
