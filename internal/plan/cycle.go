package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// breakCycles breaks circles of references where one of them may be set by a
// second write. Other circles can't be followed in any order.
func (p *Plan) breakCycles() {
	for {
		circle := p.findCycle()
		if circle == nil {
			return
		}
		if !relaxDependency(circle) {
			p.refuseCycle(circle, "references form a cycle")
		}
	}
}

// refuseCycles reports every cycle that the plan still contains. A run of such a
// plan would never end.
func (p *Plan) refuseCycles() {
	for cycle := p.findCycle(); cycle != nil; cycle = p.findCycle() {
		p.refuseCycle(cycle, "each of these changes has to be made after the next one, so none can be the first; split them over two runs")
	}
}

// refuseCycle makes a cycle a problem, and removes it from the plan.
func (p *Plan) refuseCycle(cycle []*Change, why string) {
	names := make([]string, 0, len(cycle)+1)
	for _, c := range append(cycle, cycle[0]) {
		names = append(names, c.Resource.String())
	}
	p.Problems = append(p.Problems, schema.Problem{Pos: cycle[0].Resource.Pos, Message: why + ": " + strings.Join(names, " → ")})
	removeDependency(cycle[len(cycle)-1], cycle[0])
}

// findCycle returns changes of which each needs the next one, and the last the
// first; nil when there is none.
func (p *Plan) findCycle() []*Change {
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
		for _, n := range c.DependsOn {
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

// relaxDependency lets one change of a circle not wait for the next one.
func relaxDependency(circle []*Change) bool {
	step := func(may func(c, next *Change) bool, done func(c, next *Change)) bool {
		for i, c := range circle {
			if next := circle[(i+1)%len(circle)]; may(c, next) {
				removeDependency(c, next)
				done(c, next)
				return true
			}
		}
		return false
	}
	nothing := func(_, _ *Change) {}
	later := func(c, next *Change) { c.Deferred = append(c.Deferred, next) }
	// Where the id is known, nothing has to follow; what goes, goes with what
	// refers to it; and rather one value follows than some of a list, which would
	// be taken for all of it in between.
	return step(func(c, next *Change) bool {
		return c.Action != Delete && next.Live != nil && hasDeferrableReference(c, next, true)
	}, nothing) ||
		step(func(c, next *Change) bool { return c.Action == Delete && hasDeferrableReference(next, c, true) }, nothing) ||
		step(func(c, next *Change) bool { return c.Action != Delete && hasDeferrableReference(c, next, false) }, later) ||
		step(func(c, next *Change) bool { return c.Action != Delete && hasDeferrableReference(c, next, true) }, later)
}

// hasDeferrableReference reports whether a refers to b, and every reference from a to b may be set
// later. References in lists may only if lists is true.
func hasDeferrableReference(a, b *Change, lists bool) bool {
	found, deferrable := false, true
	count := func(f *schema.Field) {
		found = true
		deferrable = deferrable && f.Ref.Deferrable && (lists || f.Type.Base != schema.BaseList)
	}
	for i := range a.Resource.Kind.Fields {
		f := &a.Resource.Kind.Fields[i]
		if f.Ref == nil || b.Live == nil || f.Ref.Kind != b.Resource.Kind.Name {
			continue
		}
		a.referenceIDs(f).Walk(func(id *schema.Node) {
			if id.ScalarText() == b.Live.ID {
				count(f)
			}
		})
	}
	for _, r := range a.Resource.Refs {
		if r.Declared == b.Resource {
			count(r.Field)
		}
	}
	return found && deferrable
}

func removeDependency(c, needed *Change) {
	c.DependsOn = slices.DeleteFunc(c.DependsOn, func(n *Change) bool { return n == needed })
}
