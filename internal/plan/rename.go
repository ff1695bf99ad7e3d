package plan

import "slices"

// renames reports whether the change gives a live object another name.
func (c *Change) renames() bool {
	return c.Action == Update && c.Object.NameAfter(c.Live) != c.Live.Name()
}

// handOver lets a name be given up, by another name or a removal, before another
// object takes it. Names that are swapped have no such order: the API judges them.
func (p *Plan) handOver() {
	held := map[string]*Change{}
	place := func(c *Change, name string) string {
		return c.Object.Kind.Name + " " + name + " in " + c.Live.ParentID()
	}
	holder := func(c *Change) *Change {
		if c.Action == Delete {
			return nil
		}
		return held[place(c, c.Object.NameAfter(c.Live))]
	}
	var renamed []*Change
	for _, c := range p.Changes {
		if c.renames() || c.Action == Delete {
			held[place(c, c.Live.Name())] = c
		}
		if c.renames() {
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
		if before := holder(c); before != nil && next == nil && !before.reaches(c) {
			c.Needs = append(c.Needs, before)
		}
	}
}

// reaches reports whether a change comes after another one.
func (c *Change) reaches(other *Change) bool {
	return slices.ContainsFunc(c.Needs, func(n *Change) bool { return n == other || n.reaches(other) })
}
