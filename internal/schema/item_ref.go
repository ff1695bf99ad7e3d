package schema

// ItemRefSpec marks a field that holds the id of a list item, where the list
// belongs to a resource that another field refers to. Instead of the field, the
// manifest may use NameField, with a text that identifies the item to people.
type ItemRefSpec struct {
	NameField   string
	Title       string   // names the item in messages
	RefField    string   // path, from the resource's root, of the field that refers to the resource with the list
	ListName    string   // name of the list in responses
	MatchFields []string // members of the item that the text is compared with, the preferred one first
}

// FindItemRef returns the field that the manifest can set by name with the member
// called name, or nil.
func FindItemRef(fields []Field, name string) *Field {
	for i := range fields {
		if p := fields[i].ItemRef; p != nil && p.NameField == name {
			return &fields[i]
		}
	}
	return nil
}

// HasItemRefs reports whether a value of the type can contain references to list
// items.
func (t *Type) HasItemRefs() bool {
	for i := range t.Fields {
		if f := &t.Fields[i]; f.ItemRef != nil || f.Type.HasItemRefs() {
			return true
		}
	}
	return t.Elem != nil && t.Elem.HasItemRefs()
}

// checkItemRef checks m, a reference to a list item by name, in the mapping n.
func (c *checker) checkItemRef(f *Field, n *Node, m Member, path string) {
	c.checkConditions(f, m.Pos, path)
	switch {
	case n.Get(f.Name) != nil:
		c.addErrorf(m.Pos, "set either %s or %s, not both", path, f.Name)
	case m.Value.Form == Unknown:
	case m.Value.Form != Text:
		c.addErrorf(m.Value.Pos, "%s must be text, not %s", path, m.Value.Form)
	case m.Value.Text == "":
		c.addErrorf(m.Value.Pos, "%s is empty; write the name of a %s, or remove it", path, f.ItemRef.Title)
	}
}
