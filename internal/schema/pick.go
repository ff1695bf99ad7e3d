package schema

// Pick marks a field that holds the id of an element of a list, in what another
// field refers to. The manifest may use Name instead of the field's own name,
// with a text by which people know the element.
type Pick struct {
	Name string
	What string   // the element, in words
	Of   string   // the field, from the object's root, that refers to what has the list
	List string   // the list's name in answers
	By   []string // the element's members that may be that text, the best one first
}

// FindPick returns the field of which an element is picked as name, or nil.
func FindPick(fields []Field, name string) *Field {
	for i := range fields {
		if p := fields[i].Pick; p != nil && p.Name == name {
			return &fields[i]
		}
	}
	return nil
}

// Picks reports whether elements are picked in a value of the type.
func (t *Type) Picks() bool {
	for i := range t.Fields {
		if f := &t.Fields[i]; f.Pick != nil || f.Type.Picks() {
			return true
		}
	}
	return t.Elem != nil && t.Elem.Picks()
}

// pick checks the form by name.
func (c *checker) pick(f *Field, n *Node, m Member, path string) {
	c.applies(f, m.Pos, path)
	switch {
	case n.Get(f.Name) != nil:
		c.report(m.Pos, "%s and %s say the same; keep one of them", path, f.Name)
	case m.Value.Form == Pending:
	case m.Value.Form != Text:
		c.report(m.Value.Pos, "%s must be text, not %s", path, m.Value.Form)
	case m.Value.Text == "":
		c.report(m.Value.Pos, "%s is empty; leave it out or name a %s", path, f.Pick.What)
	}
}
