package resource

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// Resource is one declared object. Body holds the declared fields under the
// API's names; a reference by name is a Pending node there until it is resolved.
type Resource struct {
	Kind             *Kind
	Body             *schema.Node
	ID               string // as declared; "" leaves the identity to the kind's fields
	Absent           bool   // state: absent
	Protect          bool   // protect: true
	Pos              schema.Pos
	Refs             []*Reference
	ItemRefs         []*ItemRef
	DefaultWorkspace string    // the Workspace, by name or id, of what the document puts in none
	Creates          *Resource // what it makes, where that is declared too
	currentName      string    // its live name, where only its id is declared
}

// Reference is a declared mention of another object.
type Reference struct {
	Field    *schema.Field
	Kind     *Kind
	Node     *schema.Node // in the body; becomes the id
	ID       string       // given or found
	Name     string
	Parent   string     // the Workspace's name or id in {workspace, name}; "" is the object's own
	Declared *Resource  // what the manifest declares under that name, or nil
	ByName   bool       // the name is all that is needed: it may mean what nobody can declare
	Live     *Live      // what it was found to mean, where nobody declares that
	Pos      schema.Pos // where it is written
}

// Name is what identifies the object to people: its identity fields, its id, or,
// where there is one of its kind, the kind.
func (o *Resource) Name() string {
	if o.Kind.Singleton {
		return o.Kind.Name
	}
	var parts []string
	for _, field := range o.Kind.Identity {
		if n := o.Body.Get(field); n != nil && n.Form == schema.Text {
			parts = append(parts, n.Text)
		}
	}
	if len(parts) == 0 {
		return cmp.Or(o.currentName, o.ID)
	}
	return strings.Join(parts, "/")
}

// String names the object in messages: deployment "etl".
func (o *Resource) String() string {
	if o.Kind.Singleton {
		return o.Kind.Name
	}
	return fmt.Sprintf("%s %q", o.Kind.Name, o.Name())
}

// parentRef returns the reference to what the object lives in, or nil.
func (o *Resource) parentRef() *Reference {
	if f := o.Kind.declaredParentField(o.Body); f != nil {
		for _, r := range o.Refs {
			if r.Field == f {
				return r
			}
		}
	}
	return nil
}

// hasParentOfKind reports whether the object lives in one of a kind.
func (o *Resource) hasParentOfKind(kind string) bool {
	f := o.Kind.declaredParentField(o.Body)
	return f != nil && f.Ref.Kind == kind
}

// parentLocation is where the object lives, as far as that is known.
func (o *Resource) parentLocation() parentLocation {
	if p := o.parentRef(); p != nil {
		return parentLocation{p.Field.Name, p.ID}
	}
	return parentLocation{}
}

// NormalizedName is the object's name in the spelling in which names are compared.
func (o *Resource) NormalizedName() string {
	parts := make([]string, len(o.Kind.Identity))
	for i, name := range o.Kind.Identity {
		f := o.Kind.fieldByName(name)
		if n := o.Body.Get(name); n != nil {
			parts[i] = f.Type.NormalizedText(n)
		}
	}
	return strings.Join(parts, "/")
}

// hasIdentity reports whether the object's whole identity is declared.
func (o *Resource) hasIdentity() bool {
	return !slices.ContainsFunc(o.Kind.Identity, func(field string) bool { return o.Body.Get(field) == nil })
}

// hasDifferentID reports whether two objects may have one name, since their ids tell them
// apart.
func (o *Resource) hasDifferentID(other *Resource) bool {
	return o.ID != "" && other.ID != "" && o.ID != other.ID
}

// NameAfter is the name that the object has once it is as declared: with an id, one
// that isn't declared stays.
func (o *Resource) NameAfter(live *Live) string {
	if live != nil && !o.hasIdentity() {
		return live.Name()
	}
	return o.NormalizedName()
}

// ParentID is the id of what the object lives in; "" while that is not known,
// and for an object of the Organization itself.
func (o *Resource) ParentID() string {
	if p := o.parentRef(); p != nil {
		return p.ID
	}
	return ""
}

// parentKey tells objects of the same name in different parents apart, as far
// as the manifest says.
func (o *Resource) parentKey() string {
	if p := o.parentRef(); p != nil {
		return p.targetKey()
	}
	return ""
}

// posIn is where the reference of o is written, which an input has no place for.
func (r *Reference) posIn(o *Resource) schema.Pos {
	if !r.Pos.IsKnown() {
		return o.Pos
	}
	return r.Pos
}

// targetKey tells what the reference means from what others mean, as far as the
// manifest says.
func (r *Reference) targetKey() string {
	switch {
	case r.Declared != nil:
		return fmt.Sprintf("%p", r.Declared)
	case r.ID != "":
		return "id " + r.ID
	}
	return "name " + r.normalizedName() + " in " + r.Parent
}

// normalizedName is the name in the spelling in which names are compared.
func (r *Reference) normalizedName() string {
	return r.Kind.fieldByName(r.Kind.Identity[0]).Type.NormalizedText(schema.String(r.Name))
}

func (r *Reference) String() string {
	if r.Name == "" {
		return fmt.Sprintf("%s %s", r.Kind.Name, r.ID)
	}
	return fmt.Sprintf("%s %q", r.Kind.Name, r.Name)
}

// UnknownText describes the id while it isn't known: id of deployment "etl" in "data".
// Two references of one object that mean different resources differ in it.
func (r *Reference) UnknownText() string {
	if r.Parent == "" {
		return "id of " + r.String()
	}
	return fmt.Sprintf("id of %s in %q", r, r.Parent)
}

// Resolve puts the id in the body.
func (r *Reference) Resolve(id string) {
	r.ID = id
	pos, secret := r.Node.Pos, r.Node.Sensitive
	*r.Node = schema.Node{Form: schema.Text, Text: id, DisplayName: r.Name, Pos: pos, Sensitive: secret}
}

// SecretSink is where a secret value goes that is told once, nil if nowhere.
func (o *Resource) SecretSink() *schema.Node {
	if o.Kind.GeneratedSecret == "" {
		return nil
	}
	return o.Body.Get(SecretSinkField)
}
