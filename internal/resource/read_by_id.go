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

// readDeclaredIDs reads the objects with a declared id, and those that need none.
func (r *currentReader) readDeclaredIDs(ctx context.Context, objects []*Resource) {
	ids := map[*Resource]string{}
	for _, o := range objects {
		if (o.ID != "" || o.Kind.Singleton) && r.current.Errs[o] == nil {
			ids[o] = o.ID
		}
	}
	r.Source.getAll(ctx, r.current, ids, r.getWithInherited) // inherited values are separated once references are resolved
}

// completeListed reads what a list tells only in part: by id where its items are
// brief, and the lists that no answer has.
func (r *currentReader) completeListed(ctx context.Context, objects []*Resource) {
	listed := slices.DeleteFunc(slices.Clone(objects), func(o *Resource) bool {
		live := r.current.Live[o]
		return live == nil || live.Complete || o.Absent
	})
	if len(listed) > 0 && listed[0].Kind.List.Partial {
		r.Refresh(ctx, r.current, listed)
		return
	}
	forEachResource(listed, func(o *Resource) (*Live, error) { return nil, r.readSubLists(ctx, o, r.current.Live[o]) }, func(o *Resource, _ *Live, err error) {
		if err != nil {
			r.recordErr(o, err)
		}
	})
}

// forEachResource calls do for every object at once, and done with what came of each, one
// at a time.
func forEachResource(objects []*Resource, do func(*Resource) (*Live, error), done func(*Resource, *Live, error)) {
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
func (s Source) Refresh(ctx context.Context, w *Current, objects []*Resource) {
	ids := map[*Resource]string{}
	for _, o := range objects {
		ids[o] = w.Live[o].ID
	}
	s.getAll(ctx, w, ids, s.GetResource)
}

func (s Source) getAll(ctx context.Context, w *Current, ids map[*Resource]string, get func(context.Context, *Resource, string) (*Live, error)) {
	read := func(o *Resource) (*Live, error) { return get(ctx, o, ids[o]) }
	forEachResource(slices.Collect(maps.Keys(ids)), read, func(o *Resource, live *Live, err error) {
		delete(w.Live, o)
		switch {
		case err == nil:
			w.Live[o] = live
		case astro.IsNotFound(err) && o.Absent && s.TokenScope.isLimited():
			w.Errs[o] = fmt.Errorf("the token sees no %s with id %s, and is limited, so it may exist; use an Organization token to remove it: %w", o.Kind.Name, ids[o], err)
		case astro.IsNotFound(err) && !o.Absent:
			w.Errs[o] = fmt.Errorf("there is no %s with id %s, or the token can't see it: %w", o.Kind.Name, ids[o], err)
		case !astro.IsNotFound(err):
			w.Errs[o] = err
		}
	})
}

// getWithInherited reads one object by id, with the lists that are declared.
func (s Source) getWithInherited(ctx context.Context, o *Resource, id string) (*Live, error) {
	live := &Live{ID: s.OrganizationID, kind: o.Kind, responseBody: []byte("{}")}
	if o.Kind.Get.Path != "" {
		data, err := s.API.Do(ctx, s.NewCall(o, o.Kind.Get, id, nil))
		if err != nil {
			return nil, err
		}
		live, err = NewLive(o.Kind, data)
		s.MaskSecrets(live)
		if err != nil {
			return nil, err
		}
		live.setParent(o.parentLocation())
		if o.Kind.Singleton {
			id = s.OrganizationID
		}
		if err := live.checkReadResponse(o, id); err != nil {
			return nil, fmt.Errorf("%w; run again, and ask Astronomer's support if it happens again", err)
		}
	}
	live.Complete = true
	return live, s.readSubLists(ctx, o, live)
}

// readSubLists reads the lists that the object declares and answers leave out.
func (s Source) readSubLists(ctx context.Context, o *Resource, live *Live) error {
	for _, d := range o.Kind.SubLists {
		if o.Body.Get(d.Field) == nil {
			continue
		}
		answer, err := s.API.List(ctx, s.NewCall(o, Endpoint{"GET", d.Path}, live.ID, nil), d.Member)
		if err != nil {
			return err
		}
		items := &schema.Node{Form: schema.List}
		live.ItemKeys = map[string]string{}
		t := o.Kind.fieldByName(d.Field).Type.Elem
		for _, data := range answer {
			item, err := schema.ParseJSON(data)
			if err != nil {
				return fmt.Errorf("answer about the %s of %s: %w", d.Member, o, err)
			}
			value, key := item.Get(d.ValueMember), item.Get(d.KeyMember)
			if value.ScalarText() == "" || key.ScalarText() == "" {
				return fmt.Errorf("answer about the %s of %s: an item has no %s", d.Member, o, d.ValueMember)
			}
			value.DisplayName = item.Get(d.DisplayNameMember).ScalarText()
			items.Items = append(items.Items, value)
			live.ItemKeys[t.NormalizedText(value)] = key.ScalarText()
		}
		live.addMember(d.Field, items)
	}
	return nil
}

// NewCall fills in a call on an object.
func (s Source) NewCall(o *Resource, c Endpoint, id string, body []byte) astro.Call {
	params := map[string]string{"organizationId": s.OrganizationID}
	if id != "" {
		params["id"] = id
	}
	if home := o.parentLocation(); home.parentID != "" {
		params[home.parentField] = home.parentID
	}
	return astro.Call{Method: c.Method, Path: c.Path, Params: params, Body: body}
}
