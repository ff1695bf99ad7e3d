package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// references are the fields with which the resource of a change refers to that of another one.
type references map[[2]*Change][]*schema.Field

// edgeBuilder adds the dependencies between changes, one kind of edge at a time.
type edgeBuilder struct {
	*Plan
	references
	changeOf   map[*desired.Resource]*Change
	byIDOrName map[string]*Change // keys: kind and id, and kind and name, because some references use names
	settings   map[string]*Change // keys: kind and field of singletons, as in kind.Gate
}

// addDependencies adds the dependencies between changes. A change depends on the changes that its resource refers to:
// by declared references, otherwise by the ids in the declared or current values.
func (p *Plan) addDependencies(changeOf map[*desired.Resource]*Change) references {
	b := edgeBuilder{p, references{}, changeOf, map[string]*Change{}, map[string]*Change{}}
	for _, c := range p.Changes {
		name := c.Resource.Kind.Name
		if c.Live != nil {
			b.byIDOrName[name+" "+c.Live.ID], b.byIDOrName[name+" "+c.Live.Name()] = c, c
		}
		if c.Resource.Kind.Singleton {
			for _, f := range c.Fields {
				b.settings[name+" "+f.Path] = c
			}
		}
	}
	for _, c := range p.Changes {
		b.linkDeclaredReferences(c)
		b.linkReferenceIDs(c)
		b.linkGate(c)
		b.linkCurrentReferences(c)
		b.checkKeptReferences(c)
	}
	return b.references
}

// linkDeclaredReferences makes c depend on the changes of resources that it refers to by name or id.
func (b *edgeBuilder) linkDeclaredReferences(c *Change) {
	for _, ref := range c.Resource.Refs {
		target := b.changeOf[ref.Declared]
		if target == nil && ref.ID != "" {
			target = b.byIDOrName[ref.Kind.Name+" "+ref.ID]
		}
		if target == nil && ref.ByName { // the resource that currently has the name
			target = b.byIDOrName[ref.Kind.Name+" "+ref.Name]
			if target != nil && target.isRename() && !c.Resource.Absent {
				b.addProblem(ref.Pos, "%s: the manifest renames %s to %s at %s; use the new name",
					c.Resource, ref, target.Resource, target.Resource.Pos)
			}
		}
		b.link(c, target, ref.Field)
	}
}

// linkReferenceIDs makes c depend on the changes of resources whose ids its fields contain.
func (b *edgeBuilder) linkReferenceIDs(c *Change) {
	for i := range c.Resource.Kind.Fields {
		f := &c.Resource.Kind.Fields[i]
		if f.Ref != nil {
			c.referenceIDs(f).Walk(func(id *schema.Node) { b.link(c, b.target(f.Ref, id), f) })
		}
	}
}

// linkGate makes c depend on the change that opens its gate, or the change that closes the gate depend on c. If the
// gate is a setting of its parent, c refers to that anyway.
func (b *edgeBuilder) linkGate(c *Change) {
	gate := c.Resource.Kind.Gate
	if gate == nil {
		return
	}
	switch setting := b.settings[gate.Kind+" "+gate.Condition.Field]; {
	case setting == nil:
	case gate.IsOpen(setting.Resource.Body):
		addDependency(c, setting)
	default:
		addDependency(setting, c)
	}
}

// linkCurrentReferences makes the delete of a resource depend on c if the manifest removes the reference in c.
func (b *edgeBuilder) linkCurrentReferences(c *Change) {
	body := schema.Type{Base: schema.BaseObject, Fields: c.Resource.Kind.Fields}
	schema.VisitReferences(nil, &body, c.Live.Body(), func(ref *schema.Ref, id *schema.Node) {
		target := b.target(ref, id)
		if target == nil || target == c || b.references[[2]*Change{c, target}] != nil {
			return
		}
		if ref.ByName && target.isRename() && c.Action == Update {
			b.addProblem(c.Resource.Pos, "%s has a grant of %q in Astro, "+
				"but the manifest renames this role to %s at %s; declare the grant with the new name",
				c.Resource, id.ScalarText(), target.Resource, target.Resource.Pos)
			b.references[[2]*Change{c, target}] = []*schema.Field{{Ref: ref}} // reported once
		}
		if target.Action == Delete && !slices.Contains(target.DependsOn, c) {
			target.DependsOn = append(target.DependsOn, c)
		}
	})
}

// checkKeptReferences reports the undeclared items that are kept although they refer to a resource to delete.
func (b *edgeBuilder) checkKeptReferences(c *Change) {
	for _, kept := range c.Kept {
		name, _, _ := strings.Cut(kept.Path, "[")
		f := c.Resource.Kind.FieldByName(name)
		if f == nil {
			continue
		}
		schema.VisitReferences(f.Ref, cmp.Or(f.Type.Elem, &f.Type), kept.Old, func(ref *schema.Ref, id *schema.Node) {
			if target := b.target(ref, id); target != nil && target.Action == Delete {
				b.addProblem(c.Resource.Pos, "%s: %s is kept, but refers to %s, which is marked state: absent at %s; "+
					"remove this reference first, or keep both",
					c.Resource, kept.Label, target.Resource, target.Resource.Pos)
			}
		})
	}
}

