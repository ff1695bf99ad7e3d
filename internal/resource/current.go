package resource

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"astro-apply/internal/astro"
	"astro-apply/internal/schema"
)

// API contains the client methods that reading needs.
type API interface {
	Do(context.Context, astro.Call) ([]byte, error)
	List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error)
}

// Current holds the current state of the declared resources. A resource that is neither in Live nor in Errs
// does not exist.
type Current struct {
	Live        map[*Resource]*Live
	Suggestions map[*Resource]string // the likely intended name of a resource that doesn't exist
	Errs        map[*Resource]error  // the read failed, or the token can't see enough to decide whether the resource exists
	Problems    []schema.Problem     // errors of the manifest that only the current state reveals
	// RenameHints lists, for a resource that doesn't exist, the undeclared resources of its kind
	// with the same parent: it may be one of them under a new name.
	RenameHints map[*Resource][]string
	// VisibleCount is, for a resource that doesn't exist, the number of resources of its kind with
	// the same parent that the token can see.
	VisibleCount map[*Resource]int
	// SimilarNames lists, for a resource that doesn't exist, the resources of its kind with the
	// same parent whose names differ only in details that are easy to overlook.
	SimilarNames map[*Resource][]string
	// PendingReason explains why a resource that Astro creates elsewhere doesn't exist yet.
	PendingReason map[*Resource]string
	// Dependents lists, for a resource marked absent, the resources that block its removal
	// and that no manifest removes.
	Dependents map[*Resource][]string

	indexes map[*Kind]*liveIndex // the results of the list calls
}

// KnownIDs returns the ids of all resources that were read, listed ones included.
func (c *Current) KnownIDs() map[string]bool {
	ids := map[string]bool{}
	for _, x := range c.indexes {
		maps.Copy(ids, x.seenIDs)
	}
	for _, live := range c.Live {
		ids[live.ID] = true
	}
	return ids
}

// BlockedError is the error of a resource whose reference can't be resolved because
// the other resource failed.
type BlockedError struct{ Dependency *Resource }

func (b *BlockedError) Error() string { return fmt.Sprintf("needs %s, which failed", b.Dependency) }

// ErrReported marks a resource that has an entry in Current.Problems.
var ErrReported = errors.New("see the errors of the manifest")

// Source reads an Organization.
type Source struct {
	API            API
	OrganizationID string
	TokenScope     TokenScope
	TokenID        string // the caller's own API token, "" if unknown

	// Mask is called with each value of a secret field that a response contains, unless it is nil.
	Mask func(secret string)
}

type currentReader struct {
	Source
	catalog   Catalog
	current   *Current
	indexes   map[*Kind]*liveIndex
	resources []*Resource // the declared ones, in the manifest's order
}

// ReadCurrent looks up every declared resource and resolves every reference, with as
// few calls as possible: one list per kind and 50 Workspaces, and only to look up
// names; a declared id is fetched directly. References are resolved in place, in d.
// When ctx ends, the remaining resources get an error.
func (s Source) ReadCurrent(ctx context.Context, d *Desired) *Current {
	s.API = newCachedAPI(s.API)
	r := &currentReader{Source: s, catalog: d.Catalog, indexes: map[*Kind]*liveIndex{}, resources: d.Resources, current: &Current{
		Live: map[*Resource]*Live{}, Errs: map[*Resource]error{}, Dependents: map[*Resource][]string{}, PendingReason: map[*Resource]string{}, Suggestions: map[*Resource]string{}, VisibleCount: map[*Resource]int{},
	}}
	r.current.indexes = r.indexes
	r.prefetchLists(ctx, d)
	for _, k := range d.Catalog {
		var resources []*Resource
		for _, o := range d.Resources {
			if o.Kind == k {
				resources = append(resources, o)
			}
		}
		for _, o := range resources { // a name is only unique within its parent
			r.resolveReferences(ctx, o, func(ref *Reference) bool { return ref == o.parentRef() })
		}
		r.ensureListed(ctx, k, parentsToList(resources, r.current))
		r.readDeclaredIDs(ctx, resources)
		for _, o := range resources {
			r.matchListed(o)
		}
		r.completeListed(ctx, resources)
	}
	for _, o := range d.Resources {
		r.resolveReferences(ctx, o, func(ref *Reference) bool { return ref != o.parentRef() })
		r.resolveItemRefs(ctx, o)
	}
	r.separateAllInherited(ctx)
	for _, o := range d.Resources {
		if live := r.current.Live[o]; live != nil {
			o.currentName = live.Name()
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
func (r *currentReader) prefetchLists(ctx context.Context, d *Desired) {
	wanted := map[*Kind]bool{}
	for _, o := range d.Resources {
		wanted[o.Kind] = wanted[o.Kind] || o.ID == "" && !o.Kind.Singleton
		for _, ref := range o.Refs {
			undeclared := ref.Declared == nil && !ref.ByName
			wanted[ref.Kind] = wanted[ref.Kind] || ref.ID == "" && undeclared
			if ref.Parent != "" && undeclared && !LooksLikeID(ref.Parent) {
				wanted[d.Catalog.parentKind(ref.Kind)] = true
			}
		}
	}
	var all sync.WaitGroup
	for _, k := range d.Catalog {
		x := newLiveIndex()
		r.indexes[k] = x
		if k.ParentFields == nil && wanted[k] {
			all.Go(func() { x.loadLists(ctx, r.Source, k, []parentLocation{{}}) })
		}
	}
	all.Wait()
}

// parentsToList returns the parents whose resources have to be listed, because a resource is declared by its name.
func parentsToList(resources []*Resource, c *Current) []parentLocation {
	var out []parentLocation
	for _, o := range resources {
		inOrganization := o.parentRef() == nil
		if parent := o.parentLocation(); o.ID == "" && !o.Kind.Singleton && (inOrganization || parent.parentID != "") && c.Errs[o] == nil {
			out = append(out, parent)
		}
	}
	slices.SortFunc(out, func(a, b parentLocation) int {
		return cmp.Or(cmp.Compare(a.parentField, b.parentField), cmp.Compare(a.parentID, b.parentID))
	})
	return slices.Compact(out)
}

// ensureListed lists the resources of a kind in parallel, for those parents for which this wasn't done before.
func (r *currentReader) ensureListed(ctx context.Context, k *Kind, parents []parentLocation) {
	x := r.indexes[k]
	parents = slices.DeleteFunc(parents, func(p parentLocation) bool { return x.listedParents[p.parentID] })
	var all sync.WaitGroup
	for chunk := range slices.Chunk(parents, k.List.batchSize()) {
		all.Go(func() { x.loadLists(ctx, r.Source, k, chunk) })
	}
	all.Wait()
}
