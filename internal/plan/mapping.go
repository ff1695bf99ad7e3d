package plan

import (
	"strings"

	"astro-apply/internal/schema"
)

// removes reports whether what is live and not declared may go.
func (o *overlay) removes() bool { return o.policy.AllowDelete && !o.policy.protected }

// mapping merges a mapping whose names are the user's own, as lists are merged:
// what is live and not declared goes with allow-delete only.
func (o *overlay) mapping(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if d == nil {
		return l
	}
	out := &schema.Node{Form: schema.Map, Pos: d.Pos}
	for _, m := range d.Members {
		at, live := join(path, m.Name), l.Get(m.Name)
		value := m.Value
		if secret(value) && live != nil && !live.Veiled() {
			live = live.Clone() // what a secret replaces was most likely its last value
			live.Conceal()
		}
		switch {
		case live.Veiled():
			value = o.veiled(value, live, at)
		case live == nil || !f.Type.SameElem(value, live):
			o.changed(at, live, value)
		}
		out.Set(m.Name, value)
	}
	if l == nil {
		return out
	}
	var kept []string
	for _, m := range l.Members {
		if d.Get(m.Name) == nil && !o.gone(join(path, m.Name), m.Value) {
			kept = append(kept, m.Name)
			out.Set(m.Name, m.Value)
		}
	}
	o.keeps(d.Pos, path, kept)
	return out
}

// secret reports whether there is a secret in a value.
func secret(n *schema.Node) (found bool) {
	n.Walk(func(n *schema.Node) { found = found || n.Secret })
	return found
}

// gone records the removal of what is live and not declared, or that it is kept.
func (o *overlay) gone(path string, live *schema.Node) bool {
	if o.removes() {
		o.changed(path, live, nil)
		return true
	}
	if o.quiet == 0 {
		o.diff.Kept = append(o.diff.Kept, Field{Path: path, Old: live})
	}
	return false
}

func (o *overlay) keeps(pos schema.Pos, path string, names []string) {
	if len(names) > 0 && o.quiet == 0 {
		o.note(pos, true, "%s: %s is live and not declared; kept, because %s", path, strings.Join(names, ", "), o.policy.keeps())
	}
}

// given merges an object that is declared in full although leaving a member out
// keeps it: what is to go is named.
func (o *overlay) given(t *schema.Type, d, l *schema.Node, path string, fresh bool) *schema.Node {
	o.partial++
	v := o.object(t.Fields, d, l, path, fresh)
	o.partial--
	if l == nil {
		return v
	}
	var kept []string
	unset := &schema.Node{Form: schema.List}
	for i := range t.Fields {
		f := &t.Fields[i]
		live := f.Live(l, o.live)
		switch {
		case f.Type.IsZero(live) && !live.Veiled():
		case d.Get(f.Name) == nil && !o.gone(join(path, f.Name), live):
			kept = append(kept, f.Name)
		case d.Get(f.Name) == nil:
			v.Delete(f.Name)
			unset.Items = append(unset.Items, schema.String(f.Name))
		case f.Type.Base == schema.BaseMap:
			for _, m := range live.Members {
				if v.Get(f.Name).Get(m.Name) == nil {
					unset.Items = append(unset.Items, schema.String(join(f.Name, m.Name)))
				}
			}
		}
	}
	o.keeps(d.Pos, path, kept)
	if len(unset.Items) > 0 {
		v.Set(t.Unset, unset)
	}
	return v
}
