package resource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// Picked is a declared mention of an element of a list in another object.
type Picked struct {
	Field *schema.Field
	Node  *schema.Node // in the body; becomes the id
	Name  string
	said  string
}

func (p *Picked) String() string { return p.said }

// picked records the mention, and returns what stands for the id until it is
// known. One of a wrong form was reported.
func (o *Object) picked(f *schema.Field, n *schema.Node) *schema.Node {
	if n.Form != schema.Text {
		return n
	}
	p := &Picked{Field: f, Name: n.Text, said: f.ItemRef.Title + " " + n.Show()}
	p.Node = &schema.Node{Form: schema.Unknown, Text: "id of " + p.said, Pos: n.Pos, Sensitive: n.Sensitive}
	o.Picks = append(o.Picks, p)
	return p.Node
}

// pick turns the mentions in an object, which are all of one list, into ids. In
// what is yet to be created they stay pending, and so do those of which nothing
// says what has the list: a plan knows whether that is an error.
func (r *reader) pick(ctx context.Context, o *Object) {
	if len(o.Picks) == 0 || o.Absent || r.world.Failed[o] != nil {
		return
	}
	p := o.Picks[0]
	of := o.Kind.field(p.Field.ItemRef.RefField)
	holder, err := r.holder(ctx, o, of)
	switch {
	case err != nil:
		r.fail(o, err)
	case holder != nil:
		for _, problem := range o.Choose(of, holder, r.world.Live[o]) {
			r.problem(o, problem.Pos, "%s: %s", o, problem.Message)
		}
	}
}

// holder is what has the list: what the object refers to, or else the live one
// does. Nil: it is yet to be created, or there is none.
func (r *reader) holder(ctx context.Context, o *Object, of *schema.Field) (*Live, error) {
	id := ""
	if live := r.world.Live[o]; live != nil {
		id = of.CurrentValue(live.Body(), live.Body()).ScalarText()
	}
	for _, ref := range o.Refs {
		switch {
		case ref.Field != of:
		case ref.Found != nil:
			return ref.Found, nil
		case ref.Target != nil:
			return r.world.Live[ref.Target], nil
		default:
			id = ref.ID
		}
	}
	if id == "" {
		return nil, nil
	}
	return r.Get(ctx, &Object{Kind: r.catalog.Kind(of.Ref.Kind), Body: &schema.Node{Form: schema.Map}}, id)
}

// Choose turns the mentions of elements in what the field of refers to into ids,
// and returns what is wrong with them. Live is the object itself, nil if new.
func (o *Object) Choose(of *schema.Field, holder, live *Live) []schema.Problem {
	var out []schema.Problem
	for _, p := range o.Picks {
		if p.Field.ItemRef.RefField != of.Name || p.Node.Form != schema.Unknown {
			continue
		}
		if problem := p.choose(holder, live); problem != "" {
			out = append(out, schema.Problem{Pos: p.Node.Pos, Message: problem})
		}
	}
	return out
}

// choose finds the element that is meant. Of several, it is the one that the
// live object has already.
func (p *Picked) choose(holder, live *Live) (problem string) {
	var known, found, used []string
	list := items(holder.Body().Get(p.Field.ItemRef.ListName))
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
	return fmt.Sprintf("%s has %s %d times, %s", called, p, len(found), p.several(list, found))
}

// several says how to tell apart the elements that are meant: by what people
// know them best by, unless that is what they have in common. An id has a field
// of its own, which not every form of a manifest has.
func (p *Picked) several(list []*schema.Node, ids []string) string {
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

// picks adds to a seed what its list has to have.
func (n *needed) picks(o *Object, r *Reference, fields map[string]any) {
	for _, p := range o.Picks {
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
