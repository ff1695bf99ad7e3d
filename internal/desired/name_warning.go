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
			m.Value.Walk(d.warnName) // a name, a list of names, or {workspace, name}
		}
		if f := schema.FindField(fields, m.Name); f != nil {
			if f.Ref != nil {
				m.Value.Walk(d.warnName)
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

func (d *loader) warnName(n *schema.Node) {
	if n == nil || n.Form != schema.Text || n.Sensitive || d.warnedNames[n] {
		return
	}
	d.warnedNames[n] = true
	if warning := schema.NameWarning(n.Text); warning != "" {
		d.problems.Add(schema.Problem{Pos: n.Pos, Message: warning, Warning: true})
	}
}
