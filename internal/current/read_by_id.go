package current

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// readDeclaredIDs reads the resources with a declared id, and the singletons.
func (r *reader) readDeclaredIDs(ctx context.Context, resources []*desired.Resource) {
	ids := map[*desired.Resource]string{}
	for _, o := range resources {
		if (o.ID != "" || o.Kind.Singleton) && r.current.Errs[o] == nil {
			ids[o] = o.ID
		}
	}
	r.getAll(ctx, r.current, ids, r.getWithInherited) // separateAllInherited runs later, after references are resolved
}

// completeListed reads what a list response lacks: it reads the resources by id if the
// list is partial, else their sub-lists.
func (r *reader) completeListed(ctx context.Context, resources []*desired.Resource) {
	listed := slices.DeleteFunc(slices.Clone(resources), func(o *desired.Resource) bool {
		live := r.current.Live[o]
		return live == nil || live.Complete || o.Absent
	})
	if len(listed) > 0 && listed[0].Kind.List.Partial {
		r.Refresh(ctx, r.current, listed)
		return
	}
	forEachResource(listed, func(o *desired.Resource) (*Live, error) { return nil, r.readSubLists(ctx, o, r.current.Live[o]) }, func(o *desired.Resource, _ *Live, err error) {
		if err != nil {
			r.recordErr(o, err)
		}
	})
}

// forEachResource calls do for all resources concurrently, and done with each result, one
// at a time.
func forEachResource(resources []*desired.Resource, do func(*desired.Resource) (*Live, error), done func(*desired.Resource, *Live, error)) {
	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)
	for _, o := range resources {
		all.Go(func() {
			live, err := do(o)
			mu.Lock()
			defer mu.Unlock()
			done(o, live, err)
		})
	}
	all.Wait()
}

// Refresh reads resources that were found in a list again, by id.
func (s Source) Refresh(ctx context.Context, current *State, resources []*desired.Resource) {
	ids := map[*desired.Resource]string{}
	for _, o := range resources {
		ids[o] = current.Live[o].ID
	}
	s.getAll(ctx, current, ids, s.GetResource)
}

func (s Source) getAll(ctx context.Context, current *State, ids map[*desired.Resource]string, get func(context.Context, *desired.Resource, string) (*Live, error)) {
	read := func(o *desired.Resource) (*Live, error) { return get(ctx, o, ids[o]) }
	forEachResource(slices.Collect(maps.Keys(ids)), read, func(o *desired.Resource, live *Live, err error) {
		delete(current.Live, o)
		switch {
		case err == nil:
			current.Live[o] = live
		case astro.AsError(err).IsNotFound() && o.Absent && s.TokenScope.isLimited():
			current.Errs[o] = fmt.Errorf("the token is limited and can't see %s with id %s, which may exist; use an Organization token to delete it: %w", o.Kind.TitleWithArticle(), ids[o], err)
		case astro.AsError(err).IsNotFound() && !o.Absent:
			current.Errs[o] = fmt.Errorf("no %s with id %s exists, or the token can't see it; fix the id, or use a token with access to it: %w", o.Kind.Title, ids[o], err)
		case !astro.AsError(err).IsNotFound():
			current.Errs[o] = err
		}
	})
}

// getWithInherited reads a resource by id, with its declared sub-lists.
func (s Source) getWithInherited(ctx context.Context, o *desired.Resource, id string) (*Live, error) {
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
		live.setParent(o.Parent())
		if o.Kind.Singleton {
			id = s.OrganizationID
		}
		if err := live.checkReadResponse(o, id); err != nil {
			return nil, fmt.Errorf("%w; "+supportHint, err)
		}
	}
	live.Complete = true
	return live, s.readSubLists(ctx, o, live)
}

// readSubLists reads the declared lists that responses about a resource omit.
func (s Source) readSubLists(ctx context.Context, o *desired.Resource, live *Live) error {
	for _, list := range o.Kind.SubLists {
		if o.Body.Get(list.Field) == nil {
			continue
		}
		answer, err := s.API.List(ctx, s.NewCall(o, kind.Endpoint{Method: "GET", Path: list.Path}, live.ID, nil), list.Member)
		if err != nil {
			return err
		}
		values := &schema.Node{Form: schema.List}
		live.ItemKeys = map[string]string{}
		t := o.Kind.FieldByName(list.Field).Type.Elem
		for _, data := range answer {
			item, err := schema.ParseJSON(data)
			if err != nil {
				return fmt.Errorf("invalid response about the %s of %s: %w; "+supportHint, list.Member, o, err)
			}
			value, key := item.Get(list.ValueMember), item.Get(list.KeyMember)
			if value.ScalarText() == "" || key.ScalarText() == "" {
				return fmt.Errorf("invalid response about the %s of %s: an item has no %s; "+supportHint, list.Member, o, list.ValueMember)
			}
			value.DisplayName = item.Get(list.DisplayNameMember).ScalarText()
			values.Items = append(values.Items, value)
			live.ItemKeys[t.NormalizedText(value)] = key.ScalarText()
		}
		live.addMember(list.Field, values)
	}
	return nil
}

// NewCall returns an API call about a resource, with the path parameters filled in.
func (s Source) NewCall(o *desired.Resource, c kind.Endpoint, id string, body []byte) astro.Call {
	params := map[string]string{"organizationId": s.OrganizationID}
	if id != "" {
		params["id"] = id
	}
	if parent := o.Parent(); parent.ID != "" {
		params[parent.Field] = parent.ID
	}
	return astro.Call{Method: c.Method, Path: c.Path, Params: params, Body: body}
}
