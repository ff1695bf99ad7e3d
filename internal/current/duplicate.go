package current

import (
	"fmt"

	"astro-apply/internal/desired"
)

// checkDuplicates reports duplicates in the manifest: one live resource under two names,
// or two resources with the same name and parent.
func (r *reader) checkDuplicates() {
	first := map[string]*desired.Resource{}
	for _, o := range r.current.Desired.Resources {
		keys := []string{}
		if live := r.current.Live[o]; live != nil {
			keys = append(keys, o.Kind.Title+" id "+live.ID)
		}
		if place, ok := r.parentText(o); ok && r.current.Errs[o] == nil && !o.Absent && o.HasIdentity() {
			keys = append(keys, fmt.Sprintf("%s %q%s", o.Kind.Title, o.NormalizedName(), place))
		}
		for i, key := range keys {
			other := first[key]
			first[key] = o
			if other == nil || o.HasDifferentID(other) && !r.givesUpName(o) && !r.givesUpName(other) {
				continue
			}
			oneGivesUpName := (r.givesUpName(other) || r.givesUpName(o)) && (!o.Absent || !other.Absent)
			if i == 0 && r.current.Live[o] != nil && oneGivesUpName { // one by id and one by name
				r.failWithProblem(o, o.Pos, "%s: %s at %s renames or deletes the resource with this name; "+
					"declare this one in a later run", o, other, other.Pos)
			} else {
				r.failWithProblem(o, o.Pos, "%s and %s at %s are the same resource (%s); declare it once", o, other, other.Pos, key)
			}
			break
		}
	}
}

// givesUpName reports whether the manifest deletes or renames a live resource, so that its
// name becomes available.
func (r *reader) givesUpName(o *desired.Resource) bool {
	live := r.current.Live[o]
	return live != nil && (o.Absent || o.NameAfter(live.Name()) != live.Name())
}

// parentText returns the parent of a resource as text for messages; ok is false while the
// parent is unknown.
func (r *reader) parentText(o *desired.Resource) (place string, ok bool) {
	if id := r.currentParentID(o); id != "" {
		return " in " + id, true
	}
	return "", o.Kind.ParentFields == nil || o.ParentRef() == nil && o.ID == ""
}
