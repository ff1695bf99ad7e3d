package resource

import (
	"fmt"
	"net/url"
	"strings"

	"astro-apply/internal/schema"
)

// Object is one declared object. Body holds the declared fields under the
// API's names; a reference by name is a Pending node there until it is resolved.
type Object struct {
	Kind    *Kind
	Body    *schema.Node
	ID      string // as declared; "" leaves the identity to the kind's fields
	Absent  bool   // state: absent
	Protect bool   // protect: true
	Pos     schema.Pos
	Refs    []*Reference
}

// Reference is a declared mention of another object.
type Reference struct {
	Field  *schema.Field
	Kind   *Kind
	Node   *schema.Node // in the body; becomes the id
	ID     string       // given or found
	Name   string
	Parent string     // the Workspace's name or id in {workspace, name}; "" is the object's own
	Target *Object    // what the manifest declares under that name, or nil
	Pos    schema.Pos // where it is written
}

// Name is what identifies the object to people: its identity fields, its id, or,
// where there is one of its kind, the kind.
func (o *Object) Name() string {
	if o.Kind.Single {
		return o.Kind.Name
	}
	var parts []string
	for _, field := range o.Kind.Identity {
		if n := o.Body.Get(field); n != nil && n.Form == schema.Text {
			parts = append(parts, n.Text)
		}
	}
	if len(parts) == 0 {
		return o.ID
	}
	return strings.Join(parts, "/")
}

// String names the object in messages: deployment "etl".
func (o *Object) String() string {
	if o.Kind.Single {
		return o.Kind.Name
	}
	return fmt.Sprintf("%s %q", o.Kind.Name, o.Name())
}

// parent returns the reference to the Workspace that the object lives in, or nil.
func (o *Object) parent() *Reference {
	for _, r := range o.Refs {
		if r.Field.Name == o.Kind.Parent {
			return r
		}
	}
	return nil
}

// place tells objects of the same name in different Workspaces apart, as far
// as the manifest says.
func (o *Object) place() string {
	if p := o.parent(); p != nil {
		return p.key()
	}
	return ""
}

// at is where the reference of o is written, which an input has no place for.
func (r *Reference) at(o *Object) schema.Pos {
	if !r.Pos.Known() {
		return o.Pos
	}
	return r.Pos
}

func (r *Reference) key() string {
	switch {
	case r.Target != nil:
		return fmt.Sprintf("%p", r.Target)
	case r.ID != "":
		return "id " + r.ID
	}
	return "name " + r.Name
}

func (r *Reference) String() string {
	if r.Name == "" {
		return fmt.Sprintf("%s %s", r.Kind.Name, r.ID)
	}
	return fmt.Sprintf("%s %q", r.Kind.Name, r.Name)
}

// Resolve puts the id in the body.
func (r *Reference) Resolve(id string) {
	r.ID = id
	pos, secret := r.Node.Pos, r.Node.Secret
	*r.Node = schema.Node{Form: schema.Text, Text: id, Pos: pos, Secret: secret}
}

// Live is an object as the API describes it.
type Live struct {
	ID   string
	Body *schema.Node
	Full bool  // read by id, not from a list
	odd  error // what is wrong with its shape
}

// NewLive reads an API answer about one object.
func NewLive(k *Kind, data []byte) (*Live, error) {
	live, err := read(k, data)
	if err == nil && live.odd != nil {
		return nil, live.odd
	}
	return live, err
}

// read is NewLive for one of many, where an object of a wrong shape must not
// hide the others.
func read(k *Kind, data []byte) (*Live, error) {
	body, err := schema.ParseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("answer about a %s: %w", k.Name, err)
	}
	id := body.Get("id")
	if id == nil || id.Form != schema.Text || id.Text == "" {
		return nil, fmt.Errorf("answer about a %s has no id", k.Name)
	}
	if err := schema.Conforms(k.Fields, body); err != nil {
		return &Live{ID: id.Text, Body: body, odd: fmt.Errorf("answer about %s %s: %w", k.Name, id.Text, err)}, nil
	}
	if k.Canonical != nil {
		k.Canonical(body)
	}
	return &Live{ID: id.Text, Body: body}, nil
}

// State says how far the API is with the object, and why.
func (l *Live) State(k *Kind) (State, string) {
	if k.Ready == nil {
		return Ready, ""
	}
	return k.Ready(l.Body)
}

// Page returns the path of the object's page in the Astro UI, "" if unknown.
func (l *Live) Page(k *Kind) string {
	page := k.Page
	for {
		open, rest, ok := strings.Cut(page, "{")
		if !ok {
			return page
		}
		field, after, _ := strings.Cut(rest, "}")
		value := l.Body.Get(field).Value()
		if value == "" {
			return ""
		}
		page = open + url.PathEscape(value) + after
	}
}
