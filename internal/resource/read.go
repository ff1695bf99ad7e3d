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
	}
	r.twice(d)
	return r.world
}

// prefetch lists, all at once, the kinds that live in no Workspace and of
// which the manifest mentions one by name.
func (r *reader) prefetch(ctx context.Context, d *Declaration) {
	wanted := map[*Kind]bool{}
	for _, o := range d.Objects {
		wanted[o.Kind] = wanted[o.Kind] || o.ID == ""
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

// fetch reads the objects with a declared id.
func (r *reader) fetch(ctx context.Context, objects []*Object) {
	ids := map[*Object]string{}
	for _, o := range objects {
		if o.ID != "" && r.world.Failed[o] == nil {
			ids[o] = o.ID
		}
	}
	r.Source.fetch(ctx, r.world, ids)
}

// Refresh reads objects by id that were found in a list.
func (s Source) Refresh(ctx context.Context, w *World, objects []*Object) {
	ids := map[*Object]string{}
	for _, o := range objects {
		ids[o] = w.Live[o].ID
	}
	s.fetch(ctx, w, ids)
}

func (s Source) fetch(ctx context.Context, w *World, ids map[*Object]string) {
	var (
		all sync.WaitGroup
		mu  sync.Mutex
	)
	for o, id := range ids {
		all.Go(func() {
			live, err := s.Get(ctx, o.Kind, id)
			mu.Lock()
			defer mu.Unlock()
			delete(w.Live, o)
			switch {
			case err == nil:
				w.Live[o] = live
			case astro.NotFound(err) && !o.Absent:
				w.Failed[o] = fmt.Errorf("there is no %s with id %s, or the token can't see it: %w", o.Kind.Name, id, err)
			case !astro.NotFound(err):
				w.Failed[o] = err
			}
		})
	}
	all.Wait()
}

// Get reads one object by id.
func (s Source) Get(ctx context.Context, k *Kind, id string) (*Live, error) {
	data, err := s.API.Do(ctx, s.Call(k.Get, id, nil))
	if err != nil {
		return nil, err
	}
	live, err := NewLive(k, data)
	if err != nil {
		return nil, err
	}
	live.Full = true
	return live, nil
}

// Call fills in a kind's call.
func (s Source) Call(c Call, id string, body []byte) astro.Call {
	params := map[string]string{"organizationId": s.OrganizationID}
	if id != "" {
		params["id"] = id
	}
	return astro.Call{Method: c.Method, Path: c.Path, Params: params, Body: body}
}
