package resource

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
)

// Unmanaged is a live object in a Workspace that the manifest manages, which no
// manifest declares.
type Unmanaged struct {
	Kind *Kind
	Live *Live
	Home *Kind  // of what it lives in
	In   string // that, by its name where it is known
}

// Unmanaged lists what lives in the Workspaces that d manages and isn't declared,
// by kind, Workspace and name. w is what was read of d: only lists that it
// didn't need cost a call. An error says what could not be listed; the rest is
// there.
func (s Source) Unmanaged(ctx context.Context, d *Declaration, w *World) ([]Unmanaged, error) {
	declared := map[string]bool{s.TokenID: true}
	for _, live := range w.Live {
		declared[live.ID] = true
	}
	for _, o := range d.Objects {
		declared[o.ID] = true
		if w.Failed[o] != nil { // it is declared all the same
			for _, live := range w.index[o.Kind].find(o.Kind, o.ParentID(), o.Key()) {
				declared[live.ID] = true
			}
		}
	}
	var all sync.WaitGroup
	managed := map[*Kind]map[string]string{}
	for _, k := range d.Catalog {
		home, field := d.Catalog.root(k)
		if home == nil {
			continue
		}
		if managed[home] == nil {
			managed[home] = homes(home, d, w)
		}
		x := w.index[k]
		for _, places := range chunks(k, managed[home], field, x) {
			all.Go(func() { x.fill(ctx, s, k, places) })
		}
	}
	all.Wait()
	var out []Unmanaged
	var errs []error
	for _, k := range d.Catalog {
		home, _ := d.Catalog.root(k)
		if home == nil {
			continue
		}
		names := managed[home]
		for key, found := range w.index[k].live {
			id, _, _ := strings.Cut(key, identity("", ""))
			name, ours := names[id]
			for _, live := range found {
				if ours && !declared[live.ID] {
					out = append(out, Unmanaged{Kind: k, Live: live, Home: home, In: cmp.Or(name, id)})
				}
			}
		}
		for id, err := range w.index[k].failed {
			if _, ours := names[id]; ours {
				errs = append(errs, err)
				break // the others fail for the same reason
			}
		}
	}
	slices.SortFunc(out, func(a, b Unmanaged) int {
		return cmp.Or(cmp.Compare(slices.Index(d.Catalog, a.Kind), slices.Index(d.Catalog, b.Kind)), cmp.Compare(a.In, b.In), cmp.Compare(a.Live.Name(), b.Live.Name()), cmp.Compare(a.Live.ID, b.Live.ID))
	})
	return out, errors.Join(errs...)
}

// homes are the ids of the live objects that something is declared in, or that
// are declared themselves, with their names where they are known.
func homes(home *Kind, d *Declaration, w *World) map[string]string {
	out := map[string]string{}
	for _, o := range d.Objects {
		live := w.Live[o]
		switch {
		case o.Kind == home && live != nil:
			out[live.ID] = live.Name()
		case o.at(home.Name) && o.ParentID() != "":
			out[o.ParentID()] = cmp.Or(out[o.ParentID()], o.parent().Name)
		}
	}
	return out
}

// chunks are the places of which k was not listed yet, as many as one call takes.
func chunks(k *Kind, managed map[string]string, field string, x *index) [][]place {
	var places []place
	for id := range managed {
		if !x.listed[id] {
			places = append(places, place{field, id})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.id, b.id) })
	return slices.Collect(slices.Chunk(places, k.List.most()))
}
