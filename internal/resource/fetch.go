package resource

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"astro-apply/internal/astro"
	"astro-apply/internal/schema"
)

// fetch reads the objects with a declared id, and those that need none.
func (r *reader) fetch(ctx context.Context, objects []*Object) {
	ids := map[*Object]string{}
	for _, o := range objects {
		if (o.ID != "" || o.Kind.Single) && r.world.Failed[o] == nil {
			ids[o] = o.ID
		}
	}
	r.Source.fetch(ctx, r.world, ids, r.get) // inherited values are separated once references are resolved
}

// complete reads what a list tells only in part: by id where its items are
// brief, and the lists that no answer has.
func (r *reader) complete(ctx context.Context, objects []*Object) {
	listed := slices.DeleteFunc(slices.Clone(objects), func(o *Object) bool {
		live := r.world.Live[o]
		return live == nil || live.Full || o.Absent
	})
	if len(listed) > 0 && listed[0].Kind.List.Brief {
		r.Refresh(ctx, r.world, listed)
		return
	}
	each(listed, func(o *Object) (*Live, error) { return nil, r.detail(ctx, o, r.world.Live[o]) }, func(o *Object, _ *Live, err error) {
		if err != nil {
			r.fail(o, err)
		}
	})
}

// each calls do for every object at once, and done with what came of each, one
// at a time.
func each(objects []*Object, do func(*Object) (*Live, error), done func(*Object, *Live, error)) {
	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)
	for _, o := range objects {
		all.Go(func() {
			live, err := do(o)
			mu.Lock()
			defer mu.Unlock()
			done(o, live, err)
		})
	}
	all.Wait()
}

// Refresh reads objects by id that were found in a list.
func (s Source) Refresh(ctx context.Context, w *World, objects []*Object) {
	ids := map[*Object]string{}
	for _, o := range objects {
		ids[o] = w.Live[o].ID
	}
	s.fetch(ctx, w, ids, s.Get)
}

func (s Source) fetch(ctx context.Context, w *World, ids map[*Object]string, get func(context.Context, *Object, string) (*Live, error)) {
	read := func(o *Object) (*Live, error) { return get(ctx, o, ids[o]) }
	each(slices.Collect(maps.Keys(ids)), read, func(o *Object, live *Live, err error) {
		delete(w.Live, o)
		switch {
		case err == nil:
			w.Live[o] = live
		case astro.IsNotFound(err) && o.Absent && s.Reach.narrow():
			w.Failed[o] = fmt.Errorf("the token sees no %s with id %s, and is limited, so it may exist; use an Organization token to remove it: %w", o.Kind.Name, ids[o], err)
		case astro.IsNotFound(err) && !o.Absent:
			w.Failed[o] = fmt.Errorf("there is no %s with id %s, or the token can't see it: %w", o.Kind.Name, ids[o], err)
		case !astro.IsNotFound(err):
			w.Failed[o] = err
		}
	})
}

// get reads one object by id, with the lists that are declared.
func (s Source) get(ctx context.Context, o *Object, id string) (*Live, error) {
	live := &Live{ID: s.OrganizationID, kind: o.Kind, answer: []byte("{}")}
	if o.Kind.Get.Path != "" {
		data, err := s.API.Do(ctx, s.Call(o, o.Kind.Get, id, nil))
		if err != nil {
			return nil, err
		}
		live, err = NewLive(o.Kind, data)
		s.MaskSecrets(live)
		if err != nil {
			return nil, err
		}
		live.settleIn(o.home())
		if o.Kind.Single {
			id = s.OrganizationID
		}
		if err := live.checkRead(o, id); err != nil {
			return nil, fmt.Errorf("%w; run again, and ask Astronomer's support if it happens again", err)
		}
	}
	live.Full = true
	return live, s.detail(ctx, o, live)
}

// detail reads the lists that the object declares and answers leave out.
func (s Source) detail(ctx context.Context, o *Object, live *Live) error {
	for _, d := range o.Kind.Details {
		if o.Body.Get(d.Field) == nil {
			continue
		}
		answer, err := s.API.List(ctx, s.Call(o, Call{"GET", d.Path}, live.ID, nil), d.Member)
		if err != nil {
			return err
		}
		items := &schema.Node{Form: schema.List}
		live.Keys = map[string]string{}
		t := o.Kind.field(d.Field).Type.Elem
		for _, data := range answer {
			item, err := schema.ParseJSON(data)
			if err != nil {
				return fmt.Errorf("answer about the %s of %s: %w", d.Member, o, err)
			}
			value, key := item.Get(d.Item), item.Get(d.Key)
			if value.ScalarText() == "" || key.ScalarText() == "" {
				return fmt.Errorf("answer about the %s of %s: an item has no %s", d.Member, o, d.Item)
			}
			value.DisplayName = item.Get(d.Called).ScalarText()
			items.Items = append(items.Items, value)
			live.Keys[t.NormalizedText(value)] = key.ScalarText()
		}
		live.add(d.Field, items)
	}
	return nil
}

// Call fills in a call on an object.
func (s Source) Call(o *Object, c Call, id string, body []byte) astro.Call {
	params := map[string]string{"organizationId": s.OrganizationID}
	if id != "" {
		params["id"] = id
	}
	if home := o.home(); home.id != "" {
		params[home.field] = home.id
	}
	return astro.Call{Method: c.Method, Path: c.Path, Params: params, Body: body}
}
