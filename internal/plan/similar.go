package plan

import (
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// noteSimilar notes the live resources that a new one may have been meant to be:
// those whose names look the same, else undeclared ones.
func (c *Change) noteSimilar(w *resource.Current) {
	if c.Action != Create {
		return
	}
	note := schema.Problem{Pos: c.Resource.Pos}
	switch alike, undeclared := w.SimilarNames[c.Resource], w.RenameHints[c.Resource]; {
	case len(alike) > 0:
		note.Warning = true
		note.Message = "it will be created beside " + shortList(alike) +
			", whose name differs only in case, spaces or the form of its characters; if you mean that one, use its exact name"
	case len(undeclared) > 0:
		note.Message = "it will be created; live in the same place and not declared: " +
			shortList(undeclared) + ". If it is one of them under a new name, give its id"
	default:
		return
	}
	c.Notes = append(c.Notes, note)
}
