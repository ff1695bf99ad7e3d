package resource

import (
	"fmt"
	"strings"

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
	if id := own.Get("id"); id != nil && (id.Form == schema.Text || id.Form == schema.Unknown) && o.Kind.Get.Path == "" {
		d.report(id.Pos, "id does not apply to %s: the API tells none by its id", article(o.Kind.Title))
	}
	if state := own.Get("state"); o.Absent && o.Kind.Delete.Path == "" {
		d.report(state.Pos, "state: absent does not apply to %s: %s", article(o.Kind.Title), o.Kind.Stays)
	}
	for _, field := range o.Kind.Identity {
		n := o.Body.Get(field)
		switch {
		case n != nil:
			o.Pos = n.Pos
		case o.Kind.Get.Path == "":
			d.report(o.Pos, "%s needs %s", article(o.Kind.Name), field)
			return
		case own.Get("id") == nil:
			d.report(o.Pos, "%s needs %s, or the id of a live one", article(o.Kind.Name), field)
			return
		}
	}
	f := o.Kind.parent(o.Body)
	switch {
	case f == nil || own.Get("id") != nil && !o.Kind.nested() || o.parent() != nil:
	case d.translated && o.Name() == "": // which is reported
	case d.translated:
		d.report(o.Pos, "%s names no Workspace: write workspace_name beside its name, or set the input workspace", o)
	case f.Ref.Kind == "workspace":
		d.report(o.Pos, "%s names no Workspace: write workspace: beside its name, at the top of the file, or set the input workspace", o)
	default:
		d.report(o.Pos, "%s names no %s: write %s: beside its name", o, d.catalog.Kind(f.Ref.Kind).Title, f.Ref.NameField)
	}
}

// either is the way out where several have the identity of one.
func (k *Kind) either() string {
	if k.Get.Path == "" {
		return "keep one of them, in the Astro UI"
	}
	return "add the id of the one that is meant"
}

// article puts a or an before a noun.
func article(noun string) string {
	if strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// unique reports an object that is declared twice.
func (d *declarer) unique(o *Object) {
	if o.Kind.Single {
		d.once(o, o.Kind.Name)
		return
	}
	if o.ID != "" {
		d.once(o, o.Kind.Name+" id "+o.ID)
		if o.Absent || !o.named() {
			return // that is how one of two objects with one name is removed
		}
	}
	if o.ID == "" || o.Kind.parent(o.Body) == nil || o.parent() != nil { // else the place is not known
		d.once(o, fmt.Sprintf("%s %s in %s", o.Kind.Name, o.Key(), o.place()))
	}
}

func (d *declarer) once(o *Object, key string) {
	if o.Name() == "" {
		return
	}
	first := d.seen[key]
	if first != nil && o.twin(first) {
		return
	}
	if first != nil {
		d.report(o.Pos, "%s is declared twice, first at %s", o, first.Pos)
		return
	}
	d.seen[key] = o
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
