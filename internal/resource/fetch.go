package resource

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"astro-apply/internal/astro"
)

// fetch reads the objects with a declared id, and those that need none.
func (r *reader) fetch(ctx context.Context, objects []*Object) {
	ids := map[*Object]string{}
	for _, o := range objects {
		if (o.ID != "" || o.Kind.Single) && r.world.Failed[o] == nil {
			ids[o] = o.ID
		}
	}
	r.Source.fetch(ctx, r.world, ids)
}

// complete reads by id what was found in a list that tells only part of it.
func (r *reader) complete(ctx context.Context, objects []*Object) {
	r.Refresh(ctx, r.world, slices.DeleteFunc(slices.Clone(objects), func(o *Object) bool {
		live := r.world.Live[o]
		return live == nil || live.Full || o.Absent
	}))
}

// Refresh reads objects by id that were found in a list.
func (s Source) Refresh(ctx context.Context, w *World, objects []*Object) {
	ids := map[*Object]string{}
	for _, o := range objects {
		ids[o] = w.Live[o].ID
	}
	s.fetch(ctx, w, ids)
}

func (s Source) fetch(ctx context.Context, w *World, ids map[*Object]string) {
	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)
	for o, id := range ids {
		all.Go(func() {
			live, err := s.Get(ctx, o.Kind, id)
			mu.Lock()
			defer mu.Unlock()
			delete(w.Live, o)
			switch {
			case err == nil:
				w.Live[o] = live
			case astro.NotFound(err) && o.Absent && s.Reach.narrow():
				w.Failed[o] = fmt.Errorf("the token sees no %s with id %s, and is limited, so it may exist; use an Organization token to remove it: %w", o.Kind.Name, id, err)
			case astro.NotFound(err) && !o.Absent:
				w.Failed[o] = fmt.Errorf("there is no %s with id %s, or the token can't see it: %w", o.Kind.Name, id, err)
			case !astro.NotFound(err):
				w.Failed[o] = err
			}
		})
	}
	all.Wait()
}

// Get reads one object by id.
func (s Source) Get(ctx context.Context, k *Kind, id string) (*Live, error) {
	data, err := s.API.Do(ctx, s.Call(k.Get, id, nil))
	if err != nil {
		return nil, err
	}
	live, err := NewLive(k, data)
	if err != nil {
		return nil, err
	}
	live.Full = true
	return live, nil
}

// Call fills in a kind's call.
func (s Source) Call(c Call, id string, body []byte) astro.Call {
	params := map[string]string{"organizationId": s.OrganizationID}
	if id != "" {
		params["id"] = id
	}
	return astro.Call{Method: c.Method, Path: c.Path, Params: params, Body: body}
}
