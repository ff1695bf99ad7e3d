package current

import (
	"context"
	"errors"
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

	mu    sync.Mutex
	steps int // the requests and calls so far: their numbers order them
	lists map[string]*sharedList
}

// sharedList is a list that several callers may wait for.
type sharedList struct {
	// slot has the capacity 1 and is full while the list is read: waiting on a mutex would stop the
	// fake clock of the tests.
	slot    chan struct{}
	started int     // step in which the last call began
	lookup  *Lookup // its result
}

// FindResource returns the resource with the identity of o, nil if none exists, and an
// error if several exist. The result was read after the call began.
func (f *Finder) FindResource(ctx context.Context, o *desired.Resource) (*Live, error) {
	l := f.list(ctx, o.Kind, o.Parent())
	switch m := l.resolveLive(o.Kind, o.Parent(), o.NormalizedName(), nil); m.meaning {
	case listFailed:
		return nil, m.err
	case undeclared:
		return m.live[0], nil
	case ambiguous:
		return nil, errors.New(m.duplicateText(o))
	}
	return nil, nil
}

// list returns a Lookup that listed a kind in a parent after the call of this method began.
func (f *Finder) list(ctx context.Context, k *kind.Kind, p desired.Parent) *Lookup {
	key := k.Name + " " + p.Field + " " + p.ID
	f.mu.Lock()
	if f.lists == nil {
		f.lists = map[string]*sharedList{}
	}
	if f.lists[key] == nil {
		f.lists[key] = &sharedList{slot: make(chan struct{}, 1)}
	}
	l := f.lists[key]
	f.steps++
	requested := f.steps
	f.mu.Unlock()
	l.slot <- struct{}{}
	defer func() { <-l.slot }()
	if l.started < requested {
		f.mu.Lock()
		f.steps++
		l.started = f.steps
		f.mu.Unlock()
		l.lookup = f.Source.newLookup()
		l.lookup.list(ctx, map[*kind.Kind][]desired.Parent{k: {p}})
	}
	return l.lookup
}

// FindMatches returns the live resources with the identity of o. It lets the API filter
// the list by name if the API supports it.
func (f *Finder) FindMatches(ctx context.Context, o *desired.Resource) ([]*Live, error) {
	if !o.Kind.List.CanFilter(o.Kind.Identity[0]) {
		return f.list(ctx, o.Kind, o.Parent()).matches(o)
	}
	found, err := f.Source.listLive(ctx, o.Kind, []desired.Parent{o.Parent()}, o.Body.Get(o.Kind.Identity[0]))
	return slices.DeleteFunc(found, func(l *Live) bool { return !l.hasIdentityOf(o) }), err
}

// FindAllMatches is FindMatches for many resources, with as few calls as possible: one list per
// kind and batch of parents. It returns a function that returns the matches of one of them.
func (s Source) FindAllMatches(
	ctx context.Context, resources []*desired.Resource,
) func(*desired.Resource) ([]*Live, error) {
	wanted := map[*kind.Kind][]desired.Parent{}
	for _, o := range resources {
		wanted[o.Kind] = append(wanted[o.Kind], o.Parent())
	}
	l := s.newLookup()
	l.list(ctx, wanted)
	return l.matches
}
