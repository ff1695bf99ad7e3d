package resource

import (
	"context"
	"slices"
	"sync"
)

// FindMatches returns the live resources that have the identity of o, from a list
// that the API narrows to its name, where it does that.
func (f *Finder) FindMatches(ctx context.Context, o *Resource) ([]*Live, error) {
	in := o.parentLocation()
	if o.Kind.List.NameParam == "" {
		x := f.readIndex(ctx, o.Kind, in)
		return x.findByName(o.Kind, in.parentID, o.NormalizedName()), x.listErr(in.parentID)
	}
	found, err := f.Source.listLive(ctx, o.Kind, []parentLocation{in}, o.Body.Get(o.Kind.Identity[0]))
	return slices.DeleteFunc(found, func(l *Live) bool { return !l.hasIdentityOf(o) }), err
}

// FindAllMatches returns what Namesakes returns, by object. It sends as few calls as
// possible: one list per kind and places.
func (s Source) FindAllMatches(ctx context.Context, objects []*Resource) map[*Resource]IdentityMatches {
	indexes, places := map[*Kind]*liveIndex{}, map[*Kind][]parentLocation{}
	for _, o := range objects {
		indexes[o.Kind] = newLiveIndex()
		if in := o.parentLocation(); !slices.Contains(places[o.Kind], in) {
			places[o.Kind] = append(places[o.Kind], in)
		}
	}
	var all sync.WaitGroup
	for k, x := range indexes {
		for chunk := range slices.Chunk(places[k], k.List.batchSize()) {
			all.Go(func() { x.loadLists(ctx, s, k, chunk) })
		}
	}
	all.Wait()
	out := map[*Resource]IdentityMatches{}
	for _, o := range objects {
		x, in := indexes[o.Kind], o.parentLocation().parentID
		out[o] = IdentityMatches{x.findByName(o.Kind, in, o.NormalizedName()), x.listErr(in)}
	}
	return out
}

// IdentityMatches are the live resources that have the identity of one in the manifest.
type IdentityMatches struct {
	Live []*Live
	Err  error // why they can't be listed
}
