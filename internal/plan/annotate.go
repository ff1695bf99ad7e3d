package plan

import (
	"fmt"

	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// checkUsable records why a resource that exists doesn't work, such as an expired token. It also adds notes for a token
// that expires soon, and the kind's Advice.
func (c *Change) checkUsable(policy Policy) {
	r := c.Resource
	if c.Live == nil || r.Absent {
		return
	}
	if readiness := c.Live.Readiness(); readiness.Phase == kind.Failed {
		c.UnusableReason = "its status is " + readiness.Reason
		c.addNote(r.Pos, true, "%s; it can't recover automatically, and resources that depend on it "+
			"will probably fail; check it in the Astro UI", c.UnusableReason)
	}
	if r.Kind.Expiry != nil && !policy.Now.IsZero() && !policy.needsRotation(r) {
		expiry := r.Kind.Expiry(c.Live.Body())
		if text, hasExpired := expiry.Describe(policy.Now); hasExpired {
			c.UnusableReason = text
			c.addNote(r.Pos, true, "%s; %s", text, expiry.Remedy)
		} else if text != "" {
			c.addRemark(text)
		}
	}
	if r.Kind.Advice != nil && c.Action == Unchanged && c.UnusableReason == "" {
		if reason := r.Kind.Advice(c.Live.Body(), policy.Now); reason != "" {
			c.addRemark(reason)
		}
	}
}

// addRemark adds a note that needs no action now.
func (c *Change) addRemark(text string) {
	c.Notes = append(c.Notes, schema.Problem{Pos: c.Resource.Pos, Remark: true, Message: text})
}

// noteSimilar adds a warning with the existing resources that the author may have meant instead of a new one: those
// with a similar name, otherwise undeclared ones, because the new name may be a rename.
func (c *Change) noteSimilar(state *current.State) {
	if c.Action != Create {
		return
	}
	switch similar, undeclared := state.SimilarNames[c.Resource], state.RenameHints[c.Resource]; {
	case len(similar) > 0:
		c.addNote(c.Resource.Pos, true, "will be created in addition to %s, whose name differs only in case, spaces "+
			"or Unicode form; if you mean the existing one, use its exact name", shortList(similar))
	case len(undeclared) > 0:
		c.addNote(c.Resource.Pos, true, "will be created; resources that are not in the manifest, but in the same "+
			"%s: %s; if this is a rename, add the id of the existing one",
			c.Resource.ParentTitle(), shortList(undeclared))
	}
}

// checkVisible records how many resources of the same kind the token can see, for a resource that was not found. Astro
// omits resources from a list if the token has no role in them, so an empty list doesn't prove that the resource
// doesn't exist.
func (c *Change) checkVisible(state *current.State) {
	k := c.Resource.Kind
	count, listed := state.VisibleCount[c.Resource]
	if !listed || c.Live != nil || c.Err != nil || k.Visibility == "" || count > 0 && k.ParentFields != nil {
		return
	}
	c.VisibleText = fmt.Sprintf("%d %ss", count, k.Title)
	if count == 1 {
		c.VisibleText = "1 " + k.Title
	}
	if k.ParentFields != nil {
		c.VisibleText += " in the same " + c.Resource.ParentTitle()
	}
	c.NoneVisible = count == 0
	if c.Resource.Absent {
		note := &c.Notes[len(c.Notes)-1] // the note that the resource is already absent
		note.Message, note.Warning = note.Message+"; the token sees "+c.VisibleText, c.NoneVisible
	}
}
