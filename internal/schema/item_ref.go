package schema

// ItemRefSpec marks a field that holds the id of an element of a list, in what another
// field refers to. The manifest may use Name instead of the field's own name,
// with a text by which people know the element.
type ItemRefSpec struct {
	NameField   string
	Title       string   // the element, in words
	RefField    string   // the field, from the object's root, that refers to what has the list
	ListName    string   // the list's name in answers
	MatchFields []string // the element's members that may be that text, the best one first
}

// FindItemRef returns the field of which an element is picked as name, or nil.
func FindItemRef(fields []Field, name string) *Field {
	for i := range fields {
		if p := fields[i].ItemRef; p != nil && p.NameField == name {
			return &fields[i]
		}
	}
	return nil
}

// HasItemRefs reports whether elements are picked in a value of the type.
func (t *Type) HasItemRefs() bool {
	for i := range t.Fields {
		if f := &t.Fields[i]; f.ItemRef != nil || f.Type.HasItemRefs() {
			return true
		}
	}
	return t.Elem != nil && t.Elem.HasItemRefs()
}

// checkItemRef checks the form by name.
func (c *checker) checkItemRef(f *Field, n *Node, m Member, path string) {
	c.checkConditions(f, m.Pos, path)
	switch {
	case n.Get(f.Name) != nil:
		c.addErrorf(m.Pos, "%s and %s say the same; keep one of them", path, f.Name)
	case m.Value.Form == Unknown:
	case m.Value.Form != Text:
		c.addErrorf(m.Value.Pos, "%s must be text, not %s", path, m.Value.Form)
	case m.Value.Text == "":
		c.addErrorf(m.Value.Pos, "%s is empty; leave it out or name a %s", path, f.ItemRef.Title)
	}
}
