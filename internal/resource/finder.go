package resource

import (
	"context"
	"fmt"
	"sync"
)

// Finder looks objects up by their identity, over all pages: the way to learn
// what became of a create whose answer was lost. Those who ask for the same list
// at the same time share it. It is safe for concurrent use.
type Finder struct {
	Source Source

	mu    sync.Mutex
	next  map[string]*look         // lists that aren't asked for yet
	turns map[string]chan struct{} // held while one is read
}

// look is a list that some wait for.
type look struct {
	index *index
	done  chan struct{}
}

// Find returns the object, nil when there is none, and an error when there are
// several. What it returns was read after the call began.
func (f *Finder) Find(ctx context.Context, o *Object) (*Live, error) {
	p := o.home()
	x := f.read(ctx, o.Kind, p)
	if err := x.failure(p.id); err != nil {
		return nil, err
	}
	switch found := x.find(o.Kind, p.id, o.Key()); len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	default:
		return nil, fmt.Errorf("%s exists more than once: ids %s", o, ids(found))
	}
}

// read joins a list that isn't asked for yet, or asks for another one.
func (f *Finder) read(ctx context.Context, k *Kind, p place) *index {
	key := k.Name + " " + p.field + " " + p.id
	f.mu.Lock()
	if f.next == nil {
		f.next, f.turns = map[string]*look{}, map[string]chan struct{}{}
	}
	l, turn := f.next[key], f.turns[key]
	if turn == nil {
		turn = make(chan struct{}, 1)
		f.turns[key] = turn
	}
	first := l == nil
	if first {
		l = &look{index: newIndex(), done: make(chan struct{})}
		f.next[key] = l
	}
	f.mu.Unlock()
	if !first {
		<-l.done
		return l.index
	}
	turn <- struct{}{}
	defer func() { <-turn }()
	f.mu.Lock()
	delete(f.next, key) // who comes from now on needs a later one
	f.mu.Unlock()
	defer close(l.done)
	l.index.fill(ctx, f.Source, k, []place{p})
	return l.index
}
