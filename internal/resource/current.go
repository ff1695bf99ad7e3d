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

// API is what reading needs of a client.
type API interface {
	Do(context.Context, astro.Call) ([]byte, error)
	List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error)
}

// Current is what is live of what was declared. An object that is in neither map
// does not exist.
type Current struct {
	Live        map[*Resource]*Live
	Suggestions map[*Resource]string // for what is not live: the name that may have been meant
	Errs        map[*Resource]error  // could not be read, or the token's reach is too narrow to know
	Problems    []schema.Problem     // wrong in the manifest, seen in the light of what is live
	// Strangers are, for an object that doesn't exist, those of its kind that live
	// in the same place and that nobody declares: it may be one of them, renamed.
	RenameHints map[*Resource][]string
	// Visible is, for an object that doesn't exist, how many of its kind the token sees in the same place.
	VisibleCount map[*Resource]int
	// Lookalikes are, for an object that doesn't exist, those of its kind in the
	// same place whose names differ only in what people overlook.
	SimilarNames map[*Resource][]string
	// Waits says, for an object that comes to be elsewhere, that it is on its way.
	PendingReason map[*Resource]string
	// Inside names, for an object marked absent, what nobody removes and what it
	// can't be removed before.
	Dependents map[*Resource][]string

	indexes map[*Kind]*liveIndex // what was listed
}

// KnownIDs returns the ids of all resources that were read, listed ones included.
func (w *Current) KnownIDs() map[string]bool {
	ids := map[string]bool{}
	for _, x := range w.indexes {
		maps.Copy(ids, x.seenIDs)
	}
	for _, live := range w.Live {
		ids[live.ID] = true
	}
	return ids
}

// BlockedError is the error of an object whose reference can't be resolved because
// the object it refers to failed.
type BlockedError struct{ Dependency *Resource }

func (b *BlockedError) Error() string { return fmt.Sprintf("needs %s, which failed", b.Dependency) }

// ErrReported stands for an object with an entry in World.Problems.
var ErrReported = errors.New("reported as a problem of the manifest")

// Source reads an Organization.
type Source struct {
	API            API
	OrganizationID string
	TokenScope     TokenScope
	TokenID        string // the caller's own API token, "" if unknown

	// Mask is called with each value of a secret field that an answer contains;
	// nil: nothing is.
	Mask func(secret string)
}

type currentReader struct {
	Source
	catalog   Catalog
	current   *Current
	indexes   map[*Kind]*liveIndex
	resources []*Resource // as declared
}

// ReadCurrent looks up every declared object and resolves every reference, with as
// few calls as possible: one list per kind and 50 Workspaces, and only where a
// name has to be looked up; a declared id is fetched directly. References are
// resolved in place, in d. When ctx ends, what was not read has failed.
func (s Source) ReadCurrent(ctx context.Context, d *Desired) *Current {
	s.API = newCachedAPI(s.API)
	r := &currentReader{Source: s, catalog: d.Catalog, indexes: map[*Kind]*liveIndex{}, resources: d.Resources, current: &Current{
		Live: map[*Resource]*Live{}, Errs: map[*Resource]error{}, Dependents: map[*Resource][]string{}, PendingReason: map[*Resource]string{}, Suggestions: map[*Resource]string{}, VisibleCount: map[*Resource]int{},
	}}
	r.current.indexes = r.indexes
	r.prefetchLists(ctx, d)
	for _, k := range d.Catalog {
		var objects []*Resource
		for _, o := range d.Resources {
			if o.Kind == k {
				objects = append(objects, o)
			}
		}
		for _, o := range objects { // where it is has to be known first
			r.resolveReferences(ctx, o, func(ref *Reference) bool { return ref == o.parentRef() })
		}
		r.ensureListed(ctx, k, parentsToList(objects, r.current))
		r.readDeclaredIDs(ctx, objects)
		for _, o := range objects {
			r.matchListed(o)
		}
		r.completeListed(ctx, objects)
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

// prefetchLists lists, all at once, the kinds that live in nothing and of which the
// manifest mentions one by name.
func (r *currentReader) prefetchLists(ctx context.Context, d *Desired) {
	wanted := map[*Kind]bool{}
	for _, o := range d.Resources {
		wanted[o.Kind] = wanted[o.Kind] || o.ID == "" && !o.Kind.Singleton
		for _, ref := range o.Refs {
			unknown := ref.Declared == nil && !ref.ByName
			wanted[ref.Kind] = wanted[ref.Kind] || ref.ID == "" && unknown
			if ref.Parent != "" && unknown && !LooksLikeID(ref.Parent) {
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

// parentsToList returns where objects have to be found by name.
func parentsToList(objects []*Resource, w *Current) []parentLocation {
	var out []parentLocation
	for _, o := range objects {
		rooted := o.parentRef() == nil
		if home := o.parentLocation(); o.ID == "" && !o.Kind.Singleton && (rooted || home.parentID != "") && w.Errs[o] == nil {
			out = append(out, home)
		}
	}
	slices.SortFunc(out, func(a, b parentLocation) int {
		return cmp.Or(cmp.Compare(a.parentField, b.parentField), cmp.Compare(a.parentID, b.parentID))
	})
	return slices.Compact(out)
}

// ensureListed lists a kind in the places where that wasn't done yet, all at once.
func (r *currentReader) ensureListed(ctx context.Context, k *Kind, places []parentLocation) {
	x := r.indexes[k]
	places = slices.DeleteFunc(places, func(p parentLocation) bool { return x.listedParents[p.parentID] })
	var all sync.WaitGroup
	for chunk := range slices.Chunk(places, k.List.batchSize()) {
		all.Go(func() { x.loadLists(ctx, r.Source, k, chunk) })
	}
	all.Wait()
}
