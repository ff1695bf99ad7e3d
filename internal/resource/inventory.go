package resource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

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

func (v *Inventory) isWanted(k *Kind) bool {
	return k.CreatesKind == "" && (v.scope.IncludesKind == nil || v.scope.IncludesKind(k))
}

// isNeeded reports whether k is wanted, or something that is refers to it.
func (v *Inventory) isNeeded(k *Kind) bool {
	return slices.ContainsFunc(v.catalog, func(from *Kind) bool {
		return v.isWanted(from) && (from == k || v.fieldsReferTo(from.Fields, k))
	}) || v.scope.Workspaces != nil && k == v.RootKind
}

func (v *Inventory) fieldsReferTo(fields []schema.Field, k *Kind) bool {
	return slices.ContainsFunc(fields, func(f schema.Field) bool {
		to := f.Ref != nil && !f.Ref.ByName && (f.Ref.Kind == k.Name || v.catalog.parentKind(v.catalog.Kind(f.Ref.Kind)) == k)
		return to || v.fieldsReferTo(f.Type.Fields, k) || f.Type.Elem != nil && v.fieldsReferTo(f.Type.Elem.Fields, k)
	})
}

// listKind lists a kind, everywhere at once where the API does that.
func (v *Inventory) listKind(ctx context.Context, s Source, k *Kind) (found []*Live, errs []error) {
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		seen = map[string]bool{}
	)
	note := func(more []*Live, err error) {
		mu.Lock()
		defer mu.Unlock()
		errs = append(errs, err)
		for _, live := range more {
			if !seen[live.ID] { // a page that shifted while it was read repeats some
				seen[live.ID] = true
				found = append(found, live)
			}
		}
	}
	if k.ParentFields == nil || k.List.ListsAll && v.scope.Workspaces == nil && !s.TokenScope.isLimited() {
		note(s.listLive(ctx, k, nil))
	} else {
		for _, field := range k.ParentFields {
			for places := range slices.Chunk(v.parentLocations(k, field), k.List.batchSize()) {
				all.Go(func() { note(s.listLive(ctx, k, places)) })
			}
		}
	}
	all.Wait()
	for _, id := range s.TokenScope.idsOfKind(k) { // which no list need tell to a narrow token
		if seen[id] {
			continue
		}
		switch live, err := s.GetResource(ctx, declareByID(k, id, nil), id); {
		case err == nil:
			note([]*Live{live}, nil)
		case !astro.IsRefused(err): // a Deployment's token need not see the Workspace
			note(nil, err)
		}
	}
	return found, errs
}

// parentLocations are what objects of k may live in, by one of the fields that say so.
func (v *Inventory) parentLocations(k *Kind, field string) (out []parentLocation) {
	home := v.catalog.Kind(k.fieldByName(field).Ref.Kind)
	for _, live := range v.ListedByKind[home] {
		if v.isInScope(home, live) && (k.ParentCanContain == nil || k.ParentCanContain(live.Body())) {
			out = append(out, parentLocation{field, live.ID})
		}
	}
	return out
}

// selectWorkspaces finds the Workspaces of the scope.
func (v *Inventory) selectWorkspaces(k *Kind) error {
	var errs []error
	for _, word := range v.scope.Workspaces {
		var ids, names []string
		name := schema.NormalizeName(word)
		for _, live := range v.ListedByKind[k] {
			names = append(names, live.Name())
			if live.ID == word || live.Name() == name {
				ids = append(ids, live.ID)
			}
		}
		switch len(ids) {
		case 0:
			errs = append(errs, fmt.Errorf("there is no Workspace %q that the token can see%s", word, schema.Suggest(word, names)))
		case 1:
			v.selectedWorkspaceIDs[ids[0]] = true
		default:
			errs = append(errs, fmt.Errorf("there are %d Workspaces called %q, with the ids %v; give one by its id", len(ids), word, ids))
		}
	}
	return errors.Join(errs...)
}

// isInScope reports whether a live object belongs to the scope's Workspaces.
func (v *Inventory) isInScope(k *Kind, live *Live) bool {
	return v.scope.Workspaces == nil || v.selectedWorkspaceIDs[v.RootIDOf(k, live)]
}

// RootIDOf is the id of the Workspace that a live object is or lives in, "" for
// one of the Organization itself.
func (v *Inventory) RootIDOf(k *Kind, live *Live) string {
	if k == v.RootKind {
		return live.ID
	}
	for _, name := range k.ParentFields {
		id := live.Body().Get(name).ScalarText()
		if home := v.rootIDs[id]; home != "" {
			return home
		}
		if id != "" && v.catalog.Kind(k.fieldByName(name).Ref.Kind).ParentFields == nil {
			return id // of one that the token can't see
		}
	}
	return ""
}
