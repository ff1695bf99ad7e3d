package current

import (
	"fmt"

	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// findSimilarNames finds, for a resource that doesn't exist yet, others in the same parent
// whose names look the same: creating it could be a mistake.
func (r *reader) findSimilarNames(d *desired.State) {
	r.current.SimilarNames = map[*desired.Resource][]string{}
	first := map[string]*desired.Resource{}
	for _, o := range d.Resources {
		if o.Absent || o.Kind.Singleton || !o.HasIdentity() || r.current.Errs[o] != nil {
			continue
		}
		folded := schema.FoldName(o.NormalizedName())
		key := o.Kind.Name + "\x00" + o.ParentKey() + "\x00" + folded
		other := first[key]
		if other == nil {
			first[key] = o
		}
		if r.current.Live[o] != nil || o.ID != "" {
			continue
		}
		var names []string
		for _, live := range r.indexes[o.Kind].byFoldedName[indexKey(o.ParentID(), folded)] {
			names = append(names, fmt.Sprintf("%q (%s)", live.Name(), live.ID))
		}
		if other != nil && r.current.Live[other] == nil && other.ID == "" {
			names = append(names, fmt.Sprintf("%q (%s)", other.Name(), other.Pos))
		}
		r.current.SimilarNames[o] = names
	}
}
