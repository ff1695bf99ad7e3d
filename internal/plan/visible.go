package plan

import (
	"fmt"

	"astro-apply/internal/resource"
)

// checkVisible records how many objects of its kind the token sees, for one that was looked up and not found. A list
// leaves out those in which the token has no role, so an empty one proves nothing.
func (c *Change) checkVisible(w *resource.Current) {
	k := c.Object.Kind
	n, listed := w.VisibleCount[c.Object]
	if !listed || c.Live != nil || c.Err != nil || k.Visibility == "" || n > 0 && k.ParentFields != nil {
		return
	}
	c.Visible = fmt.Sprintf("%d %ss", n, k.Title)
	if n == 1 {
		c.Visible = "1 " + k.Title
	}
	if k.ParentFields != nil {
		c.Visible += " there"
	}
	c.Unseen = n == 0
	if c.Object.Absent {
		last := &c.Notes[len(c.Notes)-1] // that it can't be found
		last.Message, last.Warning = last.Message+"; the token sees "+c.Visible, c.Unseen
	}
}
