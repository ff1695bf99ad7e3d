package schema

import (
	"fmt"
	"regexp"
)

// IDShape tells an id from a name. The ids of Astro objects are CUIDs today: c
// and 24 more; what the API takes is its to judge.
const IDShape = `^[a-z][a-z0-9]{19,39}$`

var idShape = regexp.MustCompile(IDShape)

// IsID reports whether a text can be the id of an object.
func IsID(s string) bool { return idShape.MatchString(s) }

// each calls visit for a reference, or for each one of a list of them.
func (f *Field) each(n *Node, path string, visit func(n *Node, path string)) {
	if f.Type.Base != BaseList {
		visit(n, path)
		return
	}
	for i, item := range n.Items {
		visit(item, fmt.Sprintf("%s[%d]", path, i))
	}
}

// ids reports what stands for an id and can't be one.
func (c *checker) ids(f *Field, n *Node, path string) bool {
	if f.Ref.Soft {
		return true
	}
	before := c.problems.Total()
	f.each(n, path, func(n *Node, path string) {
		if n.Form == Text && !idShape.MatchString(n.Text) {
			c.report(n.Pos, "%s is %s, which is no id; to refer by name write %s: %s", path, n.Show(), f.Ref.Name, n.Show())
		}
	})
	return c.problems.Total() == before
}

// reference checks the form by name.
func (c *checker) reference(f *Field, n *Node, m Member, path string) {
	c.applies(f, m.Pos, path)
	if n.Get(f.Name) != nil {
		c.report(m.Pos, "%s and %s say the same; keep one of them", path, f.Name)
	}
	if f.Type.Base == BaseList && m.Value.Form != List {
		c.report(m.Value.Pos, "%s must be a list, not %s", path, m.Value.Form)
		return
	}
	f.each(m.Value, path, func(n *Node, path string) { c.named(f, n, path) })
}

// named checks a text, or {workspace, name}.
func (c *checker) named(f *Field, n *Node, path string) {
	switch {
	case n.Form == Pending:
	case n.Form == Map && n.Get("id") != nil:
		c.report(n.Pos, "%s takes a name; an id is written as %s: …", path, f.Name)
	case n.Form == Map && f.Ref.Scoped:
		scoped := []Field{
			{Name: "workspace", Type: TextType(0), Phase: Required},
			{Name: "name", Type: TextType(0), Phase: Required},
		}
		c.object(scoped, n, path, nil)
	case n.Form != Text:
		c.report(n.Pos, "%s must be a name or an id, not %s", path, n.Form)
	case n.Text == "":
		c.report(n.Pos, "%s is empty; leave it out or write a name or an id", path)
	}
}
