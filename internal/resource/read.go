package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	Failed   map[*Object]error // could not be read, or the token's reach is too narrow to know
	Problems []schema.Problem  // wrong in the manifest, seen in the light of what is live
	// Strangers are, for an object that doesn't exist, those of its kind that live
	// in the same place and that nobody declares: it may be one of them, renamed.
	Strangers map[*Object][]string
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
}

// parents bounds how many Workspaces one list call names, for the URL's length.
const parents = 50

type reader struct {
	Source
	catalog Catalog
	world   *World
	index   map[*Kind]*index
}

// Read looks up every declared object and resolves every reference, with as
// few calls as possible: one list per kind and 50 Workspaces, and only where a
// name has to be looked up; a declared id is fetched directly. References are
// resolved in place, in d. When ctx ends, what was not read has failed.
func (s Source) Read(ctx context.Context, d *Declaration) *World {
	r := &reader{Source: s, catalog: d.Catalog, index: map[*Kind]*index{}, world: &World{Live: map[*Object]*Live{}, Failed: map[*Object]error{}}}
	r.prefetch(ctx, d)
	for _, k := range d.Catalog {
		var objects []*Object
		for _, o := range d.Objects {
			if o.Kind == k {
				objects = append(objects, o)
			}
		}
		for _, o := range objects {
			r.resolve(ctx, o)
		}
		r.list(ctx, k, r.places(k, d))
		r.fetch(ctx, objects)
		for _, o := range objects {
			r.match(o)
		}
		if k.List.Brief {
			r.complete(ctx, objects)
		}
	}
	r.twice(d)
	r.strangers(d)
	return r.world
}

// prefetch lists, all at once, the kinds that live in no Workspace and of
// which the manifest mentions one by name.
func (r *reader) prefetch(ctx context.Context, d *Declaration) {
	wanted := map[*Kind]bool{}
	for _, o := range d.Objects {
		wanted[o.Kind] = wanted[o.Kind] || o.ID == "" && !o.Kind.Single
		for _, ref := range o.Refs {
			wanted[ref.Kind] = wanted[ref.Kind] || ref.ID == "" && ref.Target == nil
			if ref.Parent != "" && ref.Target == nil && !cuid.MatchString(ref.Parent) {
				wanted[d.Catalog.home(ref.Kind)] = true
			}
		}
	}
	var all sync.WaitGroup
	for _, k := range d.Catalog {
		x := &index{}
		r.index[k] = x
		if k.Parent == "" && wanted[k] {
			all.Go(func() { x.fill(ctx, r.Source, k, nil) })
		}
	}
	all.Wait()
}

// places returns the Workspaces in which objects of kind k have to be found by name.
func (r *reader) places(k *Kind, d *Declaration) []string {
	var ids []string
	for _, o := range d.Objects {
		if p := o.parent(); o.Kind == k && o.ID == "" && p != nil && p.ID != "" && r.world.Failed[o] == nil {
			ids = append(ids, p.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (r *reader) list(ctx context.Context, k *Kind, places []string) {
	places = slices.DeleteFunc(places, func(id string) bool { return r.index[k].listed[id] })
	for chunk := range slices.Chunk(places, parents) {
		r.index[k].fill(ctx, r.Source, k, chunk)
	}
}
