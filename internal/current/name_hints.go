package current

import (
	"fmt"
	"slices"

	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// maxNewForRenameHints is the maximum number of new resources in one parent for which this
// run looks for renames. With more, the hints would be noise.
const maxNewForRenameHints = 3

// findRenameHints lists, for each resource that doesn't exist yet, undeclared live
// resources that it may be a rename of. It uses only lists that the run reads anyway.
func (r *reader) findRenameHints() {
	declared, newIn := map[string]bool{}, map[*liveList][]*desired.Resource{}
	for _, o := range r.current.Desired.Resources {
		live, list := r.current.Live[o], r.index(o.Kind).in(o.ParentID())
		switch {
		case live != nil:
			declared[live.ID] = true
		case o.ParentID() != "" && !o.Absent && o.ID == "" && r.current.Errs[o] == nil:
			newIn[list] = append(newIn[list], o)
		}
	}
	for list, resources := range newIn {
		if len(resources) > maxNewForRenameHints {
			continue
		}
		var names []string
		for _, live := range list.resources {
			if !declared[live.ID] {
				names = append(names, live.nameAndID())
			}
		}
		slices.Sort(names)
		for _, o := range resources {
			r.current.RenameHints[o] = names
		}
	}
}

// findSimilarNames finds, for a resource that doesn't exist yet, others in the same parent
// whose names look the same: creating it could be a mistake.
func (r *reader) findSimilarNames() {
	declared, live := map[string]*desired.Resource{}, map[string][]*Live{} // by kind, parent and folded name
	for k, x := range r.indexes {
		for parentID, list := range x.lists {
			for _, found := range list.resources {
				key := k.Name + "\x00" + parentID + "\x00" + schema.FoldName(found.Name())
				live[key] = append(live[key], found)
			}
		}
	}
	for _, o := range r.current.Desired.Resources {
		if o.Absent || o.Kind.Singleton || !o.HasIdentity() || r.current.Errs[o] != nil {
			continue
		}
		folded := "\x00" + schema.FoldName(o.NormalizedName())
		key := o.Kind.Name + "\x00" + o.ParentKey() + folded
		other := declared[key]
		if other == nil {
			declared[key] = o
		}
		if r.current.Live[o] != nil || o.ID != "" {
			continue
		}
		var names []string
		for _, found := range live[o.Kind.Name+"\x00"+o.ParentID()+folded] {
			names = append(names, found.nameAndID())
		}
		if other != nil && r.current.Live[other] == nil && other.ID == "" {
			names = append(names, fmt.Sprintf("%q (%s)", other.Name(), other.Pos))
		}
		r.current.SimilarNames[o] = names
	}
}

func (l *Live) nameAndID() string { return fmt.Sprintf("%q (%s)", l.Name(), l.ID) }
