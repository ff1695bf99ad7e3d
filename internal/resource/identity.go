package resource

import (
	"fmt"

	"astro-apply/internal/schema"
)

// identity checks that the object can be told from others.
func (d *declarer) identity(o *Object, own *schema.Node) {
	if o.Kind.Single {
		for _, m := range own.Members {
			if m.Name != "protect" {
				d.report(m.Pos, "%s does not apply to the %s: there is one, and it stays", m.Name, o.Kind.Title)
			}
		}
		return
	}
	for _, field := range o.Kind.Identity {
		n := o.Body.Get(field)
		switch {
		case n != nil:
			o.Pos = n.Pos
		case own.Get("id") == nil:
			d.report(o.Pos, "a %s needs %s, or the id of a live one", o.Kind.Name, field)
			return
		}
	}
	if o.Kind.Parent != "" && own.Get("id") == nil && o.parent() == nil {
		d.report(o.Pos, "%s names no Workspace: write workspace: beside its name, at the top of the file, or set the input workspace", o)
	}
}

// unique reports an object that is declared twice.
func (d *declarer) unique(o *Object) {
	if o.Kind.Single {
		d.once(o, o.Kind.Name)
		return
	}
	if o.ID != "" {
		d.once(o, o.Kind.Name+" id "+o.ID)
		if o.Absent {
			return // that is how one of two objects with one name is removed
		}
	}
	if o.ID == "" || o.Kind.Parent == "" || o.parent() != nil { // else the place is not known
		d.once(o, fmt.Sprintf("%s %s in %s", o.Kind.Name, o.Name(), o.place()))
	}
}

func (d *declarer) once(o *Object, key string) {
	if o.Name() == "" {
		return
	}
	if first, ok := d.seen[key]; ok {
		d.report(o.Pos, "%s is declared twice, first at %s", o, first)
		return
	}
	d.seen[key] = o.Pos
}

// absent reports what would be lost with an object that is to be removed.
func (d *declarer) absent(o *Object) {
	if o.Absent && o.Protect {
		d.report(o.Pos, "%s is protected and marked state: absent; remove one of the two", o)
	}
	for _, r := range o.Refs {
		if r.Target != nil && r.Target.Absent && !o.Absent {
			d.report(r.at(o), "%s refers to %s, which is marked state: absent", o, r.Target)
		}
	}
}
