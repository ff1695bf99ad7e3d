package export

import (
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// nameIndex finds the names that manifests can have in place of ids. A name can replace
// an id if only one resource has the name and it doesn't look like an id.
type nameIndex struct {
	inventory   *current.Inventory
	liveByID    map[string]*current.Live // by kind and id
	kindsByName map[string]*kind.Kind
	nameCounts  map[string]int // by nameKey
}

func newNameIndex(inventory *current.Inventory) *nameIndex {
	n := &nameIndex{inventory: inventory, liveByID: map[string]*current.Live{}, kindsByName: map[string]*kind.Kind{}, nameCounts: map[string]int{}}
	for k, list := range inventory.ListedByKind {
		n.kindsByName[k.Name] = k
		for _, live := range list {
			n.liveByID[k.Name+" "+live.ID] = live
			n.nameCounts[nameKey(k, live)]++
		}
	}
	return n
}

func nameKey(k *kind.Kind, live *current.Live) string {
	return k.Name + " " + live.ParentID() + " " + live.Name()
}

// isUniqueName reports whether no other resource of the kind has the same name and
// parent.
func (n *nameIndex) isUniqueName(k *kind.Kind, live *current.Live) bool {
	return n.nameCounts[nameKey(k, live)] <= 1
}

// isContainerHidden reports whether the token can't see the entry's Workspace. A run
// then can't find the resource by the names of both.
func (n *nameIndex) isContainerHidden(e *exportedResource) bool {
	return e.containerID != "" && n.liveByID[n.inventory.RootKind.Name+" "+e.containerID] == nil
}

// referenceTo returns a reference by name to the resource with the id, or nil if only
// the id identifies it. The reference has the Workspace as well, unless that is
// defaultContainerID, in which names are looked up by default.
func (n *nameIndex) referenceTo(kind, id, defaultContainerID string) *schema.Node {
	k, live := n.kindsByName[kind], n.liveByID[kind+" "+id]
	if live == nil || !n.isUniqueName(k, live) || desired.LooksLikeID(live.Name()) || live.Name() == "" {
		return nil
	}
	name := textNode(live.Body().Get(k.Identity[0]).ScalarText())
	if k.ParentFields == nil || live.ParentID() == defaultContainerID {
		return name
	}
	container := n.referenceTo(n.inventory.RootKind.Name, live.ParentID(), "")
	if container == nil {
		container = textNode(live.ParentID())
	}
	return &schema.Node{Form: schema.Map, DisplayName: live.Name(), Members: []schema.Member{{Name: n.inventory.RootKind.Name, Value: container}, {Name: k.Identity[0], Value: name}}}
}

// displayName returns the name of the resource with the id, or the id if the inventory
// doesn't have the resource.
func (n *nameIndex) displayName(kind, id string) string {
	if live := n.liveByID[kind+" "+id]; live != nil {
		return live.Name()
	}
	return id
}
