package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// breakCycles breaks each cycle by removing a dependency or by deferring a reference to a second write. A cycle in
// which neither is possible becomes a problem.
func (p *Plan) breakCycles(refs references) {
	for cycle := p.findCycle(); cycle != nil; cycle = p.findCycle() {
		if !relaxDependency(cycle, refs) {
			p.refuseCycle(cycle, "references form a cycle", "remove one of these references")
		}
	}
}

// refuseCycles reports every cycle that the plan still contains, because applying such a plan would never end.
func (p *Plan) refuseCycles() {
	for cycle := p.findCycle(); cycle != nil; cycle = p.findCycle() {
		p.refuseCycle(cycle, "these changes depend on each other, so this run can't order them",
			"make them in two runs, with a part of them in each")
	}
}

// refuseCycle records a cycle as a problem and removes one dependency of the cycle, so that findCycle doesn't find it
// again.
func (p *Plan) refuseCycle(cycle []*Change, problem, remedy string) {
	var names []string
	for _, c := range append(cycle, cycle[0]) {
		names = append(names, c.Resource.String())
	}
	p.addProblem(cycle[0].Resource.Pos, "%s: %s; %s", problem, strings.Join(names, " → "), remedy)
	removeDependency(cycle[len(cycle)-1], cycle[0])
}

// findCycle returns changes that each depend on the next one, and the last on the first; nil if the plan has no cycle.
func (p *Plan) findCycle() []*Change {
	return VisitDependenciesFirst(p.Changes, (*Change).dependencies, func(*Change) {})
}

// relaxDependency removes or defers one dependency of a cycle. It returns false if none may be removed or deferred.
func relaxDependency(cycle []*Change, refs references) bool {
	for _, step := range []struct {
		isRelaxable func(c, next *Change) bool
		defers      bool
	}{
		// Remove a dependency on a resource whose id is already known.
		{func(c, next *Change) bool {
			return c.Action != Delete && next.Live != nil && refs.areDeferrable(c, next, true)
		}, false},
		// Remove the dependency of a delete on a resource that refers to the deleted one.
		{func(c, next *Change) bool { return c.Action == Delete && refs.areDeferrable(next, c, true) }, false},
		// Defer a reference outside lists.
		{func(c, next *Change) bool { return c.Action != Delete && refs.areDeferrable(c, next, false) }, true},
		// Defer a reference in a list. This comes last: until the second write, Astro has only a part of the list.
		{func(c, next *Change) bool { return c.Action != Delete && refs.areDeferrable(c, next, true) }, true},
	} {
		for i, c := range cycle {
			next := cycle[(i+1)%len(cycle)]
			if !step.isRelaxable(c, next) {
				continue
			}
			removeDependency(c, next)
			if step.defers {
				c.Deferred = append(c.Deferred, next)
			}
			return true
		}
	}
	return false
}

// areDeferrable reports whether from refers to target and every such reference is deferrable. A reference in a list
// counts as deferrable only if inLists is true.
func (r references) areDeferrable(from, target *Change, inLists bool) bool {
	fields := r[[2]*Change{from, target}]
	isFixed := func(f *schema.Field) bool { return !f.Ref.Deferrable || !inLists && f.Type.Base == schema.BaseList }
	return len(fields) > 0 && !slices.ContainsFunc(fields, isFixed)
}

func removeDependency(c, dependency *Change) {
	c.DependsOn = slices.DeleteFunc(c.DependsOn, func(n *Change) bool { return n == dependency })
}
