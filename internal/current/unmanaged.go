package current

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
)

// UnmanagedResource is a live resource in a managed Workspace that the manifest doesn't
// declare.
type UnmanagedResource struct {
	Kind     *kind.Kind
	Live     *Live
	RootKind *kind.Kind // kind of its root parent: Workspace
	RootName string     // name of its Workspace, or the id if the name is unknown
}

// ListUnmanaged returns the undeclared resources in the Workspaces that the manifest manages, sorted
// by kind, Workspace and name. It reuses the lists in current and makes calls only for
// missing lists. If a list fails, it returns an error together with the resources of all
// other lists.
func (s Source) ListUnmanaged(ctx context.Context, current *State) ([]UnmanagedResource, error) {
	d, declared := current.Desired, map[string]bool{s.TokenID: true}
	for _, live := range current.Live {
		declared[live.ID] = true
	}
	for _, o := range d.Resources {
		declared[o.ID] = true
		if current.Errs[o] != nil { // it failed, but the manifest does declare it
			for _, live := range current.indexes[o.Kind].findByName(o.Kind, o.ParentID(), o.NormalizedName()) {
				declared[live.ID] = true
			}
		}
	}
	var all sync.WaitGroup
	managed := map[*kind.Kind]map[string]string{}
	for _, k := range d.Catalog {
		root, field := d.Catalog.RootOf(k)
		if root == nil {
			continue
		}
		if managed[root] == nil {
			managed[root] = managedRoots(root, current)
		}
		index := current.indexes[k]
		for _, parents := range unlistedRoots(k, managed[root], field, index) {
			all.Go(func() { index.loadLists(ctx, s, k, parents) })
		}
	}
	all.Wait()
	var out []UnmanagedResource
	var errs []error
	for _, k := range d.Catalog {
		root, _ := d.Catalog.RootOf(k)
		if root == nil {
			continue
		}
		names := managed[root]
		for key, found := range current.indexes[k].byName {
			id, _, _ := strings.Cut(key, indexKey("", ""))
			name, isManaged := names[id]
			for _, live := range found {
				if isManaged && !declared[live.ID] {
					out = append(out, UnmanagedResource{Kind: k, Live: live, RootKind: root, RootName: cmp.Or(name, id)})
				}
			}
		}
		for id, err := range current.indexes[k].listErrs {
			if _, isManaged := names[id]; isManaged {
				errs = append(errs, err)
				break // other lists of the kind usually fail for the same reason
			}
		}
	}
	slices.SortFunc(out, func(a, b UnmanagedResource) int {
		return cmp.Or(cmp.Compare(slices.Index(d.Catalog, a.Kind), slices.Index(d.Catalog, b.Kind)), cmp.Compare(a.RootName, b.RootName), cmp.Compare(a.Live.Name(), b.Live.Name()), cmp.Compare(a.Live.ID, b.Live.ID))
	})
	return out, errors.Join(errs...)
}

// managedRoots returns the managed Workspaces: those that the manifest declares, and the
// parents of declared resources. It maps their ids to their names, if known.
func managedRoots(root *kind.Kind, current *State) map[string]string {
	out := map[string]string{}
	for _, o := range current.Desired.Resources {
		live := current.Live[o]
		switch {
		case o.Kind == root && live != nil:
			out[live.ID] = live.Name()
		case o.HasParentOfKind(root.Name) && o.ParentID() != "":
			out[o.ParentID()] = cmp.Or(out[o.ParentID()], o.ParentRef().Name)
		}
	}
	return out
}

// unlistedRoots returns the managed Workspaces in which k isn't listed yet, in batches for
// one call each.
func unlistedRoots(k *kind.Kind, managed map[string]string, field string, index *liveIndex) [][]desired.Parent {
	var parents []desired.Parent
	for id := range managed {
		if !index.listedParents[id] {
			parents = append(parents, desired.Parent{Field: field, ID: id})
		}
	}
	slices.SortFunc(parents, func(a, b desired.Parent) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Collect(slices.Chunk(parents, k.List.BatchSize()))
}