// target returns the change of the resource with an id or name, or nil.
func (b *edgeBuilder) target(ref *schema.Ref, id *schema.Node) *Change {
	return b.byIDOrName[ref.Kind+" "+id.ScalarText()]
}

// link makes c depend on target, to which the field f refers.
func (b *edgeBuilder) link(c, target *Change, f *schema.Field) {
	if target == nil || target == c {
		return
	}
	fields := append(b.references[[2]*Change{c, target}], f)
	b.references[[2]*Change{c, target}] = fields
	if len(fields) > 1 {
		return
	}
	addDependency(c, target)
	if target.Resource.Absent && !c.Resource.Absent {
		b.addProblem(c.Resource.Pos, "%s: %s refers to %s, which is marked state: absent at %s; "+
			"remove this reference first",
			c.Resource, cmp.Or(f.Ref.NameField, f.Name), target.Resource, target.Resource.Pos)
	}
}

func (p *Plan) addProblem(pos schema.Pos, format string, args ...any) {
	p.Problems = append(p.Problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// referenceIDs returns the declared id or list of ids in a reference field, otherwise the current one.
func (c *Change) referenceIDs(f *schema.Field) *schema.Node {
	if n := c.Resource.Body.Get(f.Name); n != nil || c.Live == nil {
		return n
	}
	if c.Resource.Kind.IsReplaced(f.Name, c.Resource.Body) {
		return nil
	}
	return f.CurrentValue(c.Live.Body(), c.Live.Body())
}

// addDependency records that c refers to target, so target comes first. If both are deleted, c comes first. If c could
// not be read, a delete of target depends on c and is therefore not made.
func addDependency(c, target *Change) {
	if c.Action == Delete || c.Action == Errored && target.Action == Delete {
		if target.Action == Delete {
			target.DependsOn = append(target.DependsOn, c)
		}
		return
	}
	c.DependsOn = append(c.DependsOn, target)
}

// VisitDependenciesFirst calls visit for each node after the nodes on which it depends, otherwise in the given order.
// It ends with the first cycle: nodes that each depend on the next one, and the last on the first.
func VisitDependenciesFirst[N comparable](nodes []N, dependencies func(N) []N, visit func(N)) (cycle []N) {
	visited := map[N]bool{}
	var visitAll func(nodes, trail []N) []N
	visitAll = func(nodes, trail []N) []N {
		for _, n := range nodes {
			if i := slices.Index(trail, n); i >= 0 {
				return slices.Clone(trail[i:])
			}
			if visited[n] {
				continue
			}
			if cycle := visitAll(dependencies(n), append(trail, n)); cycle != nil {
				return cycle
			}
			visited[n] = true
			visit(n)
		}
		return nil
	}
	return visitAll(nodes, nil)
}

func (c *Change) dependencies() []*Change { return c.DependsOn }

// isAfter reports whether a change comes after another one.
func (c *Change) isAfter(other *Change) (isAfter bool) {
	VisitDependenciesFirst(c.DependsOn, (*Change).dependencies, func(n *Change) { isAfter = isAfter || n == other })
	return isAfter
}

// sortChanges sorts the changes so that each comes after its dependencies. Deletes on which no other change depends
// come last. Otherwise it keeps the order of the manifest.
func (p *Plan) sortChanges() {
	others := slices.DeleteFunc(slices.Clone(p.Changes), func(c *Change) bool { return c.Action == Delete })
	isNeeded := map[*Change]bool{}
	VisitDependenciesFirst(others, (*Change).dependencies, func(c *Change) { isNeeded[c] = true })
	var needed, deletes []*Change
	VisitDependenciesFirst(p.Changes, (*Change).dependencies, func(c *Change) {
		if isNeeded[c] {
			needed = append(needed, c)
		} else {
			deletes = append(deletes, c)
		}
	})
	p.Changes = append(needed, deletes...)
}

// isRename reports whether the change renames an existing resource.
func (c *Change) isRename() bool {
	return c.Action == Update && c.Resource.NameAfter(c.Live.Name()) != c.Live.Name()
}

// orderRenames makes a rename depend on the change that releases the new name, by a rename or a delete. Swapped names
// have no possible order, so the API accepts or refuses them.
func (p *Plan) orderRenames() {
	releasedBy := map[string]*Change{}
	nameKey := func(c *Change, name string) string {
		return c.Resource.Kind.Name + " " + name + " in " + c.Live.ParentID()
	}
	for _, c := range p.Changes {
		if c.isRename() || c.Action == Delete {
			releasedBy[nameKey(c, c.Live.Name())] = c
		}
	}
	releasing := func(c *Change) []*Change {
		if c.isRename() {
			if other := releasedBy[nameKey(c, c.Resource.NameAfter(c.Live.Name()))]; other != nil {
				return []*Change{other}
			}
		}
		return nil
	}
	for _, c := range p.Changes {
		for _, other := range releasing(c) {
			swap := VisitDependenciesFirst([]*Change{c}, releasing, func(*Change) {})
			if swap == nil && !other.isAfter(c) {
				c.DependsOn = append(c.DependsOn, other)
			}
		}
	}
}
