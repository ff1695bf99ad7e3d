package current

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// InventoryScope limits an inventory. The zero value includes everything.
type InventoryScope struct {
	Workspaces   []string              // by name or id: these Workspaces and their resources; nil: everything
	IncludesKind func(*kind.Kind) bool // nil: every kind
}

// Inventory holds the resources of an Organization, as far as the token can see them.
type Inventory struct {
	Resources    []*desired.Resource         // one per live resource, as if declared by its id; sorted by kind, parent and name
	Live         map[*desired.Resource]*Live // read by id
	ListedByKind map[*kind.Kind][]*Live      // every possible target of a reference; sorted by parent and name
	Gaps         []Gap
	RootKind     *kind.Kind // the kind at the root of the hierarchy: Workspace
	Incomplete   bool       // not every Workspace was read

	catalog              kind.Catalog
	scope                InventoryScope
	selectedWorkspaceIDs map[string]bool   // ids of the Workspaces in the scope
	rootIDs              map[string]string // resource id → id of its Workspace (its own id for a Workspace)
}

// Gap is a list or a set of resources that the token isn't allowed to read.
type Gap struct {
	Kind  *kind.Kind
	Names []string // resources whose read by id was refused; nil: the list was refused
	Err   error
}

// ReadInventory lists every kind that is wanted or that a wanted kind refers to, and reads
// the wanted resources by id, because list items can lack fields. It returns an error if a
// read failed for any reason but a missing permission: the inventory would be incomplete
// without a gap that explains it.
func (s Source) ReadInventory(ctx context.Context, catalog kind.Catalog, scope InventoryScope) (*Inventory, error) {
	l := s.newLookup()
	v := &Inventory{
		RootKind: catalog.Kind("workspace"), Incomplete: scope.Workspaces != nil || s.TokenScope.isLimited(), Live: map[*desired.Resource]*Live{}, ListedByKind: map[*kind.Kind][]*Live{},
		catalog: catalog, scope: scope, selectedWorkspaceIDs: map[string]bool{}, rootIDs: map[string]string{},
	}
	var failed []error
	for _, k := range catalog { // parents first
		if k.Singleton || catalog.CreatedKind(k) != nil || !v.isNeeded(k) {
			continue
		}
		for _, err := range v.listKind(ctx, l, k) {
			failed = append(failed, v.recordGap(k, "", err))
		}
		found := slices.SortedFunc(maps.Values(l.index(k).byID), func(a, b *Live) int {
			return cmp.Or(cmp.Compare(a.ParentID(), b.ParentID()), cmp.Compare(a.Name(), b.Name()), cmp.Compare(a.ID, b.ID))
		})
		v.ListedByKind[k] = found
		for _, live := range found {
			v.rootIDs[live.ID] = v.RootIDOf(k, live)
		}
		if k == v.RootKind && errors.Join(failed...) == nil {
			if err := v.selectWorkspaces(l.index(k)); err != nil {
				return nil, fmt.Errorf("input export-workspaces: %w", err)
			}
		}
	}
	for _, k := range catalog {
		if v.isWanted(k) {
			v.Resources = append(v.Resources, v.resourcesInScope(k)...)
		}
	}
	forEachResource(v.Resources, func(o *desired.Resource) func() {
		live, err := l.GetResource(ctx, o, o.ID)
		return func() {
			if err == nil {
				v.Live[o] = live
			} else if !astro.AsError(err).IsNotFound() || o.Kind.Singleton { // otherwise deleted since it was listed
				failed = append(failed, v.recordGap(o.Kind, cmp.Or(o.CurrentName, o.ID), err))
			}
		}
	})
	v.Resources = slices.DeleteFunc(v.Resources, func(o *desired.Resource) bool { return v.Live[o] == nil })
	if err := errors.Join(append(failed, context.Cause(ctx))...); err != nil {
		return v, fmt.Errorf("nothing was exported, because not everything could be read: %w", err)
	}
	return v, nil
}

// recordGap records that the token isn't allowed to list a kind or, if name isn't "", to read the
// resource with this name. It returns any other error.
func (v *Inventory) recordGap(k *kind.Kind, name string, err error) (failed error) {
	i := slices.IndexFunc(v.Gaps, func(g Gap) bool { return g.Kind == k && (g.Names != nil) == (name != "") })
	switch {
	case err != nil && !astro.AsError(err).IsRefused():
		return fmt.Errorf("%s: %w", k.Section, err)
	case err == nil || !v.isWanted(k):
		return nil
	case i < 0:
		i = len(v.Gaps)
		v.Gaps = append(v.Gaps, Gap{Kind: k, Err: err})
	}
	if name != "" {
		v.Gaps[i].Names = append(v.Gaps[i].Names, name)
		slices.Sort(v.Gaps[i].Names)
	}
	return nil
}

