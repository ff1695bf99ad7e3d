package plan

import (
	"fmt"
	"slices"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// narrow leaves out of the plan what the user didn't choose. What a chosen object
// needs and can't get that way is an error of it; what depends on it is said.
func (p *Plan) narrow(chosen func(*resource.Resource) bool) {
	if chosen == nil {
		return
	}
	own, others := map[schema.Pos]bool{}, map[schema.Pos]bool{}
	var kept []*Change
	waiting := map[*Change][]string{}
	for _, c := range p.Changes {
		if chosen(c.Object) {
			kept = append(kept, c)
			places(c.Object, own)
			continue
		}
		places(c.Object, others)
		for _, n := range c.Needs {
			switch {
			case !chosen(n.Object):
			case n.Action == Delete:
				n.leftOut(c, "lets go of it")
			case c.Active():
				waiting[n] = append(waiting[n], c.Object.String())
			}
		}
	}
	for _, c := range kept {
		left := func(n *Change) bool { return !chosen(n.Object) }
		for _, n := range slices.Concat(c.Needs, c.Later) {
			switch {
			case !left(n) || !c.Active():
			case c.Action == Delete && (n.Active() || len(n.Kept) > 0):
				c.leftOut(n, "lets go of it")
			case n.Action == Create || n.Action == Delete || n.renames():
				c.leftOut(n, fmt.Sprintf("is to be %sd too", n.Action))
			}
		}
		c.Needs, c.Later = slices.DeleteFunc(c.Needs, left), slices.DeleteFunc(c.Later, left)
		if names := waiting[c]; len(names) > 0 && c.Active() {
			c.Notes = append(c.Notes, schema.Problem{Pos: c.Object.Pos, Message: "what depends on it is left out by the input only, and stays to be done: " + shortList(names)})
		}
	}
	p.Changes = kept
	p.Problems = slices.DeleteFunc(p.Problems, func(problem schema.Problem) bool { return others[problem.Pos] && !own[problem.Pos] })
}

// leftOut makes it an error that c can't be done without n.
func (c *Change) leftOut(n *Change, what string) {
	c.Action, c.Diff = Unknown, Diff{}
	c.Err = fmt.Errorf("needs %s, which %s, and the input only leaves that out; choose both, or leave both out", n.Object, what)
}

// places collects where an object is declared, every value of it.
func places(o *resource.Resource, in map[schema.Pos]bool) {
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
