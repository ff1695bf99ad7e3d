package plan

import (
	"fmt"
	"slices"

	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// limitToTargets removes from the plan the changes of resources that the user didn't select. A target that depends on
// an excluded change becomes an error, and a target with excluded dependents gets a note.
func (p *Plan) limitToTargets(isTarget func(*desired.Resource) bool) {
	if isTarget == nil {
		return
	}
	targetPositions, otherPositions := map[schema.Pos]bool{}, map[schema.Pos]bool{}
	var kept []*Change
	excludedDependents := map[*Change][]string{}
	for _, c := range p.Changes {
		if isTarget(c.Resource) {
			kept = append(kept, c)
			collectPositions(c.Resource, targetPositions)
			continue
		}
		collectPositions(c.Resource, otherPositions)
		for _, dependency := range c.DependsOn {
			switch {
			case !isTarget(dependency.Resource):
			case dependency.Action == Delete:
				dependency.failWithout(c, "must first remove its reference to this resource")
			case c.IsActive():
				excludedDependents[dependency] = append(excludedDependents[dependency], c.Resource.String())
			}
		}
	}
	for _, c := range kept {
		isExcluded := func(dependency *Change) bool { return !isTarget(dependency.Resource) }
		for _, dependency := range slices.Concat(c.DependsOn, c.Deferred) {
			switch {
			case !isExcluded(dependency) || !c.IsActive():
			case c.Action == Delete && (dependency.IsActive() || len(dependency.Kept) > 0):
				c.failWithout(dependency, "must first remove its reference to this resource")
			case dependency.Action == Create || dependency.Action == Delete || dependency.isRename():
				c.failWithout(dependency, fmt.Sprintf("must be %sd, too", dependency.Action))
			}
		}
		c.DependsOn, c.Deferred = slices.DeleteFunc(c.DependsOn, isExcluded), slices.DeleteFunc(c.Deferred, isExcluded)
		if names := excludedDependents[c]; len(names) > 0 && c.IsActive() {
			c.addNote(c.Resource.Pos, false,
				`input "only" excludes resources that depend on it, so they are not changed: %s`, shortList(names))
		}
	}
	p.Changes = kept
	p.Problems = slices.DeleteFunc(p.Problems, func(problem schema.Problem) bool {
		return otherPositions[problem.Pos] && !targetPositions[problem.Pos]
	})
}

// failWithout replaces c by an error, because it depends on an excluded change.
func (c *Change) failWithout(dependency *Change, reason string) {
	c.fail(fmt.Errorf(`depends on %s, which %s, but is excluded by input "only"; select both, or neither`,
		dependency.Resource, reason))
}

// collectPositions adds the position of the resource and of every value in it.
func collectPositions(r *desired.Resource, positions map[schema.Pos]bool) {
	positions[r.Pos] = true
	r.Body.Walk(func(n *schema.Node) {
		positions[n.Pos] = true
		for _, m := range n.Members {
			positions[m.Pos] = true
		}
	})
}
