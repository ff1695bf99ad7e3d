package schema

import (
	"fmt"
	"regexp"
)

// IDPattern distinguishes ids from names. Astro's ids are CUIDs today: a c and 24
// more characters. The pattern accepts more than that, because only the API can
// decide whether an id is valid.
const IDPattern = `^[a-z][a-z0-9]{19,39}$`

var idPattern = regexp.MustCompile(IDPattern)

// IsID reports whether s can be the id of a resource.
func IsID(s string) bool { return idPattern.MatchString(s) }

// VisitReferences calls visit for every reference in a value, at any depth. ref is nil unless the value itself consists
// of references.
func VisitReferences(ref *Ref, t *Type, n *Node, visit func(*Ref, *Node)) {
	switch {
	case n == nil:
	case ref != nil:
		n.Walk(func(id *Node) { visit(ref, id) })
	case t.Base == BaseObject:
		for i := range t.Fields {
			VisitReferences(t.Fields[i].Ref, &t.Fields[i].Type, n.Get(t.Fields[i].Name), visit)
		}
	case t.Base == BaseList:
		for _, item := range n.Items {
			VisitReferences(nil, t.Elem, item, visit)
		}
	}
}

// forEachRef calls visit for the reference n or, if f holds a list, for each
// reference in the list n.
func (f *Field) forEachRef(n *Node, path string, visit func(n *Node, path string)) {
	if f.Type.Base != BaseList {
		visit(n, path)
		return
	}
	for i, item := range n.Items {
		visit(item, fmt.Sprintf("%s[%d]", path, i))
	}
}

// checkRefIDs reports each value of the id field f that can't be an id. It returns
// false if it reported any.
func (c *checker) checkRefIDs(f *Field, n *Node, path string) bool {
	if f.Ref.ByName {
		return true
	}
	oldTotal := c.problems.Total()
	f.forEachRef(n, path, func(n *Node, path string) {
		if n.Form == Text && !idPattern.MatchString(n.Text) {
			c.addErrorf(n.Pos, "%s is %s, which is not a valid id; to refer by name, write %s: %s", path, n.Show(), f.Ref.NameField, n.Show())
		}
	})
	return c.problems.Total() == oldTotal
}

// checkRef checks m, a reference or a list of references by name, in the mapping n.
func (c *checker) checkRef(f *Field, n *Node, m Member, path string) {
	c.checkConditions(f, m.Pos, path)
	if n.Get(f.Name) != nil {
		c.addErrorf(m.Pos, "set either %s or %s, not both", path, f.Name)
	}
	if f.Type.Base == BaseList && m.Value.Form != List {
		c.addErrorf(m.Value.Pos, "%s must be a list, not %s", path, m.Value.Form)
		return
	}
	f.forEachRef(m.Value, path, func(n *Node, path string) { c.checkRefName(f, n, path) })
}

// checkRefName checks one reference by name: text, or {workspace, name}.
func (c *checker) checkRefName(f *Field, n *Node, path string) {
	form, name := "a name or an id", "a name or an id"
	if f.ItemRef != nil {
		form, name = "text", "the name of a "+f.ItemRef.Title
	}
	switch {
	case n.Form == Unknown:
	case n.Form == Map && n.Get("id") != nil:
		c.addErrorf(n.Pos, "%s must be a name; write an id as %s: …", path, f.Name)
	case n.Form == Map && f.Ref != nil && f.Ref.Scoped:
		scoped := []Field{
			{Name: "workspace", Type: TextType(0), Behavior: Required},
			{Name: "name", Type: TextType(0), Behavior: Required},
		}
		c.checkFields(scoped, n, path, nil)
	case n.Form != Text:
		c.addErrorf(n.Pos, "%s must be %s, not %s", path, form, n.Form)
	case n.Text == "":
		c.addErrorf(n.Pos, "%s is empty; write %s, or remove it", path, name)
	}
}
