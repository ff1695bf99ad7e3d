package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// untangle breaks circles of references where one of them may be set by a
// second write. Other circles can't be followed in any order.
func (p *Plan) untangle() {
	for {
		circle := p.circle()
		if circle == nil {
			return
		}
		if !loosen(circle) {
			p.refuseCycle(circle, "references form a cycle")
		}
	}
}

// refuseCycles reports every cycle that the plan still contains. A run of such a
// plan would never end.
func (p *Plan) refuseCycles() {
	for cycle := p.circle(); cycle != nil; cycle = p.circle() {
		p.refuseCycle(cycle, "each of these changes has to be made after the next one, so none can be the first; split them over two runs")
	}
}

// refuseCycle makes a cycle a problem, and removes it from the plan.
func (p *Plan) refuseCycle(cycle []*Change, why string) {
	names := make([]string, 0, len(cycle)+1)
	for _, c := range append(cycle, cycle[0]) {
		names = append(names, c.Object.String())
	}
	p.Problems = append(p.Problems, schema.Problem{Pos: cycle[0].Object.Pos, Message: why + ": " + strings.Join(names, " → ")})
	cut(cycle[len(cycle)-1], cycle[0])
}

// circle returns changes of which each needs the next one, and the last the
// first; nil when there is none.
func (p *Plan) circle() []*Change {
	placed := map[*Change]bool{}
	var visit func(c *Change, trail []*Change) []*Change
	visit = func(c *Change, trail []*Change) []*Change {
		if i := slices.Index(trail, c); i >= 0 {
			return slices.Clone(trail[i:])
		}
		if placed[c] {
			return nil
		}
		trail = append(trail, c)
		for _, n := range c.Needs {
			if found := visit(n, trail); found != nil {
				return found
			}
		}
		placed[c] = true
		return nil
	}
	for _, c := range p.Changes {
		if found := visit(c, nil); found != nil {
			return found
		}
	}
	return nil
}

// loosen lets one change of a circle not wait for the next one.
func loosen(circle []*Change) bool {
	step := func(may func(c, next *Change) bool, done func(c, next *Change)) bool {
		for i, c := range circle {
			if next := circle[(i+1)%len(circle)]; may(c, next) {
				cut(c, next)
				done(c, next)
				return true
			}
		}
		return false
	}
	nothing := func(_, _ *Change) {}
	later := func(c, next *Change) { c.Later = append(c.Later, next) }
	// Where the id is known, nothing has to follow; what goes, goes with what
	// refers to it; and rather one value follows than some of a list, which would
	// be taken for all of it in between.
	return step(func(c, next *Change) bool { return c.Action != Delete && next.Live != nil && refers(c, next, true) }, nothing) ||
		step(func(c, next *Change) bool { return c.Action == Delete && refers(next, c, true) }, nothing) ||
		step(func(c, next *Change) bool { return c.Action != Delete && refers(c, next, false) }, later) ||
		step(func(c, next *Change) bool { return c.Action != Delete && refers(c, next, true) }, later)
}

// refers reports whether a refers to b, and every reference from a to b may be set
// later. References in lists may only if lists is true.
func refers(a, b *Change, lists bool) bool {
	found, deferrable := false, true
	count := func(f *schema.Field) {
		found = true
		deferrable = deferrable && f.Ref.Deferrable && (lists || f.Type.Base != schema.BaseList)
	}
	for i := range a.Object.Kind.Fields {
		f := &a.Object.Kind.Fields[i]
		if f.Ref == nil || b.Live == nil || f.Ref.Kind != b.Object.Kind.Name {
			continue
		}
		a.holds(f).Walk(func(id *schema.Node) {
			if id.ScalarText() == b.Live.ID {
				count(f)
			}
		})
	}
	for _, r := range a.Object.Refs {
		if r.Declared == b.Object {
			count(r.Field)
		}
	}
	return found && deferrable
}

func cut(c, needed *Change) {
	c.Needs = slices.DeleteFunc(c.Needs, func(n *Change) bool { return n == needed })
}
