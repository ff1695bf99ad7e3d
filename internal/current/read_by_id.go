package current

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// readDeclaredIDs reads the resources with a declared id, and the singletons.
func (r *reader) readDeclaredIDs(ctx context.Context, resources []*desired.Resource) {
	byID := slices.DeleteFunc(slices.Clone(resources), func(o *desired.Resource) bool {
		return o.ID == "" && !o.Kind.Singleton || r.current.Errs[o] != nil
	})
	r.getAll(ctx, r.current, byID, r.getWithInherited) // separateAllInherited runs later, after references are resolved
}

// completeListed reads what a list response lacks: it reads resources by id if they lack a field, else their
// sub-lists.
func (r *reader) completeListed(ctx context.Context, resources []*desired.Resource) {
	var partial, whole []*desired.Resource
	for _, o := range resources {
		switch live := r.current.Live[o]; {
		case live == nil || live.Complete || o.Absent:
		case live.lacksField():
			partial = append(partial, o)
		default:
			whole = append(whole, o)
		}
	}
	r.Refresh(ctx, r.current, partial)
	forEachResource(whole, func(o *desired.Resource) func() {
		err := r.readSubLists(ctx, o, r.current.Live[o])
		return func() { r.recordErr(o, err) }
	})
}

// forEachResource calls do for all resources concurrently, and the functions that do returns one
// at a time.
func forEachResource(resources []*desired.Resource, do func(*desired.Resource) (record func())) {
	var all sync.WaitGroup
	records := make(chan func(), len(resources))
	for _, o := range resources {
		all.Go(func() { records <- do(o) })
	}
	all.Wait()
	close(records)
	for record := range records {
		record()
	}
}

// Refresh reads resources that were found in a list again, by id.
func (s Source) Refresh(ctx context.Context, current *State, resources []*desired.Resource) {
	s.getAll(ctx, current, resources, s.GetResource)
}

// getAll reads resources by the id of their response from a list, else by their declared id.
func (s Source) getAll(
	ctx context.Context, current *State, resources []*desired.Resource,
	get func(context.Context, *desired.Resource, string) (*Live, error),
) {
	forEachResource(resources, func(o *desired.Resource) func() {
		id := o.ID
		if listed := current.Live[o]; listed != nil {
			id = listed.ID
		}
		live, err := get(ctx, o, id)
		return func() {
			delete(current.Live, o)
			switch {
			case err == nil:
				current.Live[o] = live
			case !astro.AsError(err).IsNotFound():
				current.Errs[o] = err
			case o.Absent && s.TokenScope.isLimited():
				current.Errs[o] = fmt.Errorf("the token is limited and can't see %s with id %s, which may exist; "+
					"use an Organization token to delete it: %w", o.Kind.TitleWithArticle(), id, err)
			case !o.Absent:
				current.Errs[o] = fmt.Errorf("no %s with id %s exists, or the token can't see it; "+
					"fix the id, or use a token with access to it: %w", o.Kind.Title, id, err)
			}
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
	for i := range o.Kind.Fields {
		f := &o.Kind.Fields[i]
		list := o.Kind.SubListOf(f)
		if list == nil || o.Body.Get(f.Name) == nil {
			continue
		}
		answer, err := s.API.List(ctx, s.NewCall(o, kind.Endpoint{Method: "GET", Path: list.Path}, live.ID, nil), list.Member)
		if err != nil {
			return err
		}
		values := &schema.Node{Form: schema.List}
		live.ItemKeys = map[string]string{}
		for _, data := range answer {
			item, err := schema.ParseJSON(data)
			if err != nil {
				return fmt.Errorf("invalid response about the %s of %s: %w; "+supportHint, list.Member, o, err)
			}
			value, key := item.Get(list.ValueMember), item.Get(list.KeyMember)
			if value.ScalarText() == "" || key.ScalarText() == "" {
				return fmt.Errorf("invalid response about the %s of %s: an item has no %s; "+supportHint, list.Member, o, list.ValueMember)
			}
			if f.Ref != nil {
				value.DisplayName = item.Get(kind.ByName(f.Ref.Kind).Identity[0]).ScalarText()
			}
			values.Items = append(values.Items, value)
			live.ItemKeys[f.Type.Elem.NormalizedText(value)] = key.ScalarText()
		}
		live.addMember(f.Name, values)
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
