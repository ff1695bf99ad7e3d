package desired

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/astrocli"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// Resource is a resource that the manifest declares. Body holds the declared fields with
// the names that the API uses. A reference by name is an Unknown node in Body until it is
// resolved.
type Resource struct {
	Kind             *kind.Kind
	Index            int // position in State.Resources, and in its copies; -1: not from a manifest
	Body             *schema.Node
	ID               string // declared id; "": the kind's identity fields identify the resource
	Absent           bool   // state: absent
	Protect          bool   // protect: true
	Pos              schema.Pos
	Refs             []*Reference
	ItemRefs         []*ItemRef
	DefaultWorkspace string    // default Workspace of the document, by name or id
	Creates          *Resource // declared resource that Create of this one makes
	CurrentName      string    // name in Astro, if the manifest declares only the id
	astrocli.Semantics
}

// NewResource returns a resource that no manifest declares, for calls about its kind.
func NewResource(k *kind.Kind, id string) *Resource {
	return &Resource{Kind: k, ID: id, Index: -1, Body: &schema.Node{Form: schema.Map}}
}

// Reference is a declared reference to another resource.
type Reference struct {
	Field    *schema.Field
	Kind     *kind.Kind
	Node     *schema.Node // in the body; holds the id once it is resolved
	ID       string       // declared or resolved
	Name     string
	Parent   string     // Workspace in {workspace, name}, by name or id; "": that of the resource itself
	Declared *Resource  // target in the manifest, or nil
	ByName   bool       // the API takes the name: it can be a built-in role, which is not a resource
	Pos      schema.Pos // position in the manifest
}

// Name returns the name for messages: the identity fields, else the id; for a singleton,
// its kind.
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
		return cmp.Or(o.CurrentName, o.ID)
	}
	return strings.Join(parts, "/")
}

// String names the resource in messages: Deployment "etl".
func (o *Resource) String() string {
	if o.Kind.Singleton {
		return o.Kind.Title
	}
	return fmt.Sprintf("%s %q", o.Kind.Title, o.Name())
}

// ParentRef returns the reference to the parent, or nil.
func (o *Resource) ParentRef() *Reference {
	if f := o.Kind.DeclaredParentField(o.Body); f != nil {
		for _, r := range o.Refs {
			if r.Field == f {
				return r
			}
		}
	}
	return nil
}

// HasParentOfKind reports whether the parent is of the given kind.
func (o *Resource) HasParentOfKind(kind string) bool {
	f := o.Kind.DeclaredParentField(o.Body)
	return f != nil && f.Ref.Kind == kind
}

// Parent returns the parent, as far as it is known.
func (o *Resource) Parent() Parent {
	if p := o.ParentRef(); p != nil {
		return Parent{p.Field.Name, p.ID}
	}
	return Parent{}
}

// NormalizedName returns the identity of the resource, normalized for comparison.
func (o *Resource) NormalizedName() string {
	parts := make([]string, len(o.Kind.Identity))
	for i, name := range o.Kind.Identity {
		f := o.Kind.FieldByName(name)
		if n := o.Body.Get(name); n != nil {
			parts[i] = f.Type.NormalizedText(n)
		}
	}
	return strings.Join(parts, "/")
}

// HasIdentity reports whether the manifest declares all identity fields.
func (o *Resource) HasIdentity() bool {
	return !slices.ContainsFunc(o.Kind.Identity, func(field string) bool { return o.Body.Get(field) == nil })
}

// HasDifferentID reports whether both resources have an id and the ids differ, so that
// they can have the same name.
func (o *Resource) HasDifferentID(other *Resource) bool {
	return o.ID != "" && other.ID != "" && o.ID != other.ID
}

// NameAfter returns the name of the resource after the apply: the declared one, else
// currentName, which is "" for a new resource.
func (o *Resource) NameAfter(currentName string) string {
	if currentName != "" && !o.HasIdentity() {
		return currentName
	}
	return o.NormalizedName()
}

// ParentID returns the id of the parent; "" while it is unknown, and for a resource of the
// Organization itself.
func (o *Resource) ParentID() string {
	if p := o.ParentRef(); p != nil {
		return p.ID
	}
	return ""
}

// ParentTitle returns the title of the parent's kind, such as "Workspace".
func (o *Resource) ParentTitle() string {
	if p := o.ParentRef(); p != nil {
		return p.Kind.Title
	}
	return "Organization"
}

// ParentKey returns a key that is different for different parents, as far as the manifest
// specifies them.
func (o *Resource) ParentKey() string {
	if p := o.ParentRef(); p != nil {
		return p.targetKey()
	}
	return ""
}

// PosIn returns the position of the reference in the manifest, else that of o: the default
// Workspace from an input has no position.
func (r *Reference) PosIn(o *Resource) schema.Pos {
	if !r.Pos.IsKnown() {
		return o.Pos
	}
	return r.Pos
}

// targetKey returns a key that is different for different targets, as far as the manifest
// specifies them.
func (r *Reference) targetKey() string {
	switch {
	case r.Declared != nil:
		return fmt.Sprintf("%p", r.Declared)
	case r.ID != "":
		return "id " + r.ID
	}
	return "name " + r.NormalizedName() + " in " + r.Parent
}

// NormalizedName returns the name, normalized for comparison.
func (r *Reference) NormalizedName() string {
	return r.Kind.FieldByName(r.Kind.Identity[0]).Type.NormalizedText(schema.String(r.Name))
}

func (r *Reference) String() string {
	if r.Name == "" {
		return fmt.Sprintf("%s %s", r.Kind.Title, r.ID)
	}
	return fmt.Sprintf("%s %q", r.Kind.Title, r.Name)
}

// Address describes the target while its id is unknown: Deployment "etl" in "data".
// References of one resource to different targets have different addresses.
func (r *Reference) Address() string {
	if r.Parent == "" {
		return r.String()
	}
	return fmt.Sprintf("%s in %q", r, r.Parent)
}

// Resolve puts the id into the body.
func (r *Reference) Resolve(id string) {
	r.ID = id
	resolveNode(r.Node, id, r.Name)
}

// resolveNode replaces the node of a reference by the id.
func resolveNode(n *schema.Node, id, name string) {
	*n = schema.Node{Form: schema.Text, Text: id, DisplayName: name, Pos: n.Pos, Sensitive: n.Sensitive}
}

// SecretSink returns where to save the generated secret, nil if the manifest doesn't
// specify it.
func (o *Resource) SecretSink() *schema.Node {
	if o.Kind.GeneratedSecret == "" {
		return nil
	}
	return o.Body.Get(kind.SecretSinkField)
}

// Parent is a parent for a list call: its id, and the field that holds the id. The
// zero value is the Organization.
type Parent struct{ Field, ID string }

// MatchesFilter reports whether the filter of the reference field accepts a target.
func (r *Reference) MatchesFilter(body *schema.Node) bool {
	where := r.Field.Ref.Filter
	return where == nil || body.Get(where.Field) == nil || slices.Contains(where.In, body.Get(where.Field).Text)
}

// IdentityText describes the resource in messages: kind, name and parent.
func (o *Resource) IdentityText() string {
	if p := o.ParentRef(); p != nil {
		return o.String() + " in " + p.Kind.Title + " " + p.ID
	}
	return o.String()
}
