package resource

import (
	"context"
	"slices"
	"sync"
)

// Namesakes returns the live resources that have the identity of o, from a list
// that the API narrows to its name, where it does that.
func (f *Finder) Namesakes(ctx context.Context, o *Object) ([]*Live, error) {
	in := o.home()
	if o.Kind.List.Names == "" {
		x := f.read(ctx, o.Kind, in)
		return x.find(o.Kind, in.id, o.Key()), x.failure(in.id)
	}
	found, err := f.Source.list(ctx, o.Kind, []place{in}, o.Body.Get(o.Kind.Identity[0]))
	return slices.DeleteFunc(found, func(l *Live) bool { return !l.is(o) }), err
}

// AllNamesakes returns what Namesakes returns, by object. It sends as few calls as
// possible: one list per kind and places.
func (s Source) AllNamesakes(ctx context.Context, objects []*Object) map[*Object]Namesakes {
	indexes, places := map[*Kind]*index{}, map[*Kind][]place{}
	for _, o := range objects {
		indexes[o.Kind] = newIndex()
		if in := o.home(); !slices.Contains(places[o.Kind], in) {
			places[o.Kind] = append(places[o.Kind], in)
		}
	}
	var all sync.WaitGroup
	for k, x := range indexes {
		for chunk := range slices.Chunk(places[k], k.List.most()) {
			all.Go(func() { x.fill(ctx, s, k, chunk) })
		}
	}
	all.Wait()
	out := map[*Object]Namesakes{}
	for _, o := range objects {
		x, in := indexes[o.Kind], o.home().id
		out[o] = Namesakes{x.find(o.Kind, in, o.Key()), x.failure(in)}
	}
	return out
}

// Namesakes are the live resources that have the identity of one in the manifest.
type Namesakes struct {
	Live []*Live
	Err  error // why they can't be listed
}
