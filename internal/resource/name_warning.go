package resource

import (
	"fmt"

	"astro-apply/internal/schema"
)

// warnNames warns about misleading names of an object: its own, those
// it refers to, and those of the items of its lists.
func (d *declarer) warnNames(o *Object, body *schema.Node) {
	for _, field := range o.Kind.Identity {
		d.warnName(body.Get(field))
	}
	d.warnNamesIn(o.Kind.Fields, body)
}

func (d *declarer) warnNamesIn(fields []schema.Field, body *schema.Node) {
	for _, m := range body.Members {
		if ref := schema.FindRef(fields, m.Name); ref != nil {
			d.warnReference(m.Value)
		}
		if f := schema.FindField(fields, m.Name); f != nil {
			if f.Ref != nil {
				d.warnReference(m.Value)
			}
			d.warnNamesOf(&f.Type, m.Value)
		}
	}
}

func (d *declarer) warnNamesOf(t *schema.Type, n *schema.Node) {
	switch {
	case t.Base == schema.BaseObject:
		d.warnNamesIn(t.Fields, n)
	case t.Base == schema.BaseList && t.Elem.Base == schema.BaseObject:
		for _, item := range n.Items {
			for _, key := range t.Key {
				d.warnName(item.Get(key))
			}
			d.warnNamesIn(t.Elem.Fields, item)
		}
	}
}

// warnReference warns of a name, of several, or of {workspace, name}.
func (d *declarer) warnReference(n *schema.Node) {
	d.warnName(n)
	for _, item := range n.Items {
		d.warnReference(item)
	}
	for _, m := range n.Members {
		d.warnReference(m.Value)
	}
}

func (d *declarer) warnName(n *schema.Node) {
	if n == nil || n.Form != schema.Text || n.Sensitive || d.warned[n] {
		return
	}
	d.warned[n] = true
	if warning := schema.NameWarning(n.Text); warning != "" {
		d.problems.Add(schema.Problem{Pos: n.Pos, Message: warning, Warning: true})
	}
}

// lookalikes finds, for an object that doesn't exist, others in its place whose
// names look the same: a create would make a second one.
func (r *reader) lookalikes(d *Declaration) {
	r.world.Lookalikes = map[*Object][]string{}
	first := map[string]*Object{}
	for _, o := range d.Objects {
		if o.Absent || o.Kind.Single || !o.named() || r.world.Failed[o] != nil {
			continue
		}
		folded := schema.FoldName(o.Key())
		key := o.Kind.Name + "\x00" + o.place() + "\x00" + folded
		other := first[key]
		if other == nil {
			first[key] = o
		}
		if r.world.Live[o] != nil || o.ID != "" {
			continue
		}
		var names []string
		for _, live := range r.index[o.Kind].folded[identity(o.ParentID(), folded)] {
			names = append(names, fmt.Sprintf("%q (%s)", live.Name(), live.ID))
		}
		if other != nil && r.world.Live[other] == nil && other.ID == "" {
			names = append(names, fmt.Sprintf("%q (%s)", other.Name(), other.Pos))
		}
		r.world.Lookalikes[o] = names
	}
}
