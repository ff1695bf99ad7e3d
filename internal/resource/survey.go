package resource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"astro-apply/internal/astro"
	"astro-apply/internal/schema"
)

// Scope narrows a survey. The zero value is everything.
type Scope struct {
	Workspaces []string         // by name or id: what lives in them, and they themselves; nil: all there is
	Kinds      func(*Kind) bool // nil: all
}

// Survey is what is live in an Organization, as far as the token can see it.
type Survey struct {
	Objects []*Object         // one for each live object, as if declared by its id, by kind, place and name
	Live    map[*Object]*Live // read by id
	Named   map[*Kind][]*Live // everything that references may mean, by place and name
	Gaps    []Gap
	Home    *Kind // of what the others live in: the Workspace
	Part    bool  // there may be Workspaces that were not looked at

	catalog Catalog
	scope   Scope
	chosen  map[string]bool   // ids of the Workspaces of the scope
	homes   map[string]string // by id of a live object: the id of the Workspace that it is or lives in
}

// Misnamed is the error of a scope that names what isn't there.
type Misnamed struct{ Err error }

func (m *Misnamed) Error() string { return m.Err.Error() }

// Gap is what the token may not look at.
type Gap struct {
	Kind  *Kind
	Names []string // of the objects that were refused, each by itself; nil: a list was
	Err   error
}

// Survey reads what is live: lists of every kind that is wanted, or that one
// refers to which is, and by id what is wanted, since a list may tell less. An
// error says that something could have been read and wasn't, so that nothing
// can be said of the whole.
func (s Source) Survey(ctx context.Context, catalog Catalog, scope Scope) (*Survey, error) {
	s.API = share(s.API)
	v := &Survey{
		Home: catalog.Kind("workspace"), Part: scope.Workspaces != nil || s.Reach.narrow(), Live: map[*Object]*Live{}, Named: map[*Kind][]*Live{},
		catalog: catalog, scope: scope, chosen: map[string]bool{}, homes: map[string]string{},
	}
	var failed []error
	for _, k := range catalog { // what others live in comes first
		if k.Single || k.Makes != "" || !v.needs(k) {
			continue
		}
		found, errs := v.scan(ctx, s, k)
		slices.SortFunc(found, func(a, b *Live) int {
			return cmp.Or(cmp.Compare(a.ParentID(), b.ParentID()), cmp.Compare(a.Name(), b.Name()), cmp.Compare(a.ID, b.ID))
		})
		v.Named[k] = found
		for _, live := range found {
			v.homes[live.ID] = v.HomeOf(k, live)
		}
		failed = append(failed, v.gap(k, errs...))
		if k == v.Home && errors.Join(failed...) == nil {
			if err := v.choose(k); err != nil {
				return nil, &Misnamed{err}
			}
		}
	}
	for _, k := range catalog {
		if v.wants(k) {
			v.Objects = append(v.Objects, v.stands(k)...)
		}
	}
	each(v.Objects, func(o *Object) (*Live, error) { return s.Get(ctx, o, o.ID) }, func(o *Object, live *Live, err error) {
		switch {
		case err == nil:
			v.Live[o] = live
		case !astro.IsNotFound(err) || o.Kind.Single: // else it went in the meantime
			failed = append(failed, v.gapOf(o, err))
		}
	})
	v.Objects = slices.DeleteFunc(v.Objects, func(o *Object) bool { return v.Live[o] == nil })
	return v, errors.Join(append(failed, context.Cause(ctx))...)
}

// gap notes that lists were refused, once a kind, and returns what failed for
// another reason.
func (v *Survey) gap(k *Kind, errs ...error) (failed error) {
	for _, err := range errs {
		known := slices.ContainsFunc(v.Gaps, func(g Gap) bool { return g.Kind == k })
		switch {
		case err == nil:
		case !astro.IsRefused(err):
			failed = errors.Join(failed, fmt.Errorf("%s: %w", k.Section, err))
		case !known && v.wants(k):
			v.Gaps = append(v.Gaps, Gap{Kind: k, Err: err})
		}
	}
	return failed
}

// gapOf is gap for one object of those that were listed.
func (v *Survey) gapOf(o *Object, err error) (failed error) {
	if o.Kind.Single || !astro.IsRefused(err) {
		return v.gap(o.Kind, err)
	}
	at := slices.IndexFunc(v.Gaps, func(g Gap) bool { return g.Kind == o.Kind && g.Names != nil })
	if at < 0 {
		at = len(v.Gaps)
		v.Gaps = append(v.Gaps, Gap{Kind: o.Kind, Err: err})
	}
	v.Gaps[at].Names = append(v.Gaps[at].Names, o.called)
	slices.Sort(v.Gaps[at].Names)
	return nil
}

// stands are the objects of a kind in the scope.
func (v *Survey) stands(k *Kind) (out []*Object) {
	if k.Single {
		if v.scope.Workspaces == nil {
			out = append(out, stand(k, "", nil))
		}
		return out
	}
	for _, live := range v.Named[k] {
		if v.within(k, live) {
			out = append(out, stand(k, live.ID, live))
		}
	}
	return out
}

// stand is an object as if it was declared by its id, with all its lists.
func stand(k *Kind, id string, live *Live) *Object {
	o := &Object{Kind: k, ID: id, Body: &schema.Node{Form: schema.Map}}
	for _, d := range k.Details {
		o.Body.Set(d.Field, &schema.Node{Form: schema.List})
	}
	if live == nil {
		return o
	}
	o.called = live.Name()
	for _, name := range k.Parents {
		if in := live.Body().Get(name); in.ScalarText() != "" {
			o.Body.Set(name, in)
			o.Refs = append(o.Refs, &Reference{Field: k.field(name), ID: in.ScalarText(), Node: in})
			break
		}
	}
	return o
}
