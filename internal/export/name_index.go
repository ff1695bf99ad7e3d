package export

import (
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// nameIndex tells what ids can be written as. A name serves where it means one
// object only, and can't be taken for an id.
type nameIndex struct {
	inventory   *resource.Inventory
	liveByID    map[string]*resource.Live // by kind and id
	kindsByName map[string]*resource.Kind // by name
	nameCounts  map[string]int            // by kind, place and name
}

func newNameIndex(s *resource.Inventory) *nameIndex {
	n := &nameIndex{inventory: s, liveByID: map[string]*resource.Live{}, kindsByName: map[string]*resource.Kind{}, nameCounts: map[string]int{}}
	for k, found := range s.ListedByKind {
		n.kindsByName[k.Name] = k
		for _, live := range found {
			n.liveByID[k.Name+" "+live.ID] = live
			n.nameCounts[nameKey(k, live)]++
		}
	}
	return n
}

func nameKey(k *resource.Kind, live *resource.Live) string {
	return k.Name + " " + live.ParentID() + " " + live.Name()
}

// isUniqueName reports whether an object is the only one of its name where it lives.
func (n *nameIndex) isUniqueName(k *resource.Kind, live *resource.Live) bool {
	return n.nameCounts[nameKey(k, live)] <= 1
}

// isContainerHidden reports whether the token can't see what an object lives in, and so
// not look it up by its name there.
func (n *nameIndex) isContainerHidden(e *exportedResource) bool {
	return e.containerID != "" && n.liveByID[n.inventory.RootKind.Name+" "+e.containerID] == nil
}

// referenceTo is an id as a manifest best says it: by name and the Workspace it is
// in, unless that is home, which is meant anyway. It is nil where only the id
// will do.
func (n *nameIndex) referenceTo(kind, id, home string) *schema.Node {
	k, live := n.kindsByName[kind], n.liveByID[kind+" "+id]
	if live == nil || !n.isUniqueName(k, live) || resource.LooksLikeID(live.Name()) || live.Name() == "" {
		return nil
	}
	name := textNode(live.Body().Get(k.Identity[0]).ScalarText())
	if k.ParentFields == nil || live.ParentID() == home {
		return name
	}
	in := n.referenceTo(n.inventory.RootKind.Name, live.ParentID(), "")
	if in == nil {
		in = textNode(live.ParentID())
	}
	return &schema.Node{Form: schema.Map, DisplayName: live.Name(), Members: []schema.Member{{Name: n.inventory.RootKind.Name, Value: in}, {Name: k.Identity[0], Value: name}}}
}

// displayName is what people call the object of an id.
func (n *nameIndex) displayName(kind, id string) string {
	if live := n.liveByID[kind+" "+id]; live != nil {
		return live.Name()
	}
	return id
}
