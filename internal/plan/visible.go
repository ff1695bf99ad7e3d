package plan

import (
	"fmt"

	"astro-apply/internal/resource"
)

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
