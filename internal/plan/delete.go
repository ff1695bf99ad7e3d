package plan

import (
	"fmt"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// idMismatch returns a problem if the declared id of a resource to delete belongs to a
// resource with another name or parent.
func (c *Change) idMismatch() []schema.Problem {
	r, currentName, currentParent := c.Resource, c.Live.Name(), c.Live.ParentID()
	switch {
	case r.ID == "":
	case r.NameAfter(c.Live.Name()) != currentName:
		return []schema.Problem{{Pos: r.Pos, Message: fmt.Sprintf("id %s belongs to %q, not to %q, so nothing is deleted; fix the id, or remove the name", r.ID, currentName, r.NameAfter(c.Live.Name()))}}
	case r.ParentID() != "" && currentParent != "" && r.ParentID() != currentParent:
		return []schema.Problem{{Pos: r.Pos, Message: fmt.Sprintf("the %s with the id %s is in %s, not in %s, so nothing is deleted; fix the id, or the %s in the manifest", r.Kind.Title, r.ID, currentParent, r.ParentID(), r.ParentTitle())}}
	}
	return nil
}

// dependentsProblem returns a problem that names the resources to remove before r.
func dependentsProblem(r *desired.Resource, state *current.State) []schema.Problem {
	if names := state.Dependents[r]; len(names) > 0 {
		return []schema.Problem{{Pos: r.Pos, Message: "can't be deleted while it contains " + shortList(names) + "; mark them state: absent, too, or move them"}}
	}
	return nil
}