// resourcesInScope returns the resources of a kind in the scope.
func (v *Inventory) resourcesInScope(k *kind.Kind) (out []*desired.Resource) {
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

// declareByID returns a resource as if the manifest declared it by its id, with all
// sub-lists.
func declareByID(k *kind.Kind, id string, live *Live) *desired.Resource {
	o := desired.NewResource(k, id)
	for i := range k.Fields {
		if k.SubListOf(&k.Fields[i]) != nil {
			o.Body.Set(k.Fields[i].Name, &schema.Node{Form: schema.List})
		}
	}
	if live == nil {
		return o
	}
	o.CurrentName = live.Name()
	for _, name := range k.ParentFields {
		if parent := live.Body().Get(name); parent.ScalarText() != "" {
			o.Body.Set(name, parent)
			o.Refs = append(o.Refs, &desired.Reference{Field: k.FieldByName(name), ID: parent.ScalarText(), Node: parent})
			break
		}
	}
	return o
}

func (v *Inventory) isWanted(k *kind.Kind) bool {
	return v.catalog.CreatedKind(k) == nil && (v.scope.IncludesKind == nil || v.scope.IncludesKind(k))
}

// isNeeded reports whether k is wanted, or a wanted kind refers to it.
func (v *Inventory) isNeeded(k *kind.Kind) bool {
	return slices.ContainsFunc(v.catalog, func(from *kind.Kind) bool {
		return v.isWanted(from) && (from == k || v.fieldsReferTo(from.Fields, k))
	}) || v.scope.Workspaces != nil && k == v.RootKind
}

func (v *Inventory) fieldsReferTo(fields []schema.Field, k *kind.Kind) bool {
	return slices.ContainsFunc(fields, func(f schema.Field) bool {
		to := f.Ref != nil && !f.Ref.ByName && (f.Ref.Kind == k.Name || v.catalog.ParentKind(v.catalog.Kind(f.Ref.Kind)) == k)
		return to || v.fieldsReferTo(f.Type.Fields, k) || f.Type.Elem != nil && v.fieldsReferTo(f.Type.Elem.Fields, k)
	})
}

// listKind lists a kind: with one call if the API lists all parents at once, otherwise per
// parent.
func (v *Inventory) listKind(ctx context.Context, l *Lookup, k *kind.Kind) (errs []error) {
	x := l.index(k)
	if k.ParentFields == nil || k.List.ListsAll && v.scope.Workspaces == nil && !l.TokenScope.isLimited() {
		l.listBatch(ctx, k, x, nil)
	} else {
		var parents []desired.Parent
		for _, field := range k.ParentFields {
			parents = append(parents, v.parentLocations(k, field)...)
		}
		l.list(ctx, map[*kind.Kind][]desired.Parent{k: parents})
	}
	for _, list := range x.lists {
		if !slices.Contains(errs, list.err) { // one call lists several parents
			errs = append(errs, list.err)
		}
	}
	for _, id := range l.TokenScope.idsOfKind(k) { // lists can omit these for a token of a Workspace or Deployment
		if x.byID[id] != nil {
			continue
		}
		switch live, err := l.GetResource(ctx, declareByID(k, id, nil), id); {
		case err == nil:
			x.add(live)
		case !astro.AsError(err).IsRefused(): // a Deployment token may lack access to the Workspace
			errs = append(errs, err)
		}
	}
	return errs
}

// parentLocations returns the possible parents of resources of kind k, by one of its
// parent fields.
func (v *Inventory) parentLocations(k *kind.Kind, field string) (out []desired.Parent) {
	parent := v.catalog.Kind(k.FieldByName(field).Ref.Kind)
	for _, live := range v.ListedByKind[parent] {
		if v.isInScope(parent, live) && (k.Gate == nil || k.Gate.Kind != parent.Name || k.Gate.IsOpen(live.Body())) {
			out = append(out, desired.Parent{Field: field, ID: live.ID})
		}
	}
	return out
}

// selectWorkspaces finds the ids of the Workspaces in the scope.
func (v *Inventory) selectWorkspaces(x *liveIndex) error {
	var errs []error
	for _, selector := range v.scope.Workspaces {
		found := slices.Clone(x.in("").byName[schema.NormalizeName(selector)])
		if live := x.byID[selector]; live != nil && !slices.Contains(found, live) {
			found = append(found, live)
		}
		switch len(found) {
		case 0:
			suggestion := schema.Suggest(selector, x.in("").names())
			errs = append(errs, fmt.Errorf("the Workspace %q doesn't exist, or the token can't see it%s", selector, suggestion))
		case 1:
			v.selectedWorkspaceIDs[found[0].ID] = true
		default:
			errs = append(errs, fmt.Errorf("%d Workspaces are named %q, ids %s; give the id instead of the name",
				len(found), selector, joinIDs(found)))
		}
	}
	return errors.Join(errs...)
}

// isInScope reports whether a live resource belongs to a Workspace in the scope.
func (v *Inventory) isInScope(k *kind.Kind, live *Live) bool {
	return v.scope.Workspaces == nil || v.selectedWorkspaceIDs[v.RootIDOf(k, live)]
}

// RootIDOf returns the id of the Workspace that a live resource belongs to (its own id for
// a Workspace), "" for a resource of the Organization itself.
func (v *Inventory) RootIDOf(k *kind.Kind, live *Live) string {
	if k == v.RootKind {
		return live.ID
	}
	for _, name := range k.ParentFields {
		id := live.Body().Get(name).ScalarText()
		if root := v.rootIDs[id]; root != "" {
			return root
		}
		if id != "" && v.catalog.Kind(k.FieldByName(name).Ref.Kind).ParentFields == nil {
			return id // a Workspace that the token can't see
		}
	}
	return ""
}
