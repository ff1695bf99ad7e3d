package resource

import (
	"context"
	"fmt"
	"slices"
)

// findDependents finds what keeps an object that is marked absent from being removed:
// objects that live in it, must go first, and that nobody marks absent.
func (r *currentReader) findDependents(ctx context.Context, d *Desired) {
	going := map[string]bool{}
	for _, o := range d.Resources {
		if live := r.current.Live[o]; live != nil && o.Absent {
			going[live.ID] = true
		}
	}
	for _, o := range d.Resources {
		live := r.current.Live[o]
		if live == nil || !o.Absent {
			continue
		}
		for _, k := range d.Catalog {
			for _, field := range k.DeleteBefore {
				if k.fieldByName(field).Ref.Kind == o.Kind.Name {
					r.current.Dependents[o] = append(r.current.Dependents[o], r.listDependents(ctx, k, parentLocation{field, live.ID}, going)...)
				}
			}
		}
	}
}

// listDependents names the objects of kind k that refer to something by a field. What
// can't be listed is left to the API to refuse.
func (r *currentReader) listDependents(ctx context.Context, k *Kind, in parentLocation, going map[string]bool) (names []string) {
	where := in
	if !slices.Contains(k.ParentFields, in.parentField) {
		where = parentLocation{} // wherever they live
	}
	r.ensureListed(ctx, k, []parentLocation{where})
	for _, found := range r.indexes[k].byName {
		for _, live := range found {
			if live.Body().Get(in.parentField).Is(in.parentID) && !going[live.ID] {
				names = append(names, fmt.Sprintf("%s %q (%s)", k.Name, live.Name(), live.ID))
			}
		}
	}
	slices.Sort(names)
	return names
}
