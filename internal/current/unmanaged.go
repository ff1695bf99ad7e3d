package current

import (
	"cmp"
	"context"
	"errors"
	"slices"

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
	d, l, declared := current.Desired, current.lookup, map[string]bool{s.TokenID: true}
	for _, live := range current.Live {
		declared[live.ID] = true
	}
	for _, o := range d.Resources {
		declared[o.ID] = true
		if current.Errs[o] != nil { // it failed, but the manifest does declare it
			matches, _ := l.matches(o)
			for _, live := range matches {
				declared[live.ID] = true
			}
		}
	}
	wanted := map[*kind.Kind][]desired.Parent{}
	for _, k := range d.Catalog {
		if root, field := d.Catalog.RootOf(k); root != nil {
			for id := range managedRoots(root, current) {
				wanted[k] = append(wanted[k], desired.Parent{Field: field, ID: id})
			}
		}
	}
	l.list(ctx, wanted)
	var out []UnmanagedResource
	var errs []error
	for _, k := range d.Catalog {
		root, _ := d.Catalog.RootOf(k)
		if root == nil {
			continue
		}
		var err error
		for id, name := range managedRoots(root, current) {
			list := l.index(k).in(id)
			for _, live := range list.resources {
				if !declared[live.ID] {
					out = append(out, UnmanagedResource{Kind: k, Live: live, RootKind: root, RootName: cmp.Or(name, id)})
				}
			}
			err = cmp.Or(err, list.lookupErr()) // other lists of the kind usually fail for the same reason
		}
		errs = append(errs, err)
	}
	slices.SortFunc(out, func(a, b UnmanagedResource) int {
		return cmp.Or(
			cmp.Compare(slices.Index(d.Catalog, a.Kind), slices.Index(d.Catalog, b.Kind)), cmp.Compare(a.RootName, b.RootName),
			cmp.Compare(a.Live.Name(), b.Live.Name()), cmp.Compare(a.Live.ID, b.Live.ID),
		)
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
