package desired

import (
	"regexp"

	"astro-apply/internal/schema"
)

// idRegexp matches an Astro id, which is a CUID. A name of this form is treated as an id,
// unless the manifest declares a resource with that name.
var idRegexp = regexp.MustCompile(`^c[a-z0-9]{24}$`)

// LooksLikeID reports whether a text given as a name is treated as an id.
func LooksLikeID(text string) bool { return idRegexp.MatchString(text) }

// extractReferences copies a declared body, records every reference at any depth, and
// moves it to the field name that the API uses. The copy shares all other values.
func (d *loader) extractReferences(o *Resource, fields []schema.Field, body *schema.Node) *schema.Node {
	out := &schema.Node{Form: schema.Map, Pos: body.Pos}
	for _, m := range body.Members {
		f, named := schema.FindField(fields, m.Name), false
		if f == nil {
			f, named = schema.FindRef(fields, m.Name), true
		}
		name, value := m.Name, m.Value
		switch {
		case f == nil, out.Get(f.Name) != nil:
		case f.ItemRef != nil && named:
			name, value = f.Name, o.addItemRef(f, value)
		case f.Ref == nil:
			value = d.extractNestedReferences(o, &f.Type, value)
		case f.Type.Base == schema.BaseList:
			name, value = f.Name, &schema.Node{Form: value.Form, Pos: value.Pos, Text: value.Text}
			for _, item := range m.Value.Items {
				value.Items = append(value.Items, d.addReference(o, f, item, named))
			}
		default:
			name, value = f.Name, d.addReference(o, f, value, named)
		}
		out.Members = append(out.Members, schema.Member{Name: name, Pos: m.Pos, Value: value})
	}
	return out
}

// extractNestedReferences copies the parts of a value that contain references.
func (d *loader) extractNestedReferences(o *Resource, t *schema.Type, n *schema.Node) *schema.Node {
	switch {
	case t.Base == schema.BaseObject && t.HasRefs() && n.Form == schema.Map:
		return d.extractReferences(o, t.Fields, n)
	case t.Base == schema.BaseList && t.Elem.HasRefs() && n.Form == schema.List:
		list := *n
		list.Items = make([]*schema.Node, len(n.Items))
		for i, item := range n.Items {
			list.Items[i] = d.extractNestedReferences(o, t.Elem, item)
		}
		return &list
	}
	return n
}

// addReference records a reference, and returns the node that represents the id until the reference is resolved.
func (d *loader) addReference(o *Resource, f *schema.Field, n *schema.Node, named bool) *schema.Node {
	r := &Reference{Field: f, Kind: d.catalog.Kind(f.Ref.Kind), Pos: n.Pos, ByName: f.Ref.ByName}
	switch {
	case f.Ref.ByName:
		r.Name = n.ScalarText()
	case n.Form == schema.Map:
		r.Name, r.Parent = n.Get("name").ScalarText(), schema.NormalizeName(n.Get("workspace").ScalarText())
	case named:
		r.Name = n.ScalarText()
	default:
		r.ID = n.ScalarText()
	}
	node := *n
	if r.ID == "" && !r.ByName {
		node = *schema.UnknownID(r.Address())
		node.Pos, node.Sensitive = n.Pos, n.Sensitive
	}
	r.Node = &node
	o.Refs = append(o.Refs, r)
	return r.Node
}

// linkReferences connects references to the resources that the manifest declares. All
// resources must be loaded.
func (d *loader) linkReferences() {
	named := map[string][]*Resource{}
	byID := map[string]*Resource{}
	for _, o := range d.desired.Resources {
		key := o.Kind.Name + " " + o.NormalizedName()
		named[key] = append(named[key], o)
		if o.ID != "" {
			byID[o.Kind.Name+" "+o.ID] = o
		}
	}
	for _, o := range d.desired.Resources {
		if k := d.catalog.CreatedKind(o.Kind); k != nil && len(named[k.Name+" "+o.NormalizedName()]) > 0 {
			o.Creates = named[k.Name+" "+o.NormalizedName()][0]
		}
	}
	// Resolve parents before children, because the Workspace is the scope of a name.
	for pass := range 3 {
		for _, o := range d.desired.Resources {
			for _, r := range o.Refs {
				nested := r.Kind.ParentFields != nil
				if first := r == o.ParentRef(); first && !nested && pass == 0 || first && nested && pass == 1 || !first && pass == 2 {
					d.linkReference(o, r, named, byID)
					d.checkResolvable(o, r)
				}
			}
		}
	}
}

// WorkspaceUnknown is the problem of a name whose Workspace is not specified.
const WorkspaceUnknown = "the Workspace is missing; write {workspace: …, name: …}, or add workspace: at the top of the file"

// checkResolvable reports a reference by name whose Workspace isn't specified anywhere.
func (d *loader) checkResolvable(o *Resource, r *Reference) {
	unknown := r.Name != "" && r.Declared == nil && r.Parent == "" && !r.ByName && r.Kind.ParentFields != nil // a value of the wrong form has no name
	parentCount := 0                                                                                          // declared parent fields: more than one is an error reported elsewhere
	for _, name := range o.Kind.ParentFields {
		if o.Kind.FieldByName(name).DesiredValue(o.Body) != nil {
			parentCount++
		}
	}
	if unknown && parentCount < 2 && !o.HasParentOfKind(d.catalog.ParentKind(r.Kind).Name) {
		d.addProblem(r.PosIn(o), "%s: %s: %s", o, r, WorkspaceUnknown)
	}
}

// linkReference finds the resource that the manifest declares with a reference's name or
// id.
func (d *loader) linkReference(o *Resource, r *Reference, named map[string][]*Resource, byID map[string]*Resource) {
	candidates := named[r.Kind.Name+" "+r.NormalizedName()]
	for _, k := range d.catalog {
		if creators := named[k.Name+" "+r.NormalizedName()]; len(creators) > 0 && d.catalog.CreatedKind(k) == r.Kind {
			candidates = creators
		}
	}
	switch targets := inReferencedWorkspace(candidates, o, r); {
	case r.ID != "":
		r.Declared = byID[r.Kind.Name+" "+r.ID]
	case r.ByName && len(candidates) > 0:
		r.Declared = candidates[0]
	case r.ByName:
	case len(targets) == 1 && targets[0] != o:
		r.Declared = targets[0]
	case len(targets) > 1:
		d.addProblem(r.PosIn(o), "%s: %s is declared more than once, at %s and %s; refer to it by id", o, r, targets[0].Pos, targets[1].Pos)
	case LooksLikeID(r.Name):
		id := r.Name
		r.Name = ""
		r.Resolve(id)
		r.Declared = byID[r.Kind.Name+" "+id]
	}
}

// inReferencedWorkspace returns the candidates in the Workspace of the reference: the one
// it specifies, else the one of the resource that contains the reference.
func inReferencedWorkspace(candidates []*Resource, from *Resource, r *Reference) []*Resource {
	if r.Kind.ParentFields == nil {
		return candidates
	}
	var out []*Resource
	for _, c := range candidates {
		p := c.ParentRef()
		switch {
		case p == nil:
		case r.Parent != "" && (p.NormalizedName() == r.Parent || p.ID == r.Parent), r.Parent == "" && c.ParentKey() == from.ParentKey():
			out = append(out, c)
		}
	}
	return out
}
