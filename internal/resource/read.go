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

// World is what is live of what was declared. An object that is in neither map
// does not exist.
type World struct {
	Live     map[*Object]*Live
	Near     map[*Object]string // for what is not live: the name that may have been meant
	Failed   map[*Object]error  // could not be read, or the token's reach is too narrow to know
	Problems []schema.Problem   // wrong in the manifest, seen in the light of what is live
	// Strangers are, for an object that doesn't exist, those of its kind that live
	// in the same place and that nobody declares: it may be one of them, renamed.
	Strangers map[*Object][]string
	// Visible is, for an object that doesn't exist, how many of its kind the token sees in the same place.
	Visible map[*Object]int
	// Lookalikes are, for an object that doesn't exist, those of its kind in the
	// same place whose names differ only in what people overlook.
	Lookalikes map[*Object][]string
	// Waits says, for an object that comes to be elsewhere, that it is on its way.
	Waits map[*Object]string
	// Inside names, for an object marked absent, what nobody removes and what it
	// can't be removed before.
	Inside map[*Object][]string

	index map[*Kind]*index // what was listed
}

// IDs returns the ids of all resources that were read, listed ones included.
func (w *World) IDs() map[string]bool {
	ids := map[string]bool{}
	for _, x := range w.index {
		maps.Copy(ids, x.seen)
	}
	for _, live := range w.Live {
		ids[live.ID] = true
	}
	return ids
}

// Blocked is the error of an object whose reference can't be resolved because
// the object it refers to failed.
type Blocked struct{ By *Object }

func (b *Blocked) Error() string { return fmt.Sprintf("needs %s, which failed", b.By) }

// ErrReported stands for an object with an entry in World.Problems.
var ErrReported = errors.New("reported as a problem of the manifest")

// Source reads an Organization.
type Source struct {
	API            API
	OrganizationID string
	Reach          Reach
	TokenID        string // the caller's own API token, "" if unknown

	// Mask is called with each value of a secret field that an answer contains;
	// nil: nothing is.
	Mask func(secret string)
}

type reader struct {
	Source
	catalog Catalog
	world   *World
	index   map[*Kind]*index
	objects []*Object // as declared
}

// Read looks up every declared object and resolves every reference, with as
// few calls as possible: one list per kind and 50 Workspaces, and only where a
// name has to be looked up; a declared id is fetched directly. References are
// resolved in place, in d. When ctx ends, what was not read has failed.
func (s Source) Read(ctx context.Context, d *Declaration) *World {
	s.API = share(s.API)
	r := &reader{Source: s, catalog: d.Catalog, index: map[*Kind]*index{}, objects: d.Objects, world: &World{
		Live: map[*Object]*Live{}, Failed: map[*Object]error{}, Inside: map[*Object][]string{}, Waits: map[*Object]string{}, Near: map[*Object]string{}, Visible: map[*Object]int{},
	}}
	r.world.index = r.index
	r.prefetch(ctx, d)
	for _, k := range d.Catalog {
		var objects []*Object
		for _, o := range d.Objects {
			if o.Kind == k {
				objects = append(objects, o)
			}
		}
		for _, o := range objects { // where it is has to be known first
			r.resolve(ctx, o, func(ref *Reference) bool { return ref == o.parent() })
		}
		r.list(ctx, k, places(objects, r.world))
		r.fetch(ctx, objects)
		for _, o := range objects {
			r.match(o)
		}
		r.complete(ctx, objects)
	}
	for _, o := range d.Objects {
		r.resolve(ctx, o, func(ref *Reference) bool { return ref != o.parent() })
		r.pick(ctx, o)
	}
	r.separateAll(ctx)
	for _, o := range d.Objects {
		if live := r.world.Live[o]; live != nil {
			o.called = live.Name()
		}
		r.nest(o)
	}
	r.twice(d)
	r.strangers(d)
	r.lookalikes(d)
	r.inside(ctx, d)
	return r.world
}

// prefetch lists, all at once, the kinds that live in nothing and of which the
// manifest mentions one by name.
func (r *reader) prefetch(ctx context.Context, d *Declaration) {
	wanted := map[*Kind]bool{}
	for _, o := range d.Objects {
		wanted[o.Kind] = wanted[o.Kind] || o.ID == "" && !o.Kind.Single
		for _, ref := range o.Refs {
			unknown := ref.Target == nil && !ref.Soft
			wanted[ref.Kind] = wanted[ref.Kind] || ref.ID == "" && unknown
			if ref.Parent != "" && unknown && !TakenForID(ref.Parent) {
				wanted[d.Catalog.home(ref.Kind)] = true
			}
		}
	}
	var all sync.WaitGroup
	for _, k := range d.Catalog {
		x := newIndex()
		r.index[k] = x
		if k.Parents == nil && wanted[k] {
			all.Go(func() { x.fill(ctx, r.Source, k, []place{{}}) })
		}
	}
	all.Wait()
}

// places returns where objects have to be found by name.
func places(objects []*Object, w *World) []place {
	var out []place
	for _, o := range objects {
		rooted := o.parent() == nil
		if home := o.home(); o.ID == "" && !o.Kind.Single && (rooted || home.id != "") && w.Failed[o] == nil {
			out = append(out, home)
		}
	}
	slices.SortFunc(out, func(a, b place) int { return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.id, b.id)) })
	return slices.Compact(out)
}

// list lists a kind in the places where that wasn't done yet, all at once.
func (r *reader) list(ctx context.Context, k *Kind, places []place) {
	x := r.index[k]
	places = slices.DeleteFunc(places, func(p place) bool { return x.listed[p.id] })
	var all sync.WaitGroup
	for chunk := range slices.Chunk(places, k.List.most()) {
		all.Go(func() { x.fill(ctx, r.Source, k, chunk) })
	}
	all.Wait()
}
