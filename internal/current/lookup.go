package current

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
)

// Finder looks up resources by their identity, over all pages of a list. It finds out
// whether a create without a response succeeded. Concurrent requests for the same list
// share one call. It is safe for concurrent use.
type Finder struct {
	Source Source

	mu          sync.Mutex
	queuedLists map[string]*queuedList   // lists whose call hasn't started
	listSlots   map[string]chan struct{} // capacity 1, full while a list is read
}

// queuedList is a list that one or more callers wait for.
type queuedList struct {
	index *liveIndex
	done  chan struct{}
}

// FindResource returns the resource with the identity of o, nil if none exists, and an
// error if several exist. The result was read after the call began.
func (f *Finder) FindResource(ctx context.Context, o *desired.Resource) (*Live, error) {
	p := o.Parent()
	x := f.readIndex(ctx, o.Kind, p)
	if err := x.listErr(p.ID); err != nil {
		return nil, err
	}
	switch found := x.findByName(o.Kind, p.ID, o.NormalizedName()); len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	default:
		return nil, fmt.Errorf("%s exists %d times in Astro, ids %s; %s", o, len(found), joinIDs(found), o.Kind.DuplicateRemedy())
	}
}

// readIndex waits for a list whose call hasn't started, or queues a new one.
func (f *Finder) readIndex(ctx context.Context, k *kind.Kind, p desired.Parent) *liveIndex {
	key := k.Name + " " + p.Field + " " + p.ID
	f.mu.Lock()
	if f.queuedLists == nil {
		f.queuedLists, f.listSlots = map[string]*queuedList{}, map[string]chan struct{}{}
	}
	l, slot := f.queuedLists[key], f.listSlots[key]
	if slot == nil {
		slot = make(chan struct{}, 1)
		f.listSlots[key] = slot
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
	slot <- struct{}{}
	defer func() { <-slot }()
	f.mu.Lock()
	delete(f.queuedLists, key) // later callers need a list that starts after them
	f.mu.Unlock()
	defer close(l.done)
	l.index.loadLists(ctx, f.Source, k, []desired.Parent{p})
	return l.index
}

// FindMatches returns the live resources with the identity of o. It lets the API filter
// the list by name if the API supports it.
func (f *Finder) FindMatches(ctx context.Context, o *desired.Resource) ([]*Live, error) {
	parent := o.Parent()
	if o.Kind.List.NameParam == "" {
		x := f.readIndex(ctx, o.Kind, parent)
		return x.findByName(o.Kind, parent.ID, o.NormalizedName()), x.listErr(parent.ID)
	}
	found, err := f.Source.listLive(ctx, o.Kind, []desired.Parent{parent}, o.Body.Get(o.Kind.Identity[0]))
	return slices.DeleteFunc(found, func(l *Live) bool { return !l.hasIdentityOf(o) }), err
}

// FindAllMatches returns the result of FindMatches for each resource, with as few calls as
// possible: one list per kind and batch of parents.
func (s Source) FindAllMatches(ctx context.Context, resources []*desired.Resource) map[*desired.Resource]IdentityMatches {
	indexes, parents := map[*kind.Kind]*liveIndex{}, map[*kind.Kind][]desired.Parent{}
	for _, o := range resources {
		indexes[o.Kind] = newLiveIndex()
		if parent := o.Parent(); !slices.Contains(parents[o.Kind], parent) {
			parents[o.Kind] = append(parents[o.Kind], parent)
		}
	}
	var all sync.WaitGroup
	for k, x := range indexes {
		for chunk := range slices.Chunk(parents[k], k.List.BatchSize()) {
			all.Go(func() { x.loadLists(ctx, s, k, chunk) })
		}
	}
	all.Wait()
	out := map[*desired.Resource]IdentityMatches{}
	for _, o := range resources {
		x, parentID := indexes[o.Kind], o.Parent().ID
		out[o] = IdentityMatches{x.findByName(o.Kind, parentID, o.NormalizedName()), x.listErr(parentID)}
	}
	return out
}

// IdentityMatches are the live resources that have the identity of a declared resource.
type IdentityMatches struct {
	Live []*Live
	Err  error // why the list failed
}
