package desired

import (
	"fmt"

	"astro-apply/internal/schema"
)

// checkIdentity checks that the manifest identifies the resource: by its identity fields
// or by an id, and with a parent.
func (d *loader) checkIdentity(o *Resource, own *schema.Node) {
	if o.Kind.Singleton {
		for _, m := range own.Members {
			if m.Name != "protect" {
				d.addProblem(m.Pos, "%s: %s can't be set, because there is exactly one %s; remove it", o, m.Name, o.Kind.Title)
			}
		}
		return
	}
	if id := own.Get("id"); id != nil && (id.Form == schema.Text || id.Form == schema.Unknown) && o.Kind.Get.Path == "" {
		d.addProblem(id.Pos, "id can't be set, because the API doesn't return %s by id; remove it", o.Kind.TitleWithArticle())
	}
	if state := own.Get("state"); o.Absent && o.Kind.Delete.Path == "" {
		d.addProblem(state.Pos, "state: absent can't be set: %s", o.Kind.Manual["delete"])
	}
	for _, field := range o.Kind.Identity {
		n := o.Body.Get(field)
		switch {
		case n != nil:
			o.Pos = n.Pos
		case o.Kind.Get.Path == "":
			d.addProblem(o.Pos, "%s is missing; add it", field)
			return
		case own.Get("id") == nil:
			d.addProblem(o.Pos, "%s is missing; add it, or the id of an existing %s", field, o.Kind.Title)
			return
		}
	}
	f := o.Kind.DeclaredParentField(o.Body)
	switch {
	case f == nil || own.Get("id") != nil && !o.Kind.NeedsParentID() || o.ParentRef() != nil:
	case d.isDeploymentFile && o.Name() == "": // reported elsewhere
	case d.isDeploymentFile:
		d.addProblem(o.Pos, "%s: the Workspace is missing; add workspace_name next to its name, or set input workspace", o)
	case f.Ref.Kind == "workspace":
		d.addProblem(o.Pos, "%s: the Workspace is missing; add workspace: next to its name or at the top of the file, or set input workspace", o)
	default:
		d.addProblem(o.Pos, "%s: the %s is missing; add %s: next to its name", o, d.catalog.Kind(f.Ref.Kind).Title, f.Ref.NameField)
	}
}

// checkUnique reports a resource that the manifest declares twice.
func (d *loader) checkUnique(o *Resource) {
	if o.Kind.Singleton {
		d.checkUniqueKey(o, o.Kind.Name)
		return
	}
	if o.ID != "" {
		d.checkUniqueKey(o, o.Kind.Name+" id "+o.ID)
		if o.Absent || !o.HasIdentity() {
			return // its id removes one of two resources with the same name
		}
	}
	if o.ID == "" || o.Kind.DeclaredParentField(o.Body) == nil || o.ParentRef() != nil { // otherwise the parent is unknown
		d.checkUniqueKey(o, fmt.Sprintf("%s %s in %s", o.Kind.Name, o.NormalizedName(), o.ParentKey()))
	}
}

func (d *loader) checkUniqueKey(o *Resource, key string) {
	if o.Name() == "" {
		return
	}
	first := d.resourceByKey[key]
	if first != nil && o.HasDifferentID(first) {
		return
	}
	if first != nil {
		d.addProblem(o.Pos, "%s is declared twice, first at %s; remove one of them", o, first.Pos)
		return
	}
	d.resourceByKey[key] = o
}

// checkAbsent reports a resource to delete that is protected, and references to a resource
// that is to be deleted.
func (d *loader) checkAbsent(o *Resource) {
	if o.Absent && o.Protect {
		d.addProblem(o.Pos, "%s has both protect: true and state: absent; remove one of them", o)
	}
	for _, r := range o.Refs {
		if r.Declared != nil && r.Declared.Absent && !o.Absent {
			d.addProblem(r.PosIn(o), "%s refers to %s, which is marked state: absent; remove this reference first", o, r.Declared)
		}
	}
}
