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
			for _, field := range k.Blocks {
				if k.field(field).Ref.Kind == o.Kind.Name {
					r.world.Inside[o] = append(r.world.Inside[o], r.holds(ctx, k, place{field, live.ID}, going)...)
				}
			}
		}
	}
}

// holds names the objects of kind k that refer to something by a field. What
// can't be listed is left to the API to refuse.
func (r *reader) holds(ctx context.Context, k *Kind, in place, going map[string]bool) (names []string) {
	where := in
	if !slices.Contains(k.Parents, in.field) {
		where = place{} // wherever they live
	}
	r.list(ctx, k, []place{where})
	for _, found := range r.index[k].live {
		for _, live := range found {
			if live.Body().Get(in.field).Is(in.id) && !going[live.ID] {
				names = append(names, fmt.Sprintf("%s %q (%s)", k.Name, live.Name(), live.ID))
			}
		}
	}
	slices.Sort(names)
	return names
}
