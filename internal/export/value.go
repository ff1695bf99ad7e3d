package export

import (
	"cmp"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// textNode is a text as a manifest writes it: what looks like a reference to a
// variable is none.
func textNode(s string) *schema.Node { return schema.String(strings.ReplaceAll(s, "${", "$${")) }

// projectValue is a live value of a type, in the manifest's words.
func (w *projector) projectValue(t *schema.Type, live *schema.Node, path string, parts []string, secret bool) *schema.Node {
	switch {
	case live.Redacted || secret && live.Form != schema.Map && live.Form != schema.List:
		return w.addSecretVariable(path, parts)
	case t != nil && t.Base == schema.BaseObject && live.Form == schema.Map:
		return &schema.Node{Form: schema.Map, Members: w.projectMembers(t.Fields, live, path, parts)}
	case live.Form == schema.List:
		return w.projectList(t, live, path, parts, secret)
	case live.Form == schema.Map:
		out := &schema.Node{Form: schema.Map}
		for _, m := range live.Members {
			out.Members = append(out.Members, schema.Member{Name: m.Name, Value: w.projectValue(itemType(t), m.Value, path+"."+m.Name, append(slices.Clone(parts), m.Name), secret)})
		}
		slices.SortStableFunc(out.Members, func(a, b schema.Member) int { return cmp.Compare(a.Name, b.Name) })
		return out
	case live.Form == schema.Text:
		return textNode(live.Text)
	}
	return &schema.Node{Form: live.Form, Text: live.Text}
}

// projectList keeps the order only where it means something.
func (w *projector) projectList(t *schema.Type, live *schema.Node, path string, parts []string, secret bool) *schema.Node {
	out := &schema.Node{Form: schema.List}
	items := live.Items
	if t != nil && t.Key != nil {
		items = slices.Clone(items)
		slices.SortStableFunc(items, func(a, b *schema.Node) int { return cmp.Compare(t.KeyOf(a), t.KeyOf(b)) })
	}
	for _, item := range items {
		at, words := path+"[]", parts
		if t != nil && t.Key != nil {
			at, words = path+"["+t.KeyOf(item)+"]", append(slices.Clone(parts[:len(parts)-1]), w.itemWords(t, item)...)
		}
		out.Items = append(out.Items, w.projectValue(itemType(t), item, at, words, secret))
	}
	if t != nil && t.Set {
		sortItems(out)
	}
	return out
}

// projectReference is an id, or several, by name as far as that goes.
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
			name = f.Ref.NameField // under which an id may stand, too
		} else {
			n = textNode(id.ScalarText())
		}
		list.Items = append(list.Items, n)
	}
	sortItems(list)
	return name, list
}

// projectItemReference is the id of an element in what another field refers to, by the name that
// no other element there has.
func (w *projector) projectItemReference(f *schema.Field, live *schema.Node) (string, *schema.Node) {
	var (
		of     = schema.FindField(w.kind.Fields, f.ItemRef.RefField)
		holder = w.nameIndex.liveByID[of.Ref.Kind+" "+of.CurrentValue(w.root, w.root).ScalarText()]
		called string
		times  = map[string]int{}
	)
	if holder == nil {
		return f.Name, textNode(live.ScalarText())
	}
	by := f.ItemRef.MatchFields[0]
	if list := holder.Body().Get(f.ItemRef.ListName); list != nil {
		for _, e := range list.Items {
			times[e.Get(by).ScalarText()]++
			if e.Get("id").Is(live.ScalarText()) {
				called = e.Get(by).ScalarText()
			}
		}
	}
	if called == "" || times[called] > 1 {
		return f.Name, textNode(live.ScalarText())
	}
	return f.ItemRef.NameField, textNode(called)
}

// itemWords name an element of a list in the name of a variable.
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
