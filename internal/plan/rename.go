package plan

import "slices"

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
