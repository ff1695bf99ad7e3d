package plan

import (
	"fmt"
	"slices"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// limitToTargets leaves out of the plan what the user didn't choose. What a chosen object
// needs and can't get that way is an error of it; what depends on it is said.
func (p *Plan) limitToTargets(chosen func(*resource.Resource) bool) {
	if chosen == nil {
		return
	}
	own, others := map[schema.Pos]bool{}, map[schema.Pos]bool{}
	var kept []*Change
	waiting := map[*Change][]string{}
	for _, c := range p.Changes {
		if chosen(c.Resource) {
			kept = append(kept, c)
			collectPositions(c.Resource, own)
			continue
		}
		collectPositions(c.Resource, others)
		for _, n := range c.DependsOn {
			switch {
			case !chosen(n.Resource):
			case n.Action == Delete:
				n.failWithout(c, "lets go of it")
			case c.IsActive():
				waiting[n] = append(waiting[n], c.Resource.String())
			}
		}
	}
	for _, c := range kept {
		left := func(n *Change) bool { return !chosen(n.Resource) }
		for _, n := range slices.Concat(c.DependsOn, c.Deferred) {
			switch {
			case !left(n) || !c.IsActive():
			case c.Action == Delete && (n.IsActive() || len(n.Kept) > 0):
				c.failWithout(n, "lets go of it")
			case n.Action == Create || n.Action == Delete || n.isRename():
				c.failWithout(n, fmt.Sprintf("is to be %sd too", n.Action))
			}
		}
		c.DependsOn, c.Deferred = slices.DeleteFunc(c.DependsOn, left), slices.DeleteFunc(c.Deferred, left)
		if names := waiting[c]; len(names) > 0 && c.IsActive() {
			c.Notes = append(c.Notes, schema.Problem{Pos: c.Resource.Pos, Message: "what depends on it is left out by the input only, and stays to be done: " + shortList(names)})
		}
	}
	p.Changes = kept
	p.Problems = slices.DeleteFunc(p.Problems, func(problem schema.Problem) bool { return others[problem.Pos] && !own[problem.Pos] })
}

// failWithout makes it an error that c can't be done without n.
func (c *Change) failWithout(n *Change, what string) {
	c.Action, c.Diff = Errored, Diff{}
	c.Err = fmt.Errorf("needs %s, which %s, and the input only leaves that out; choose both, or leave both out", n.Resource, what)
}

// collectPositions collects where an object is declared, every value of it.
func collectPositions(o *resource.Resource, in map[schema.Pos]bool) {
	in[o.Pos] = true
	var walk func(n *schema.Node)
	walk = func(n *schema.Node) {
		in[n.Pos] = true
		for _, m := range n.Members {
			in[m.Pos] = true
			walk(m.Value)
		}
		for _, item := range n.Items {
			walk(item)
		}
	}
	walk(o.Body)
}
