package export

import (
	"cmp"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// textNode returns a text for a manifest. It escapes ${, so that the text is not read as
// a reference to a variable.
func textNode(s string) *schema.Node { return schema.String(strings.ReplaceAll(s, "${", "$${")) }

// projectValue returns the manifest's form of a current value. t is nil for free-form
// content.
func (w *projector) projectValue(t *schema.Type, live *schema.Node, at location, secret bool) *schema.Node {
	switch {
	case live.Redacted || secret && live.Form != schema.Map && live.Form != schema.List:
		return w.addSecretVariable(at)
	case t != nil && t.Base == schema.BaseObject && live.Form == schema.Map:
		return &schema.Node{Form: schema.Map, Members: w.projectMembers(t.Fields, live, at)}
	case live.Form == schema.List:
		return w.projectList(t, live, at, secret)
	case live.Form == schema.Map:
		out := &schema.Node{Form: schema.Map}
		for _, m := range live.Members {
			member := location{at.path + "." + m.Name, append(slices.Clone(at.nameParts), m.Name)}
			value := w.projectValue(itemType(t), m.Value, member, secret)
			out.Members = append(out.Members, schema.Member{Name: m.Name, Value: value})
		}
		slices.SortStableFunc(out.Members, func(a, b schema.Member) int { return cmp.Compare(a.Name, b.Name) })
		return out
	case live.Form == schema.Text:
		return textNode(live.Text)
	}
	return &schema.Node{Form: live.Form, Text: live.Text}
}

// projectList sorts lists with a key and sets, because the API may return them in any
// order. It keeps the order of other lists.
func (w *projector) projectList(t *schema.Type, live *schema.Node, at location, secret bool) *schema.Node {
	out := &schema.Node{Form: schema.List}
	items := live.Items
	if t != nil && t.Key != nil {
		items = slices.Clone(items)
		slices.SortStableFunc(items, func(a, b *schema.Node) int { return cmp.Compare(t.KeyOf(a), t.KeyOf(b)) })
	}
	for _, item := range items {
		itemAt := at.item("", nil)
		if t != nil && t.Key != nil {
			itemAt = at.item(t.KeyOf(item), w.itemWords(t, item))
		}
		out.Items = append(out.Items, w.projectValue(itemType(t), item, itemAt, secret))
	}
	if t != nil && t.Set {
		sortItems(out)
	}
	return out
}

// projectReference returns a reference, or a list of references, by name. An id for
// which no name is unique remains an id.
func (w *projector) projectReference(f *schema.Field, live *schema.Node) (string, *schema.Node) {
	if f.Type.Base != schema.BaseList {
		if n := w.nameIndex.referenceTo(f.Ref.Kind, live.ScalarText(), w.defaultContainerID); n != nil {
			return f.Ref.NameField, n
		}
		return f.Name, textNode(live.ScalarText())
	}
	name, list := f.Name, &schema.Node{Form: schema.List}
	for _, id := range live.Items {
		n := w.nameIndex.referenceTo(f.Ref.Kind, id.ScalarText(), w.defaultContainerID)
		if n != nil {
			name = f.Ref.NameField // the field accepts names and ids
		} else {
			n = textNode(id.ScalarText())
		}
		list.Items = append(list.Items, n)
	}
	sortItems(list)
	return name, list
}

// projectItemReference returns a reference to an item in a list of another resource,
// such as a node pool of a cluster: by name if the name is unique in the list, else by
// id.
func (w *projector) projectItemReference(f *schema.Field, live *schema.Node) (string, *schema.Node) {
	var (
		ref    = schema.FindField(w.kind.Fields, f.ItemRef.RefField)
		holder = w.nameIndex.liveByID[ref.Ref.Kind+" "+ref.CurrentValue(w.root, w.root).ScalarText()]
		name   string
		counts = map[string]int{} // by name
	)
	if holder == nil {
		return f.Name, textNode(live.ScalarText())
	}
	nameField := f.ItemRef.MatchFields[0]
	if list := holder.Body().Get(f.ItemRef.ListName); list != nil {
		for _, item := range list.Items {
			counts[item.Get(nameField).ScalarText()]++
			if item.Get("id").Is(live.ScalarText()) {
				name = item.Get(nameField).ScalarText()
			}
		}
	}
	if name == "" || counts[name] > 1 {
		return f.Name, textNode(live.ScalarText())
	}
	return f.ItemRef.NameField, textNode(name)
}

// itemWords returns the parts that identify a list item in the name of a variable.
func (w *projector) itemWords(t *schema.Type, item *schema.Node) (out []string) {
	for _, name := range t.Key {
		value := item.Get(name).ScalarText()
		if f := schema.FindField(t.Elem.Fields, name); f.Ref != nil {
			value = w.nameIndex.displayName(f.Ref.Kind, value)
		}
		out = append(out, value)
	}
	return out
}

func itemType(t *schema.Type) *schema.Type {
	if t == nil {
		return nil
	}
	return t.Elem
}

// sortItems orders the items of a set by their content.
func sortItems(list *schema.Node) {
	content := func(n *schema.Node) string {
		data, _ := n.MarshalJSON() // only an unknown value has no JSON, and nothing current is unknown
		return string(data)
	}
	slices.SortStableFunc(list.Items, func(a, b *schema.Node) int { return cmp.Compare(content(a), content(b)) })
}
