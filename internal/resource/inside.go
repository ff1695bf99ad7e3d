package resource

import (
	"context"
	"fmt"
	"slices"
)

// inside finds what keeps an object that is marked absent from being removed:
// objects that live in it, must go first, and that nobody marks absent.
func (r *reader) inside(ctx context.Context, d *Declaration) {
	going := map[string]bool{}
	for _, o := range d.Objects {
		if live := r.world.Live[o]; live != nil && o.Absent {
			going[live.ID] = true
		}
	}
	for _, o := range d.Objects {
		live := r.world.Live[o]
		if live == nil || !o.Absent {
			continue
		}
		for _, k := range d.Catalog {
			if k.Blocks && d.Catalog.home(k) == o.Kind {
				r.world.Inside[o] = append(r.world.Inside[o], r.holds(ctx, k, live.ID, going)...)
			}
		}
	}
}

// holds names the objects of kind k in a place. What can't be listed is left to
// the API to refuse.
func (r *reader) holds(ctx context.Context, k *Kind, parentID string, going map[string]bool) (names []string) {
	r.list(ctx, k, []place{{r.catalog.nest(k), parentID}})
	for _, name := range r.index[k].names(parentID) {
		for _, live := range r.index[k].find(k, parentID, name) {
			if !going[live.ID] {
				names = append(names, fmt.Sprintf("%s %q (%s)", k.Name, name, live.ID))
			}
		}
	}
	slices.Sort(names)
	return names
}
