// Package current reads the state of the resources in Astro, and resolves the references of the
// declared ones.
package current

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// API contains the client methods that reading needs.
type API interface {
	Do(context.Context, astro.Call) ([]byte, error)
	List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error)
}

// State holds the current state of the declared resources. A resource that is neither in Live nor in Errs
// does not exist.
type State struct {
	Desired     *desired.State // a copy of the desired state, whose references are resolved as far as their targets exist
	Live        map[*desired.Resource]*Live
	Suggestions map[*desired.Resource]string // the likely intended name of a resource that doesn't exist
	Errs        map[*desired.Resource]error  // the read failed, or the token can't see enough to decide whether the resource exists
	Problems    []schema.Problem             // errors of the manifest that only the current state reveals
	Targets     map[*desired.Reference]*Live // targets that the manifest doesn't declare
	// RenameHints lists, for a resource that doesn't exist, the undeclared resources of its kind
	// with the same parent: it may be one of them under a new name.
	RenameHints map[*desired.Resource][]string
	// VisibleCount is, for a resource that doesn't exist, the number of resources of its kind with
	// the same parent that the token can see.
	VisibleCount map[*desired.Resource]int
	// SimilarNames lists, for a resource that doesn't exist, the resources of its kind with the
	// same parent whose names differ only in details that are easy to overlook.
	SimilarNames map[*desired.Resource][]string
	// PendingReason explains why a resource that Astro creates elsewhere doesn't exist yet.
	PendingReason map[*desired.Resource]string
	// Dependents lists, for a resource marked absent, the resources that block its removal
	// and that no manifest removes.
	Dependents map[*desired.Resource][]string

	indexes map[*kind.Kind]*liveIndex // the results of the list calls
}

// KnownIDs returns the ids of all resources that were read, listed ones included.
func (c *State) KnownIDs() map[string]bool {
	ids := map[string]bool{}
	for _, x := range c.indexes {
		maps.Copy(ids, x.seenIDs)
	}
	for _, live := range c.Live {
		ids[live.ID] = true
	}
	return ids
}

// Source reads an Organization.
type Source struct {
	API            API
	OrganizationID string
	TokenScope     TokenScope
	TokenID        string // the caller's own API token, "" if unknown

	// Mask is called with each value of a secret field that a response contains, unless it is nil.
	Mask func(secret string)
}

type reader struct {
	Source
	catalog   kind.Catalog
	current   *State
	indexes   map[*kind.Kind]*liveIndex
	resources []*desired.Resource // the declared ones, in the manifest's order
}

// Read looks up every declared resource and resolves every reference, with as
// few calls as possible: one list per kind and 50 Workspaces, and only to look up
// names; a declared id is fetched directly. References are resolved in State.Desired, a copy of d.
// When ctx ends, the remaining resources get an error.
func (s Source) Read(ctx context.Context, d *desired.State) *State {
	s.API = newCachedAPI(s.API)
	d = d.Clone()
	r := &reader{Source: s, catalog: d.Catalog, indexes: map[*kind.Kind]*liveIndex{}, resources: d.Resources, current: &State{
		Desired: d,
		Live:    map[*desired.Resource]*Live{}, Targets: map[*desired.Reference]*Live{}, Errs: map[*desired.Resource]error{}, Dependents: map[*desired.Resource][]string{}, PendingReason: map[*desired.Resource]string{}, Suggestions: map[*desired.Resource]string{}, VisibleCount: map[*desired.Resource]int{},
	}}
	r.current.indexes = r.indexes
	r.prefetchLists(ctx, d)
	for _, k := range d.Catalog {
		var resources []*desired.Resource
		for _, o := range d.Resources {
			if o.Kind == k {
				resources = append(resources, o)
			}
		}
		for _, o := range resources { // a name is only unique within its parent
			r.resolveReferences(ctx, o, func(ref *desired.Reference) bool { return ref == o.ParentRef() })
		}
		r.ensureListed(ctx, k, parentsToList(resources, r.current))
		r.readDeclaredIDs(ctx, resources)
		for _, o := range resources {
			r.matchListed(o)
		}
		r.completeListed(ctx, resources)
	}
	for _, o := range d.Resources {
		r.resolveReferences(ctx, o, func(ref *desired.Reference) bool { return ref != o.ParentRef() })
		r.resolveItemRefs(ctx, o)
	}
	r.separateAllInherited(ctx)
	for _, o := range d.Resources {
		if live := r.current.Live[o]; live != nil {
			o.CurrentName = live.Name()
		}
		r.noteParents(o)
	}
	r.checkDuplicates(d)
	r.findRenameHints(d)
	r.findSimilarNames(d)
	r.findDependents(ctx, d)
	return r.current
}

// prefetchLists lists in parallel the kinds without a parent of which the manifest
// names a resource.
func (r *reader) prefetchLists(ctx context.Context, d *desired.State) {
	wanted := map[*kind.Kind]bool{}
	for _, o := range d.Resources {
		wanted[o.Kind] = wanted[o.Kind] || o.ID == "" && !o.Kind.Singleton
		for _, ref := range o.Refs {
			undeclared := ref.Declared == nil && !ref.ByName
			wanted[ref.Kind] = wanted[ref.Kind] || ref.ID == "" && undeclared
			if ref.Parent != "" && undeclared && !desired.LooksLikeID(ref.Parent) {
				wanted[d.Catalog.ParentKind(ref.Kind)] = true
			}
		}
	}
	var all sync.WaitGroup
	for _, k := range d.Catalog {
		x := newLiveIndex()
		r.indexes[k] = x
		if k.ParentFields == nil && wanted[k] {
			all.Go(func() { x.loadLists(ctx, r.Source, k, []desired.Parent{{}}) })
		}
	}
	all.Wait()
}

// parentsToList returns the parents whose resources have to be listed, because a resource is declared by its name.
func parentsToList(resources []*desired.Resource, c *State) []desired.Parent {
	var out []desired.Parent
	for _, o := range resources {
		inOrganization := o.ParentRef() == nil
		if parent := o.Parent(); o.ID == "" && !o.Kind.Singleton && (inOrganization || parent.ID != "") && c.Errs[o] == nil {
			out = append(out, parent)
		}
	}
	slices.SortFunc(out, func(a, b desired.Parent) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.ID, b.ID))
	})
	return slices.Compact(out)
}

// ensureListed lists the resources of a kind in parallel, for those parents for which this wasn't done before.
func (r *reader) ensureListed(ctx context.Context, k *kind.Kind, parents []desired.Parent) {
	x := r.indexes[k]
	parents = slices.DeleteFunc(parents, func(p desired.Parent) bool { return x.listedParents[p.ID] })
	var all sync.WaitGroup
	for chunk := range slices.Chunk(parents, k.List.BatchSize()) {
		all.Go(func() { x.loadLists(ctx, r.Source, k, chunk) })
	}
	all.Wait()
}
