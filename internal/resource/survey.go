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

// InventoryScope narrows a survey. The zero value is everything.
type InventoryScope struct {
	Workspaces   []string         // by name or id: what lives in them, and they themselves; nil: all there is
	IncludesKind func(*Kind) bool // nil: all
}

// Inventory is what is live in an Organization, as far as the token can see it.
type Inventory struct {
	Resources    []*Resource         // one for each live object, as if declared by its id, by kind, place and name
	Live         map[*Resource]*Live // read by id
	ListedByKind map[*Kind][]*Live   // everything that references may mean, by place and name
	Gaps         []Gap
	RootKind     *Kind // of what the others live in: the Workspace
	Incomplete   bool  // there may be Workspaces that were not looked at

	catalog              Catalog
	scope                InventoryScope
	selectedWorkspaceIDs map[string]bool   // ids of the Workspaces of the scope
	rootIDs              map[string]string // by id of a live object: the id of the Workspace that it is or lives in
}

// ScopeError is the error of a scope that names what isn't there.
type ScopeError struct{ Err error }

func (m *ScopeError) Error() string { return m.Err.Error() }

// Gap is what the token may not look at.
type Gap struct {
	Kind  *Kind
	Names []string // of the objects that were refused, each by itself; nil: a list was
	Err   error
}

// ReadInventory reads what is live: lists of every kind that is wanted, or that one
// refers to which is, and by id what is wanted, since a list may tell less. An
// error says that something could have been read and wasn't, so that nothing
// can be said of the whole.
func (s Source) ReadInventory(ctx context.Context, catalog Catalog, scope InventoryScope) (*Inventory, error) {
	s.API = newCachedAPI(s.API)
	v := &Inventory{
		RootKind: catalog.Kind("workspace"), Incomplete: scope.Workspaces != nil || s.TokenScope.isLimited(), Live: map[*Resource]*Live{}, ListedByKind: map[*Kind][]*Live{},
		catalog: catalog, scope: scope, selectedWorkspaceIDs: map[string]bool{}, rootIDs: map[string]string{},
	}
	var failed []error
	for _, k := range catalog { // what others live in comes first
		if k.Singleton || k.CreatesKind != "" || !v.isNeeded(k) {
			continue
		}
		found, errs := v.listKind(ctx, s, k)
		slices.SortFunc(found, func(a, b *Live) int {
			return cmp.Or(cmp.Compare(a.ParentID(), b.ParentID()), cmp.Compare(a.Name(), b.Name()), cmp.Compare(a.ID, b.ID))
		})
		v.ListedByKind[k] = found
		for _, live := range found {
			v.rootIDs[live.ID] = v.RootIDOf(k, live)
		}
		failed = append(failed, v.recordGaps(k, errs...))
		if k == v.RootKind && errors.Join(failed...) == nil {
			if err := v.selectWorkspaces(k); err != nil {
				return nil, &ScopeError{err}
			}
		}
	}
	for _, k := range catalog {
		if v.isWanted(k) {
			v.Resources = append(v.Resources, v.resourcesInScope(k)...)
		}
	}
	forEachResource(v.Resources, func(o *Resource) (*Live, error) { return s.GetResource(ctx, o, o.ID) }, func(o *Resource, live *Live, err error) {
		switch {
		case err == nil:
			v.Live[o] = live
		case !astro.IsNotFound(err) || o.Kind.Singleton: // else it went in the meantime
			failed = append(failed, v.recordResourceGap(o, err))
		}
	})
	v.Resources = slices.DeleteFunc(v.Resources, func(o *Resource) bool { return v.Live[o] == nil })
	return v, errors.Join(append(failed, context.Cause(ctx))...)
}

// recordGaps notes that lists were refused, once a kind, and returns what failed for
// another reason.
func (v *Inventory) recordGaps(k *Kind, errs ...error) (failed error) {
	for _, err := range errs {
		known := slices.ContainsFunc(v.Gaps, func(g Gap) bool { return g.Kind == k })
		switch {
		case err == nil:
		case !astro.IsRefused(err):
			failed = errors.Join(failed, fmt.Errorf("%s: %w", k.Section, err))
		case !known && v.isWanted(k):
			v.Gaps = append(v.Gaps, Gap{Kind: k, Err: err})
		}
	}
	return failed
}

// recordResourceGap is gap for one object of those that were listed.
func (v *Inventory) recordResourceGap(o *Resource, err error) (failed error) {
	if o.Kind.Singleton || !astro.IsRefused(err) {
		return v.recordGaps(o.Kind, err)
	}
	at := slices.IndexFunc(v.Gaps, func(g Gap) bool { return g.Kind == o.Kind && g.Names != nil })
	if at < 0 {
		at = len(v.Gaps)
		v.Gaps = append(v.Gaps, Gap{Kind: o.Kind, Err: err})
	}
	v.Gaps[at].Names = append(v.Gaps[at].Names, o.currentName)
	slices.Sort(v.Gaps[at].Names)
	return nil
}

// resourcesInScope are the objects of a kind in the scope.
func (v *Inventory) resourcesInScope(k *Kind) (out []*Resource) {
	if k.Singleton {
		if v.scope.Workspaces == nil {
			out = append(out, declareByID(k, "", nil))
		}
		return out
	}
	for _, live := range v.ListedByKind[k] {
		if v.isInScope(k, live) {
			out = append(out, declareByID(k, live.ID, live))
		}
	}
	return out
}

// declareByID is an object as if it was declared by its id, with all its lists.
func declareByID(k *Kind, id string, live *Live) *Resource {
	o := &Resource{Kind: k, ID: id, Body: &schema.Node{Form: schema.Map}}
	for _, d := range k.SubLists {
		o.Body.Set(d.Field, &schema.Node{Form: schema.List})
	}
	if live == nil {
		return o
	}
	o.currentName = live.Name()
	for _, name := range k.ParentFields {
		if in := live.Body().Get(name); in.ScalarText() != "" {
			o.Body.Set(name, in)
			o.Refs = append(o.Refs, &Reference{Field: k.fieldByName(name), ID: in.ScalarText(), Node: in})
			break
		}
	}
	return o
}
