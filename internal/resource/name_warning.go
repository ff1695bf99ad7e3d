package resource

import (
	"fmt"

	"astro-apply/internal/schema"
)

// warnNames warns about misleading names: of a resource itself, of the resources it refers
// to, and of its list items.
func (d *desiredLoader) warnNames(o *Resource, body *schema.Node) {
	for _, field := range o.Kind.Identity {
		d.warnName(body.Get(field))
	}
	d.warnNamesInFields(o.Kind.Fields, body)
}

func (d *desiredLoader) warnNamesInFields(fields []schema.Field, body *schema.Node) {
	for _, m := range body.Members {
		if ref := schema.FindRef(fields, m.Name); ref != nil {
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

func (d *desiredLoader) warnNamesInValue(t *schema.Type, n *schema.Node) {
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
func (d *desiredLoader) warnReference(n *schema.Node) {
	d.warnName(n)
	for _, item := range n.Items {
		d.warnReference(item)
	}
	for _, m := range n.Members {
		d.warnReference(m.Value)
	}
}

func (d *desiredLoader) warnName(n *schema.Node) {
	if n == nil || n.Form != schema.Text || n.Sensitive || d.warnedNames[n] {
		return
	}
	d.warnedNames[n] = true
	if warning := schema.NameWarning(n.Text); warning != "" {
		d.problems.Add(schema.Problem{Pos: n.Pos, Message: warning, Warning: true})
	}
}

// findSimilarNames finds, for a resource that doesn't exist yet, others in the same parent
// whose names look the same: creating it could be a mistake.
func (r *currentReader) findSimilarNames(d *Desired) {
	r.current.SimilarNames = map[*Resource][]string{}
	first := map[string]*Resource{}
	for _, o := range d.Resources {
		if o.Absent || o.Kind.Singleton || !o.hasIdentity() || r.current.Errs[o] != nil {
			continue
		}
		folded := schema.FoldName(o.NormalizedName())
		key := o.Kind.Name + "\x00" + o.parentKey() + "\x00" + folded
		other := first[key]
		if other == nil {
			first[key] = o
		}
		if r.current.Live[o] != nil || o.ID != "" {
			continue
		}
		var names []string
		for _, live := range r.indexes[o.Kind].byFoldedName[indexKey(o.ParentID(), folded)] {
			names = append(names, fmt.Sprintf("%q (%s)", live.Name(), live.ID))
		}
		if other != nil && r.current.Live[other] == nil && other.ID == "" {
			names = append(names, fmt.Sprintf("%q (%s)", other.Name(), other.Pos))
		}
		r.current.SimilarNames[o] = names
	}
}
