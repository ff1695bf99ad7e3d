package plan

import (
	"fmt"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// idMismatch says what of an object that is to go contradicts its id.
func (c *Change) idMismatch() []schema.Problem {
	o, called, in := c.Resource, c.Live.Name(), c.Live.ParentID()
	switch {
	case o.ID == "":
	case o.NameAfter(c.Live) != called:
		return []schema.Problem{{Pos: o.Pos, Message: fmt.Sprintf("what has the id %s is called %q; nothing is removed on a guess, so leave the name out, or mend the id", o.ID, called)}}
	case o.ParentID() != "" && in != "" && o.ParentID() != in:
		return []schema.Problem{{Pos: o.Pos, Message: fmt.Sprintf("what has the id %s lives in %s, not in %s; nothing is removed on a guess, so mend one of them", o.ID, in, o.ParentID())}}
	}
	return nil
}

// dependentsProblem says what has to be removed before the object.
func dependentsProblem(o *resource.Resource, w *resource.Current) []schema.Problem {
	if names := w.Dependents[o]; len(names) > 0 {
		return []schema.Problem{{Pos: o.Pos, Message: "it can't be removed while it holds " + shortList(names) + "; mark those absent too, or move them"}}
	}
	return nil
}

// deleteRanks puts 1 for what may come behind everything else: removals, but for
// those that something new waits for.
func deleteRanks(changes []*Change) map[*Change]int {
	late := map[*Change]int{}
	for _, c := range changes {
		if c.Action == Delete {
			late[c] = 1
		}
	}
	var early func(c *Change)
	early = func(c *Change) {
		for _, n := range c.DependsOn {
			if late[n] == 1 {
				late[n] = 0
				early(n)
			}
		}
	}
	for _, c := range changes {
		if c.Action != Delete {
			early(c)
		}
	}
	return late
}
