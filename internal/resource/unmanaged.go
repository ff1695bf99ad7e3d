package resource

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
)

// UnmanagedResource is a live object in a Workspace that the manifest manages, which no
// manifest declares.
type UnmanagedResource struct {
	Kind     *Kind
	Live     *Live
	RootKind *Kind  // of what it lives in
	RootName string // that, by its name where it is known
}

// ListUnmanaged lists what lives in the Workspaces that d manages and isn't declared,
// by kind, Workspace and name. w is what was read of d: only lists that it
// didn't need cost a call. An error says what could not be listed; the rest is
// there.
func (s Source) ListUnmanaged(ctx context.Context, d *Desired, w *Current) ([]UnmanagedResource, error) {
	declared := map[string]bool{s.TokenID: true}
	for _, live := range w.Live {
		declared[live.ID] = true
	}
	for _, o := range d.Resources {
		declared[o.ID] = true
		if w.Errs[o] != nil { // it is declared all the same
			for _, live := range w.indexes[o.Kind].findByName(o.Kind, o.ParentID(), o.NormalizedName()) {
				declared[live.ID] = true
			}
		}
	}
	var all sync.WaitGroup
	managed := map[*Kind]map[string]string{}
	for _, k := range d.Catalog {
		home, field := d.Catalog.rootOf(k)
		if home == nil {
			continue
		}
		if managed[home] == nil {
			managed[home] = managedRoots(home, d, w)
		}
		x := w.indexes[k]
		for _, places := range unlistedRoots(k, managed[home], field, x) {
			all.Go(func() { x.loadLists(ctx, s, k, places) })
		}
	}
	all.Wait()
	var out []UnmanagedResource
	var errs []error
	for _, k := range d.Catalog {
		home, _ := d.Catalog.rootOf(k)
		if home == nil {
			continue
		}
		names := managed[home]
		for key, found := range w.indexes[k].byName {
			id, _, _ := strings.Cut(key, indexKey("", ""))
			name, ours := names[id]
			for _, live := range found {
				if ours && !declared[live.ID] {
					out = append(out, UnmanagedResource{Kind: k, Live: live, RootKind: home, RootName: cmp.Or(name, id)})
				}
			}
		}
		for id, err := range w.indexes[k].listErrs {
			if _, ours := names[id]; ours {
				errs = append(errs, err)
				break // the others fail for the same reason
			}
		}
	}
	slices.SortFunc(out, func(a, b UnmanagedResource) int {
		return cmp.Or(cmp.Compare(slices.Index(d.Catalog, a.Kind), slices.Index(d.Catalog, b.Kind)), cmp.Compare(a.RootName, b.RootName), cmp.Compare(a.Live.Name(), b.Live.Name()), cmp.Compare(a.Live.ID, b.Live.ID))
	})
	return out, errors.Join(errs...)
}

// managedRoots are the ids of the live objects that something is declared in, or that
// are declared themselves, with their names where they are known.
func managedRoots(home *Kind, d *Desired, w *Current) map[string]string {
	out := map[string]string{}
	for _, o := range d.Resources {
		live := w.Live[o]
		switch {
		case o.Kind == home && live != nil:
			out[live.ID] = live.Name()
		case o.hasParentOfKind(home.Name) && o.ParentID() != "":
			out[o.ParentID()] = cmp.Or(out[o.ParentID()], o.parentRef().Name)
		}
	}
	return out
}

// unlistedRoots are the places of which k was not listed yet, as many as one call takes.
func unlistedRoots(k *Kind, managed map[string]string, field string, x *liveIndex) [][]parentLocation {
	var places []parentLocation
	for id := range managed {
		if !x.listedParents[id] {
			places = append(places, parentLocation{field, id})
		}
	}
	slices.SortFunc(places, func(a, b parentLocation) int { return cmp.Compare(a.parentID, b.parentID) })
	return slices.Collect(slices.Chunk(places, k.List.batchSize()))
}
