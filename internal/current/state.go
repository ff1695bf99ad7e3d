// Package current reads the state of the resources in Astro, and resolves the references of the
// declared ones.
package current

import (
	"context"
	"encoding/json"

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

	lookup *Lookup // the lists that the run has read
}

// NamesByID returns the names of all resources that were read, listed ones included.
func (c *State) NamesByID() map[string]string {
	names := map[string]string{}
	if c.lookup != nil {
		for _, x := range c.lookup.indexes {
			for id, live := range x.byID {
				names[id] = live.Name()
			}
		}
	}
	for _, live := range c.Live {
		names[live.ID] = live.Name()
	}
	return names
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
	*Lookup
	current *State
}

// Read looks up every declared resource and resolves every reference, with as
// few calls as possible: one list per kind and 50 Workspaces, and only to look up
// names; a declared id is fetched directly. References are resolved in State.Desired, a copy of d.
// When ctx ends, the remaining resources get an error.
func (s Source) Read(ctx context.Context, d *desired.State) *State {
	d = d.Clone()
	r := &reader{Lookup: s.newLookup()}
	r.current = &State{
		Desired: d, lookup: r.Lookup,
		Live: map[*desired.Resource]*Live{}, Targets: map[*desired.Reference]*Live{}, Errs: map[*desired.Resource]error{},
		RenameHints: map[*desired.Resource][]string{}, SimilarNames: map[*desired.Resource][]string{},
		Dependents: map[*desired.Resource][]string{}, PendingReason: map[*desired.Resource]string{},
		Suggestions: map[*desired.Resource]string{}, VisibleCount: map[*desired.Resource]int{},
	}
	r.list(ctx, r.neededRoots())
	for _, k := range d.Catalog {
		var resources []*desired.Resource
		for _, o := range d.Resources {
			if o.Kind == k {
				resources = append(resources, o)
			}
		}
		for _, o := range resources { // a name is only unique within its parent
			if parent := o.ParentRef(); parent != nil {
				r.resolveReference(ctx, o, parent)
			}
		}
		r.list(ctx, map[*kind.Kind][]desired.Parent{k: r.neededParents(resources)})
		r.readDeclaredIDs(ctx, resources)
		for _, o := range resources {
			r.matchListed(o)
		}
		r.completeListed(ctx, resources)
	}
	for _, o := range d.Resources {
		for _, ref := range o.Refs {
			if ref != o.ParentRef() && !o.Absent { // a delete only needs the parent
				r.resolveReference(ctx, o, ref)
			}
		}
		r.resolveItemRefs(ctx, o)
	}
	r.separateAllInherited(ctx)
	for _, o := range d.Resources {
		if live := r.current.Live[o]; live != nil {
			o.CurrentName = live.Name()
		}
		r.noteParents(o)
	}
	r.checkDuplicates()
	r.findRenameHints()
	r.findSimilarNames()
	r.findDependents(ctx)
	r.API = s.API // the responses aren't needed any more
	return r.current
}

// neededRoots returns the kinds without a parent of which the manifest names a resource. Listing
// them first makes these calls in parallel.
func (r *reader) neededRoots() map[*kind.Kind][]desired.Parent {
	c, out := r.current.Desired.Catalog, map[*kind.Kind][]desired.Parent{}
	add := func(k *kind.Kind, isNamed bool) {
		if isNamed && k.ParentFields == nil {
			out[k] = []desired.Parent{{}}
		}
	}
	for _, o := range r.current.Desired.Resources {
		add(o.Kind, o.ID == "" && !o.Kind.Singleton)
		for _, ref := range o.Refs {
			undeclared := ref.Declared == nil && !ref.ByName
			add(ref.Kind, undeclared && ref.ID == "")
			if undeclared && ref.Parent != "" {
				add(c.ParentKind(ref.Kind), !desired.LooksLikeID(ref.Parent))
			}
		}
	}
	return out
}

// neededParents returns the parents whose resources have to be listed, because a resource is declared by its name.
func (r *reader) neededParents(resources []*desired.Resource) (out []desired.Parent) {
	for _, o := range resources {
		isKnown := o.ParentRef() == nil || o.ParentID() != ""
		if o.ID == "" && !o.Kind.Singleton && isKnown && r.current.Errs[o] == nil {
			out = append(out, o.Parent())
		}
	}
	return out
}
