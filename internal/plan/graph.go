package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// addDependencies finds the changes that each one refers to: by what the manifest says,
// else by the ids that it or the live object holds.
func (p *Plan) addDependencies(of map[*resource.Resource]*Change) {
	live := map[string]*Change{}    // by id, and by name where that is what refers
	governs := map[string]*Change{} // by what decides what others may do
	for _, c := range p.Changes {
		for _, f := range c.Fields {
			if c.Resource.Kind.Singleton {
				governs[c.Resource.Kind.Name+"."+f.Path] = c
			}
		}
		if c.Live != nil {
			live[c.Resource.Kind.Name+" "+c.Live.ID] = c
			live[c.Resource.Kind.Name+" "+c.Live.Name()] = c
		}
	}
	for _, c := range p.Changes {
		targets := map[*Change]bool{c: true, nil: true}
		add := func(target *Change, field string) {
			if targets[target] {
				return
			}
			targets[target] = true
			addDependency(c, target)
			if target.Resource.Absent && !c.Resource.Absent {
				p.Problems = append(p.Problems, schema.Problem{Pos: c.Resource.Pos, Message: fmt.Sprintf(
					"%s refers to %s in %s, which is marked state: absent at %s; let it go first", c.Resource, target.Resource, field, target.Resource.Pos)})
			}
		}
		for _, r := range c.Resource.Refs {
			target := of[r.Declared]
			if target == nil && r.ID != "" {
				target = live[r.Kind.Name+" "+r.ID]
			}
			if target == nil && r.ByName { // what goes by this name so far
				if target = live[r.Kind.Name+" "+r.Name]; target != nil && target.isRename() && !c.Resource.Absent {
					p.Problems = append(p.Problems, schema.Problem{Pos: r.Pos, Message: fmt.Sprintf(
						"%s: %s becomes %s by this manifest, at %s; refer to it by its new name", c.Resource, r, target.Resource, target.Resource.Pos)})
				}
			}
			add(target, cmp.Or(r.Field.Ref.NameField, r.Field.Name))
		}
		for i := range c.Resource.Kind.Fields {
			if f := &c.Resource.Kind.Fields[i]; f.Ref != nil {
				c.referenceIDs(f).Walk(func(id *schema.Node) { add(live[f.Ref.Kind+" "+id.ScalarText()], f.Ref.NameField) })
			}
		}
		switch over := governs[c.Resource.Kind.GovernedBy]; {
		case over == nil:
		case over.isEnabling(c.Resource.Kind.GovernedBy): // then what it forbids comes before it
			addDependency(over, c)
		default:
			addDependency(c, over)
		}
		if c.Live == nil {
			continue
		}
		// Whatever has to do with something else lets go of it before that goes.
		whole := schema.Type{Base: schema.BaseObject, Fields: c.Resource.Kind.Fields}
		forEachReference(&whole, c.Live.Body(), func(f *schema.Field, id *schema.Node) {
			target := live[f.Ref.Kind+" "+id.ScalarText()]
			if target != nil && !targets[target] && f.Ref.ByName && target.isRename() && c.Action == Update {
				p.Problems = append(p.Problems, schema.Problem{Pos: c.Resource.Pos, Message: fmt.Sprintf(
					"%s is granted %q, which becomes %s by this manifest, at %s, and would be sent back; declare the grant by its new name", c.Resource, id.ScalarText(), target.Resource, target.Resource.Pos)})
				targets[target] = true
			}
			if target != nil && !targets[target] && target.Action == Delete && !slices.Contains(target.DependsOn, c) {
				target.DependsOn = append(target.DependsOn, c)
			}
		})
		for _, kept := range c.Kept { // a list that is declared keeps it against the declaration
			name, _, _ := strings.Cut(kept.Path, "[")
			f := schema.FindField(c.Resource.Kind.Fields, name)
			if f == nil {
				continue
			}
			element := schema.Field{Name: name, Ref: f.Ref}
			if f.Type.Elem != nil {
				element.Type = *f.Type.Elem
			}
			forEachReference(&schema.Type{Base: schema.BaseObject, Fields: []schema.Field{element}}, &schema.Node{Form: schema.Map, Members: []schema.Member{{Name: name, Value: kept.Old}}},
				func(f *schema.Field, id *schema.Node) {
					p.reportKeptReference(c, kept.Path, live[f.Ref.Kind+" "+id.ScalarText()])
				})
		}
	}
}

