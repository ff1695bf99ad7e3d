package desired

import (
	"astro-apply/internal/schema"
)

// warnNames warns about misleading names: of a resource itself, of the resources it refers
// to, and of its list items.
func (d *loader) warnNames(o *Resource, body *schema.Node) {
	for _, field := range o.Kind.Identity {
		d.warnName(body.Get(field))
	}
	d.warnNamesInFields(o.Kind.Fields, body)
}

func (d *loader) warnNamesInFields(fields []schema.Field, body *schema.Node) {
	for _, m := range body.Members {
		if f := schema.FindRef(fields, m.Name); f != nil && f.Ref != nil {
			d.warnReference(m.Value)
		}
		if f := schema.FindField(fields, m.Name); f != nil {
			if f.Ref != nil {
				d.warnReference(m.Value)
			}
			d.warnNamesInValue(&f.Type, m.Value)
		}
	}
}

func (d *loader) warnNamesInValue(t *schema.Type, n *schema.Node) {
	switch {
	case t.Base == schema.BaseObject:
		d.warnNamesInFields(t.Fields, n)
	case t.Base == schema.BaseList && t.Elem.Base == schema.BaseObject:
		for _, item := range n.Items {
			for _, key := range t.Key {
				d.warnName(item.Get(key))
			}
			d.warnNamesInFields(t.Elem.Fields, item)
		}
	}
}

// warnReference warns about a name, a list of names, or a {workspace, name} mapping.
func (d *loader) warnReference(n *schema.Node) {
	d.warnName(n)
	for _, item := range n.Items {
		d.warnReference(item)
	}
	for _, m := range n.Members {
		d.warnReference(m.Value)
	}
}

func (d *loader) warnName(n *schema.Node) {
	if n == nil || n.Form != schema.Text || n.Sensitive || d.warnedNames[n] {
		return
	}
	d.warnedNames[n] = true
	if warning := schema.NameWarning(n.Text); warning != "" {
		d.problems.Add(schema.Problem{Pos: n.Pos, Message: warning, Warning: true})
	}
}
