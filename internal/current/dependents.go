package current

import (
	"context"
	"slices"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
)

// findDependents records the resources that block the removal of a resource marked absent: those that
// belong to it, have to be removed first, and aren't marked absent themselves.
func (r *reader) findDependents(ctx context.Context) {
	removedIDs := map[string]bool{}
	for o, live := range r.current.Live {
		removedIDs[live.ID] = removedIDs[live.ID] || o.Absent
	}
	for _, o := range r.current.Desired.Resources {
		live := r.current.Live[o]
		if live == nil || !o.Absent {
			continue
		}
		for _, k := range r.current.Desired.Catalog {
			for _, f := range k.Fields {
				if f.Ref != nil && f.Ref.BlocksDelete && f.Ref.Kind == o.Kind.Name {
					names := r.listDependents(ctx, k, desired.Parent{Field: f.Name, ID: live.ID}, removedIDs)
					r.current.Dependents[o] = append(r.current.Dependents[o], names...)
				}
			}
		}
	}
}

// listDependents returns the names of the resources of kind k that refer to a resource by a field. If the list
// call fails, the result is empty: the API itself refuses a removal that isn't possible.
func (r *reader) listDependents(
	ctx context.Context, k *kind.Kind, in desired.Parent, removedIDs map[string]bool,
) (names []string) {
	parent := in
	if !slices.Contains(k.ParentFields, in.Field) {
		parent = desired.Parent{} // the field doesn't restrict the list: resources of any parent can refer to it
	}
	r.list(ctx, map[*kind.Kind][]desired.Parent{k: {parent}})
	for _, live := range r.index(k).byID {
		if live.Body().Get(in.Field).Is(in.ID) && !removedIDs[live.ID] {
			names = append(names, k.Title+" "+live.nameAndID())
		}
	}
	slices.Sort(names)
	return names
}
