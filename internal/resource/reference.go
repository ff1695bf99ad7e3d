package resource

import (
	"regexp"

	"astro-apply/internal/schema"
)

// An id of Astro is a CUID. A text of this shape where a name may stand is
// taken for an id, unless the manifest declares an object under that name.
var cuid = regexp.MustCompile(`^c[a-z0-9]{24}$`)

// TakenForID reports whether a text where a name may stand is taken for an id.
func TakenForID(text string) bool { return cuid.MatchString(text) }

// references copies a declared body with every reference under the API's own
// field name, and records it, at any depth. Other values stay shared.
func (d *declarer) references(o *Object, fields []schema.Field, body *schema.Node) *schema.Node {
	out := &schema.Node{Form: schema.Map, Pos: body.Pos, CreateDefaults: body.CreateDefaults}
	for _, m := range body.Members {
		f, named := schema.FindField(fields, m.Name), false
		if p := schema.FindItemRef(fields, m.Name); p != nil && out.Get(p.Name) == nil {
			out.Members = append(out.Members, schema.Member{Name: p.Name, Pos: m.Pos, Value: o.picked(p, m.Value)})
			continue
		}
		if f == nil {
			f, named = schema.FindRef(fields, m.Name), true
		}
		if f == nil || f.Ref == nil || out.Get(f.Name) != nil {
			if f != nil {
				m.Value = d.within(o, &f.Type, m.Value)
			}
			out.Members = append(out.Members, m)
			continue
		}
		value := m.Value
		if f.Type.Base == schema.BaseList {
			value = &schema.Node{Form: value.Form, Pos: value.Pos, Text: value.Text}
			for _, item := range m.Value.Items {
				r := d.reference(f, item, named)
				o.Refs = append(o.Refs, r)
				value.Items = append(value.Items, r.Node)
			}
		} else {
			r := d.reference(f, value, named)
			o.Refs = append(o.Refs, r)
			value = r.Node
		}
		out.Members = append(out.Members, schema.Member{Name: f.Name, Pos: m.Pos, Value: value})
	}
	return out
}

// within copies a value as far as there are references in it.
func (d *declarer) within(o *Object, t *schema.Type, n *schema.Node) *schema.Node {
	switch {
	case t.Base == schema.BaseObject && (t.HasRefs() || t.HasItemRefs()) && n.Form == schema.Map:
		return d.references(o, t.Fields, n)
	case t.Base == schema.BaseList && (t.Elem.HasRefs() || t.Elem.HasItemRefs()) && n.Form == schema.List:
		list := *n
		list.Items = make([]*schema.Node, len(n.Items))
		for i, item := range n.Items {
			list.Items[i] = d.within(o, t.Elem, item)
		}
		return &list
	}
	return n
}

func (d *declarer) reference(f *schema.Field, n *schema.Node, named bool) *Reference {
	r := &Reference{Field: f, Kind: d.catalog.Kind(f.Ref.Kind), Pos: n.Pos}
	switch {
	case f.Ref.ByName:
		node := *n
		r.Name, r.Soft, r.Node = n.ScalarText(), true, &node
		return r
	case n.Form == schema.Map:
		r.Name, r.Parent = n.Get("name").ScalarText(), schema.NormalizeName(n.Get("workspace").ScalarText())
	case named:
		r.Name = n.ScalarText()
	default:
		r.ID = n.ScalarText()
	}
	node := *n
	if r.ID == "" {
		node = schema.Node{Form: schema.Unknown, Text: r.Unknown(), Pos: n.Pos, Sensitive: n.Sensitive}
	}
	r.Node = &node
	return r
}

// link connects references to what the manifest declares, once all objects
// are known.
func (d *declarer) link() {
	named := map[string][]*Object{}
	byID := map[string]*Object{}
	for _, o := range d.out.Objects {
		key := o.Kind.Name + " " + o.Key()
		named[key] = append(named[key], o)
		if o.ID != "" {
			byID[o.Kind.Name+" "+o.ID] = o
		}
	}
	for _, o := range d.out.Objects {
		if made := named[o.Kind.Makes+" "+o.Key()]; len(made) > 0 {
			o.Made = made[0]
		}
	}
	// A name means something in a place, so places come first, and those that are
	// in another one after it.
	for pass := range 3 {
		for _, o := range d.out.Objects {
			for _, r := range o.Refs {
				nested := r.Kind.Parents != nil
				if first := r == o.parent(); first && !nested && pass == 0 || first && nested && pass == 1 || !first && pass == 2 {
					d.connect(o, r, named, byID)
					d.lost(o, r)
				}
			}
		}
	}
}

const homeless = "its Workspace is not known; write {workspace: …, name: …}, or workspace: at the top of the file"

// lost reports a name in a Workspace that nothing says.
func (d *declarer) lost(o *Object, r *Reference) {
	unknown := r.Name != "" && r.Target == nil && r.Parent == "" && !r.Soft && r.Kind.Parents != nil // one of a wrong form has none
	several := 0                                                                                     // of which one is too many, and that is reported
	for _, name := range o.Kind.Parents {
		if o.Kind.field(name).DesiredValue(o.Body) != nil {
			several++
		}
	}
	if unknown && several < 2 && !o.at(d.catalog.home(r.Kind).Name) {
		d.report(r.at(o), "%s: %s: %s", o, r, homeless)
	}
}

// connect finds what the manifest declares under a reference's name or id.
func (d *declarer) connect(o *Object, r *Reference, named map[string][]*Object, byID map[string]*Object) {
	candidates := named[r.Kind.Name+" "+r.key()]
	for _, k := range d.catalog {
		if makers := named[k.Name+" "+r.key()]; k.Makes == r.Kind.Name && len(makers) > 0 {
			candidates = makers
		}
	}
	switch {
	case r.ID != "":
		r.Target = byID[r.Kind.Name+" "+r.ID]
		return
	case r.Soft && len(candidates) > 0:
		r.Target = candidates[0]
	}
	if r.Soft {
		return
	}
	switch targets := among(candidates, o, r); {
	case len(targets) == 1 && targets[0] != o:
		r.Target = targets[0]
	case len(targets) > 1:
		d.report(r.at(o), "%s is declared more than once, at %s and %s; refer to it by id", r, targets[0].Pos, targets[1].Pos)
	case TakenForID(r.Name):
		id := r.Name
		r.Name = ""
		r.Resolve(id)
		r.Target = byID[r.Kind.Name+" "+id]
	}
}

// among keeps the objects in the Workspace that the reference means: its own
// words, or the Workspace of the object that it stands in.
func among(candidates []*Object, from *Object, r *Reference) []*Object {
	if r.Kind.Parents == nil {
		return candidates
	}
	var out []*Object
	for _, c := range candidates {
		p := c.parent()
		switch {
		case p == nil:
		case r.Parent != "" && (p.key() == r.Parent || p.ID == r.Parent), r.Parent == "" && c.place() == from.place():
			out = append(out, c)
		}
	}
	return out
}
