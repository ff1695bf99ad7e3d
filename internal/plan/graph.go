package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// addDependencies adds the dependencies between changes. A change depends on the
// changes that its resource refers to: by declared references, otherwise by the ids in
// the declared or current values.
func (p *Plan) addDependencies(changeOf map[*desired.Resource]*Change) {
	byIDOrName := map[string]*Change{}      // keys: kind and id, and kind and name, because some references use names
	byGovernedField := map[string]*Change{} // keys: kind.field of singletons, as in Kind.GovernedBy
	for _, c := range p.Changes {
		for _, f := range c.Fields {
			if c.Resource.Kind.Singleton {
				byGovernedField[c.Resource.Kind.Name+"."+f.Path] = c
			}
		}
		if c.Live != nil {
			byIDOrName[c.Resource.Kind.Name+" "+c.Live.ID] = c
			byIDOrName[c.Resource.Kind.Name+" "+c.Live.Name()] = c
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
					"%s: %s refers to %s, which is marked state: absent at %s; remove this reference first", c.Resource, field, target.Resource, target.Resource.Pos)})
			}
		}
		for _, ref := range c.Resource.Refs {
			target := changeOf[ref.Declared]
			if target == nil && ref.ID != "" {
				target = byIDOrName[ref.Kind.Name+" "+ref.ID]
			}
			if target == nil && ref.ByName { // the resource that currently has the name
				if target = byIDOrName[ref.Kind.Name+" "+ref.Name]; target != nil && target.isRename() && !c.Resource.Absent {
					p.Problems = append(p.Problems, schema.Problem{Pos: ref.Pos, Message: fmt.Sprintf(
						"%s: the manifest renames %s to %s at %s; use the new name", c.Resource, ref, target.Resource, target.Resource.Pos)})
				}
			}
			add(target, cmp.Or(ref.Field.Ref.NameField, ref.Field.Name))
		}
		for i := range c.Resource.Kind.Fields {
			if f := &c.Resource.Kind.Fields[i]; f.Ref != nil {
				c.referenceIDs(f).Walk(func(id *schema.Node) { add(byIDOrName[f.Ref.Kind+" "+id.ScalarText()], f.Ref.NameField) })
			}
		}
		switch governing := byGovernedField[c.Resource.Kind.GovernedBy]; {
		case governing == nil:
		case governing.isEnabling(c.Resource.Kind.GovernedBy): // once enabled, the setting blocks changes of c, so c comes first
			addDependency(governing, c)
		default:
			addDependency(c, governing)
		}
		if c.Live == nil {
			continue
		}
		// Remove references to a resource before deleting it.
		bodyType := schema.Type{Base: schema.BaseObject, Fields: c.Resource.Kind.Fields}
		forEachReference(&bodyType, c.Live.Body(), func(f *schema.Field, id *schema.Node) {
			target := byIDOrName[f.Ref.Kind+" "+id.ScalarText()]
			if target != nil && !targets[target] && f.Ref.ByName && target.isRename() && c.Action == Update {
				p.Problems = append(p.Problems, schema.Problem{Pos: c.Resource.Pos, Message: fmt.Sprintf(
					"%s has a grant of %q in Astro, but the manifest renames this role to %s at %s; declare the grant with the new name", c.Resource, id.ScalarText(), target.Resource, target.Resource.Pos)})
				targets[target] = true
			}
			if target != nil && !targets[target] && target.Action == Delete && !slices.Contains(target.DependsOn, c) {
				target.DependsOn = append(target.DependsOn, c)
			}
		})
		for _, kept := range c.Kept { // undeclared items, kept because removal is not allowed
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
					p.reportKeptReference(c, kept.Path, byIDOrName[f.Ref.Kind+" "+id.ScalarText()])
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

// referenceIDs returns the declared id or list of ids in a reference field, otherwise the
// current one.
func (c *Change) referenceIDs(f *schema.Field) *schema.Node {
	if n := c.Resource.Body.Get(f.Name); n != nil || c.Live == nil {
		return n
	}
	if c.Resource.Kind.IsReplaced(f.Name, c.Resource.Body) {
		return nil
	}
	return f.CurrentValue(c.Live.Body(), c.Live.Body())
}

// reportKeptReference reports a problem if target will be deleted although c keeps a
// reference to it.
func (p *Plan) reportKeptReference(c *Change, path string, target *Change) {
	if target != nil && target.Action == Delete {
		p.Problems = append(p.Problems, schema.Problem{Pos: c.Resource.Pos, Message: fmt.Sprintf(
			"%s: %s is kept, but refers to %s, which is marked state: absent at %s; remove this reference first, or keep both", c.Resource, path, target.Resource, target.Resource.Pos)})
	}
}

// isEnabling reports whether the change sets a boolean setting, given as kind.field, to
// true.
func (c *Change) isEnabling(field string) bool {
	return slices.ContainsFunc(c.Fields, func(f Field) bool { return c.Resource.Kind.Name+"."+f.Path == field && f.New.Is("true") })
}

// addDependency records that c refers to target, so target comes first. If both are
// deleted, c comes first. If c could not be read, a delete of target depends on c and is
// therefore not made.
func addDependency(c, target *Change) {
	if c.Action == Delete || c.Action == Errored && target.Action == Delete {
		if target.Action == Delete {
			target.DependsOn = append(target.DependsOn, c)
		}
		return
	}
	c.DependsOn = append(c.DependsOn, target)
}

// sortChanges sorts the changes so that each comes after its dependencies. Otherwise it
// keeps the order of the manifest.
func (p *Plan) sortChanges() {
	var (
		sorted  []*Change
		visited = map[*Change]bool{}
		visit   func(c *Change)
	)
	visit = func(c *Change) {
		if visited[c] {
			return
		}
		visited[c] = true
		for _, n := range c.DependsOn {
			visit(n)
		}
		sorted = append(sorted, c)
	}
	for _, c := range p.Changes {
		visit(c)
	}
	rank := deleteRanks(p.Changes)
	slices.SortStableFunc(sorted, func(a, b *Change) int { return cmp.Compare(rank[a], rank[b]) })
	p.Changes = sorted
}

// isRename reports whether the change renames an existing resource.
func (c *Change) isRename() bool {
	return c.Action == Update && c.Resource.NameAfter(c.Live.Name()) != c.Live.Name()
}

// orderRenames makes a rename depend on the change that releases the new name, by a
// rename or a delete. Swapped names have no possible order, so the API accepts or
// refuses them.
func (p *Plan) orderRenames() {
	releasedBy := map[string]*Change{}
	nameKey := func(c *Change, name string) string {
		return c.Resource.Kind.Name + " " + name + " in " + c.Live.ParentID()
	}
	holder := func(c *Change) *Change {
		if c.Action == Delete {
			return nil
		}
		return releasedBy[nameKey(c, c.Resource.NameAfter(c.Live.Name()))]
	}
	var renamed []*Change
	for _, c := range p.Changes {
		if c.isRename() || c.Action == Delete {
			releasedBy[nameKey(c, c.Live.Name())] = c
		}
		if c.isRename() {
			renamed = append(renamed, c)
		}
	}
	for _, c := range renamed {
		next := holder(c)
		for range renamed { // nil after the loop, unless the renames form a cycle
			if next != nil {
				next = holder(next)
			}
		}
		if releasing := holder(c); releasing != nil && next == nil && !releasing.isAfter(c) {
			c.DependsOn = append(c.DependsOn, releasing)
		}
	}
}

// isAfter reports whether a change comes after another one.
func (c *Change) isAfter(other *Change) bool {
	return slices.ContainsFunc(c.DependsOn, func(n *Change) bool { return n == other || n.isAfter(other) })
}
