package plan

import (
	"fmt"
	"time"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// ExpiryWarningPeriod is how long before its end a token is reported.
const ExpiryWarningPeriod = 14 * 24 * time.Hour

// FormatDays is a duration in whole days, in hours if it is less than two days.
func FormatDays(d time.Duration) string {
	if hours := int(d.Hours()); hours < 48 {
		return fmt.Sprintf("%d h", hours)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// checkUsable records why a resource that exists doesn't work, such as a token that has expired. It notes an end that is
// near, and the kind's Doubt.
func (c *Change) checkUsable(policy Policy) {
	o := c.Resource
	if c.Live == nil || o.Absent {
		return
	}
	if state, why := c.Live.State(o.Kind); state == resource.StateFailed {
		c.UnusableReason = "it is " + why
		c.addNote(true, c.UnusableReason+", and this won't change by itself; resources that need it will probably fail")
	}
	end := c.Live.ExpiresAt(o.Kind)
	switch left := end.Sub(policy.Now); {
	case end.IsZero() || policy.Now.IsZero() || policy.needsRotation(o):
	case left <= 0:
		c.UnusableReason = fmt.Sprintf("%s expired at %s", o.Kind.Expiry.Subject, end.Format(time.RFC3339))
		c.addNote(true, c.UnusableReason+"; "+o.Kind.Expiry.Remedy)
	case left < ExpiryWarningPeriod:
		c.addNote(false, fmt.Sprintf("%s expires in %s, at %s; %s before that", o.Kind.Expiry.Subject, FormatDays(left), end.Format(time.RFC3339), o.Kind.Expiry.Remedy))
	}
	if o.Kind.Advice != nil && c.Action == Unchanged && c.UnusableReason == "" {
		if why := o.Kind.Advice(c.Live.Body()); why != "" {
			c.addNote(false, why)
		}
	}
}

func (c *Change) addNote(warning bool, text string) {
	c.Notes = append(c.Notes, schema.Problem{Pos: c.Resource.Pos, Warning: warning, Message: text})
}

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

// checkVisible records how many objects of its kind the token sees, for one that was looked up and not found. A list
// leaves out those in which the token has no role, so an empty one proves nothing.
func (c *Change) checkVisible(w *resource.Current) {
	k := c.Resource.Kind
	n, listed := w.VisibleCount[c.Resource]
	if !listed || c.Live != nil || c.Err != nil || k.Visibility == "" || n > 0 && k.ParentFields != nil {
		return
	}
	c.VisibleText = fmt.Sprintf("%d %ss", n, k.Title)
	if n == 1 {
		c.VisibleText = "1 " + k.Title
	}
	if k.ParentFields != nil {
		c.VisibleText += " there"
	}
	c.NoneVisible = n == 0
	if c.Resource.Absent {
		last := &c.Notes[len(c.Notes)-1] // that it can't be found
		last.Message, last.Warning = last.Message+"; the token sees "+c.VisibleText, c.NoneVisible
	}
}
