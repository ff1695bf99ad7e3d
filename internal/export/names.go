package export

import (
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// names tells what ids can be written as. A name serves where it means one
// object only, and can't be taken for an id.
type names struct {
	survey *resource.Inventory
	live   map[string]*resource.Live // by kind and id
	kinds  map[string]*resource.Kind // by name
	times  map[string]int            // by kind, place and name
}

func newNames(s *resource.Inventory) *names {
	n := &names{survey: s, live: map[string]*resource.Live{}, kinds: map[string]*resource.Kind{}, times: map[string]int{}}
	for k, found := range s.ListedByKind {
		n.kinds[k.Name] = k
		for _, live := range found {
			n.live[k.Name+" "+live.ID] = live
			n.times[address(k, live)]++
		}
	}
	return n
}

func address(k *resource.Kind, live *resource.Live) string {
	return k.Name + " " + live.ParentID() + " " + live.Name()
}

// unique reports whether an object is the only one of its name where it lives.
func (n *names) unique(k *resource.Kind, live *resource.Live) bool {
	return n.times[address(k, live)] <= 1
}

// hidden reports whether the token can't see what an object lives in, and so
// not look it up by its name there.
func (n *names) hidden(e *entry) bool {
	return e.home != "" && n.live[n.survey.RootKind.Name+" "+e.home] == nil
}

// reference is an id as a manifest best says it: by name and the Workspace it is
// in, unless that is home, which is meant anyway. It is nil where only the id
// will do.
func (n *names) reference(kind, id, home string) *schema.Node {
	k, live := n.kinds[kind], n.live[kind+" "+id]
	if live == nil || !n.unique(k, live) || resource.LooksLikeID(live.Name()) || live.Name() == "" {
		return nil
	}
	name := text(live.Body().Get(k.Identity[0]).ScalarText())
	if k.ParentFields == nil || live.ParentID() == home {
		return name
	}
	in := n.reference(n.survey.RootKind.Name, live.ParentID(), "")
	if in == nil {
		in = text(live.ParentID())
	}
	return &schema.Node{Form: schema.Map, DisplayName: live.Name(), Members: []schema.Member{{Name: n.survey.RootKind.Name, Value: in}, {Name: k.Identity[0], Value: name}}}
}

// called is what people call the object of an id.
func (n *names) called(kind, id string) string {
	if live := n.live[kind+" "+id]; live != nil {
		return live.Name()
	}
	return id
}
