package resource

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Finder looks objects up by their identity, over all pages: the way to learn
// what became of a create whose answer was lost. Those who ask for the same list
// at the same time share it. It is safe for concurrent use.
type Finder struct {
	Source Source

	mu          sync.Mutex
	queuedLists map[string]*queuedList   // lists that aren't asked for yet
	listSlots   map[string]chan struct{} // held while one is read
}

// queuedList is a list that some wait for.
type queuedList struct {
	index *liveIndex
	done  chan struct{}
}

// FindResource returns the object, nil when there is none, and an error when there are
// several. What it returns was read after the call began.
func (f *Finder) FindResource(ctx context.Context, o *Resource) (*Live, error) {
	p := o.parentLocation()
	x := f.readIndex(ctx, o.Kind, p)
	if err := x.listErr(p.parentID); err != nil {
		return nil, err
	}
	switch found := x.findByName(o.Kind, p.parentID, o.NormalizedName()); len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	default:
		return nil, fmt.Errorf("%s exists more than once: ids %s", o, joinIDs(found))
	}
}

// readIndex joins a list that isn't asked for yet, or asks for another one.
func (f *Finder) readIndex(ctx context.Context, k *Kind, p parentLocation) *liveIndex {
	key := k.Name + " " + p.parentField + " " + p.parentID
	f.mu.Lock()
	if f.queuedLists == nil {
		f.queuedLists, f.listSlots = map[string]*queuedList{}, map[string]chan struct{}{}
	}
	l, turn := f.queuedLists[key], f.listSlots[key]
	if turn == nil {
		turn = make(chan struct{}, 1)
		f.listSlots[key] = turn
	}
	first := l == nil
	if first {
		l = &queuedList{index: newLiveIndex(), done: make(chan struct{})}
		f.queuedLists[key] = l
	}
	f.mu.Unlock()
	if !first {
		<-l.done
		return l.index
	}
	turn <- struct{}{}
	defer func() { <-turn }()
	f.mu.Lock()
	delete(f.queuedLists, key) // who comes from now on needs a later one
	f.mu.Unlock()
	defer close(l.done)
	l.index.loadLists(ctx, f.Source, k, []parentLocation{p})
	return l.index
}

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
