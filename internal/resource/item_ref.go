package resource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// ItemRef is a declared mention of an element of a list in another object.
type ItemRef struct {
	Field *schema.Field
	Node  *schema.Node // in the body; becomes the id
	Name  string
	text  string
}

func (p *ItemRef) String() string { return p.text }

// addItemRef records the mention, and returns what stands for the id until it is
// known. One of a wrong form was reported.
func (o *Resource) addItemRef(f *schema.Field, n *schema.Node) *schema.Node {
	if n.Form != schema.Text {
		return n
	}
	p := &ItemRef{Field: f, Name: n.Text, text: f.ItemRef.Title + " " + n.Show()}
	p.Node = &schema.Node{Form: schema.Unknown, Text: "id of " + p.text, Pos: n.Pos, Sensitive: n.Sensitive}
	o.ItemRefs = append(o.ItemRefs, p)
	return p.Node
}

// resolveItemRefs turns the mentions in an object, which are all of one list, into ids. In
// what is yet to be created they stay pending, and so do those of which nothing
// says what has the list: a plan knows whether that is an error.
func (r *currentReader) resolveItemRefs(ctx context.Context, o *Resource) {
	if len(o.ItemRefs) == 0 || o.Absent || r.current.Errs[o] != nil {
		return
	}
	p := o.ItemRefs[0]
	of := o.Kind.fieldByName(p.Field.ItemRef.RefField)
	holder, err := r.itemListOwner(ctx, o, of)
	switch {
	case err != nil:
		r.recordErr(o, err)
	case holder != nil:
		for _, problem := range o.ResolveItemRefs(of, holder, r.current.Live[o]) {
			r.failWithProblem(o, problem.Pos, "%s: %s", o, problem.Message)
		}
	}
}

// itemListOwner is what has the list: what the object refers to, or else the live one
// does. Nil: it is yet to be created, or there is none.
func (r *currentReader) itemListOwner(ctx context.Context, o *Resource, of *schema.Field) (*Live, error) {
	id := ""
	if live := r.current.Live[o]; live != nil {
		id = of.CurrentValue(live.Body(), live.Body()).ScalarText()
	}
	for _, ref := range o.Refs {
		switch {
		case ref.Field != of:
		case ref.Live != nil:
			return ref.Live, nil
		case ref.Declared != nil:
			return r.current.Live[ref.Declared], nil
		default:
			id = ref.ID
		}
	}
	if id == "" {
		return nil, nil
	}
	return r.GetResource(ctx, &Resource{Kind: r.catalog.Kind(of.Ref.Kind), Body: &schema.Node{Form: schema.Map}}, id)
}

// ResolveItemRefs turns the mentions of elements in what the field of refers to into ids,
// and returns what is wrong with them. Live is the object itself, nil if new.
func (o *Resource) ResolveItemRefs(of *schema.Field, holder, live *Live) []schema.Problem {
	var out []schema.Problem
	for _, p := range o.ItemRefs {
		if p.Field.ItemRef.RefField != of.Name || p.Node.Form != schema.Unknown {
			continue
		}
		if problem := p.resolveItem(holder, live); problem != "" {
			out = append(out, schema.Problem{Pos: p.Node.Pos, Message: problem})
		}
	}
	return out
}

// resolveItem finds the element that is meant. Of several, it is the one that the
// live object has already.
func (p *ItemRef) resolveItem(holder, live *Live) (problem string) {
	var known, found, used []string
	list := itemsOf(holder.Body().Get(p.Field.ItemRef.ListName))
	for _, by := range p.Field.ItemRef.MatchFields {
		var such []string
		for _, element := range list {
			known = append(known, element.Get(by).ScalarText())
			if element.Get(by).Is(p.Name) {
				such = append(such, element.Get("id").ScalarText())
			}
		}
		if len(found) == 0 {
			found = such
		}
	}
	if len(found) > 1 && live != nil {
		live.Body().Walk(func(n *schema.Node) {
			if slices.Contains(found, n.Text) && !slices.Contains(used, n.Text) {
				used = append(used, n.Text)
			}
		})
	}
	if len(used) == 1 {
		found = used
	}
	called := fmt.Sprintf("%s %q", holder.kind.Name, holder.Name())
	switch len(found) {
	case 0:
		return fmt.Sprintf("%s has no %s%s", called, p, schema.Suggest(p.Name, known))
	case 1:
		*p.Node = schema.Node{Form: schema.Text, Text: found[0], DisplayName: p.Name, Pos: p.Node.Pos, Sensitive: p.Node.Sensitive}
		return ""
	}
	return fmt.Sprintf("%s has %s %d times, %s", called, p, len(found), p.ambiguityRemedy(list, found))
}

// ambiguityRemedy says how to tell apart the elements that are meant: by what people
// know them best by, unless that is what they have in common. An id has a field
// of its own, which not every form of a manifest has.
func (p *ItemRef) ambiguityRemedy(list []*schema.Node, ids []string) string {
	by, names := p.Field.ItemRef.MatchFields[0], []string(nil)
	for _, element := range list {
		if id := element.Get("id").ScalarText(); slices.Contains(ids, id) && !element.Get(by).Is(p.Name) {
			names = append(names, fmt.Sprintf("%s (%s)", element.Get(by).Show(), id))
		}
	}
	if len(names) == len(ids) {
		return fmt.Sprintf("%s; write the %s of one of them, or its id as %s", strings.Join(names, ", "), by, p.Field.Name)
	}
	return fmt.Sprintf("ids %s; write one of them as %s", strings.Join(ids, ", "), p.Field.Name)
}

// addReferencedItems adds to a seed what its list has to have.
func (n *seedCollector) addReferencedItems(o *Resource, r *Reference, fields map[string]any) {
	for _, p := range o.ItemRefs {
		if p.Field.ItemRef.RefField != r.Field.Name {
			continue
		}
		element := map[string]any{}
		for _, by := range p.Field.ItemRef.MatchFields {
			element[by] = p.Name
		}
		list, _ := fields[p.Field.ItemRef.ListName].([]any)
		if !slices.ContainsFunc(list, func(other any) bool { return other.(map[string]any)[p.Field.ItemRef.MatchFields[0]] == p.Name }) {
			fields[p.Field.ItemRef.ListName] = append(list, element)
		}
	}
}