// forEachReference calls visit for every reference in a value, at any depth.
func forEachReference(t *schema.Type, n *schema.Node, visit func(*schema.Field, *schema.Node)) {
	switch {
	case n == nil:
	case t.Base == schema.BaseObject:
		for i := range t.Fields {
			f := &t.Fields[i]
			if f.Ref != nil {
				n.Get(f.Name).Walk(func(id *schema.Node) { visit(f, id) })
			} else {
				forEachReference(&f.Type, n.Get(f.Name), visit)
			}
		}
	case t.Base == schema.BaseList:
		for _, item := range n.Items {
			forEachReference(t.Elem, item, visit)
		}
	}
}

// referenceIDs is the id in a reference field, or the list of them, as declared, else
// as live.
func (c *Change) referenceIDs(f *schema.Field) *schema.Node {
	if n := c.Resource.Body.Get(f.Name); n != nil || c.Live == nil {
		return n
	}
	for _, sibling := range f.ConflictsWith {
		if c.Resource.Body.Get(sibling) != nil {
			return nil
		}
	}
	return f.CurrentValue(c.Live.Body(), c.Live.Body())
}

// reportKeptReference reports that c is not to let go of what is removed.
func (p *Plan) reportKeptReference(c *Change, path string, target *Change) {
	if target != nil && target.Action == Delete {
		p.Problems = append(p.Problems, schema.Problem{Pos: c.Resource.Pos, Message: fmt.Sprintf(
			"%s: %s is kept, and %s in it is marked state: absent at %s; let it go first, or keep both", c.Resource, path, target.Resource, target.Resource.Pos)})
	}
}

// isEnabling reports whether a change switches something on.
func (c *Change) isEnabling(under string) bool {
	return slices.ContainsFunc(c.Fields, func(f Field) bool { return c.Resource.Kind.Name+"."+f.Path == under && f.New.Is("true") })
}

// addDependency records an order: what is referred to comes first, and goes last, not at
// all where what refers to it couldn't be read.
func addDependency(c, target *Change) {
	if c.Action == Delete || c.Action == Errored && target.Action == Delete {
		if target.Action == Delete {
			target.DependsOn = append(target.DependsOn, c)
		}
		return
	}
	c.DependsOn = append(c.DependsOn, target)
}

// sortChanges sorts the changes so that each comes after what it needs, and keeps
// the manifest's order otherwise.
func (p *Plan) sortChanges() {
	var (
		out    []*Change
		placed = map[*Change]bool{}
		visit  func(c *Change)
	)
	visit = func(c *Change) {
		if placed[c] {
			return
		}
		placed[c] = true
		for _, n := range c.DependsOn {
			visit(n)
		}
		out = append(out, c)
	}
	for _, c := range p.Changes {
		visit(c)
	}
	late := deleteRanks(p.Changes)
	slices.SortStableFunc(out, func(a, b *Change) int { return cmp.Compare(late[a], late[b]) })
	p.Changes = out
}

// isRename reports whether the change gives a live object another name.
func (c *Change) isRename() bool {
	return c.Action == Update && c.Resource.NameAfter(c.Live) != c.Live.Name()
}

// orderRenames lets a name be given up, by another name or a removal, before another
// object takes it. Names that are swapped have no such order: the API judges them.
func (p *Plan) orderRenames() {
	held := map[string]*Change{}
	place := func(c *Change, name string) string {
		return c.Resource.Kind.Name + " " + name + " in " + c.Live.ParentID()
	}
	holder := func(c *Change) *Change {
		if c.Action == Delete {
			return nil
		}
		return held[place(c, c.Resource.NameAfter(c.Live))]
	}
	var renamed []*Change
	for _, c := range p.Changes {
		if c.isRename() || c.Action == Delete {
			held[place(c, c.Live.Name())] = c
		}
		if c.isRename() {
			renamed = append(renamed, c)
		}
	}
	for _, c := range renamed {
		next := holder(c)
		for range renamed { // whether it comes around
			if next != nil {
				next = holder(next)
			}
		}
		if before := holder(c); before != nil && next == nil && !before.isAfter(c) {
			c.DependsOn = append(c.DependsOn, before)
		}
	}
}

// isAfter reports whether a change comes after another one.
func (c *Change) isAfter(other *Change) bool {
	return slices.ContainsFunc(c.DependsOn, func(n *Change) bool { return n == other || n.isAfter(other) })
}
