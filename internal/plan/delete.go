package plan

import "astro-apply/internal/current"

// planDelete plans the delete of a resource. It is a problem if the resource contains others, or if the declared id
// belongs to a resource with another name or parent.
func (c *Change) planDelete(state *current.State) {
	c.Action = Delete
	r, name, parentID := c.Resource, c.Live.Name(), c.Live.ParentID()
	if names := state.Dependents[r]; len(names) > 0 {
		c.addProblem(r.Pos, "can't be deleted while it contains %s; mark them state: absent, too, or move them",
			shortList(names))
	}
	switch {
	case r.ID == "":
	case r.NameAfter(name) != name:
		c.addProblem(r.Pos, "id %s belongs to %q, not to %q, so nothing is deleted; fix the id, or remove the name",
			r.ID, name, r.NameAfter(name))
	case r.ParentID() != "" && parentID != "" && r.ParentID() != parentID:
		c.addProblem(r.Pos, "the %s with the id %s is in %s, not in %s, so nothing is deleted; "+
			"fix the id, or the %s in the manifest", r.Kind.Title, r.ID, parentID, r.ParentID(), r.ParentTitle())
	}
}
