package schema

import (
	"slices"
	"strings"
)

// Behavior is a set of flags that specify in which API calls a field takes part.
type Behavior uint16

// The flags of a field.
const (
	Create         Behavior = 1 << iota // a create sends the field
	Update                              // an update sends the field
	Required                            // the manifest must set the field
	RequiredCreate                      // the API refuses a create without the field
	RequiredUpdate                      // the API refuses an update without the field
	Immutable                           // the plan reports a later change as an error
	IgnoreChanges                       // the plan reports a later change, but doesn't apply it
	MustBeKnown                         // an update that requires the field fails if its value is unknown, rather than send a zero value
	MetaArgument                        // only this program uses the field: no request or response contains it

	// CreateAndUpdate is the usual case: the field can be set and changed.
	CreateAndUpdate = Create | Update
)

// UndeclaredRule specifies what an update sends for a field that the manifest
// doesn't declare.
type UndeclaredRule uint8

// The rules for undeclared fields. An update replaces the whole resource, so the
// usual rule is to send back the current value.
const (
	SendCurrent       UndeclaredRule = iota // send the current value
	KeepItems                               // send the current value; of a declared list, also the undeclared current items
	OmitAlways                              // omit the field: the API keeps the value, or sending it would turn a default into a fixed value
	OmitUnlessChanged                       // omit the field even if it is declared, unless its value changes
)

// Field describes one field of a resource or of an object in it: everything that
// the engine needs in order to check, compare, send and show the field.
type Field struct {
	Name         string
	ResponsePath string // path in responses, if it differs from Name: "a.b"; "/a" is relative to the resource's root; "-" means never returned
	Doc          string // one line
	Type         Type
	Behavior     Behavior // 0 means CreateAndUpdate
	EndpointName string   // the separate update endpoint that sends the field; "" means the kind's own update
	Undeclared   UndeclaredRule
	When         []Condition // the field only applies if all conditions hold
	Ref          *Ref
	ItemRef      *ItemRefSpec
	Secret       *SecretRule
	Default      func(object *Node) *Node // returns the value for a new resource or list item that omits the field
	Remedy       string                   // tells the user how to get a change that the API doesn't allow
	// CheckChange returns why a change is impossible, or "" if it is possible.
	// value looks up other fields of the resource.
	CheckChange   func(old, desired *Node, value func(path string) string) string
	EmptyMeans    string                          // of a list: describes the special meaning of an empty list, if any
	ChangeWarning func(old, desired *Node) string // returns a warning about side effects of a change, or ""
	Impact        Impact                          // of a change
}

// Condition limits a field to resources in which another field has one of the
// values In. Field is a path from the resource's root.
type Condition struct {
	Field string
	In    []string
}

// Ref marks a field that holds the id of another resource. Instead of the field,
// the manifest may use NameField, with a name, an id or, for kinds whose
// resources belong to a Workspace, a {workspace, name} mapping.
type Ref struct {
	Kind         string
	NameField    string
	Scoped       bool                   // resources of the kind belong to a Workspace
	ByName       bool                   // the field holds a name instead of an id: of a resource, or built into the API
	IsBuiltin    func(name string) bool // for ByName: reports whether the name is built into the API; nil if that can't be known
	Filter       *Condition             // the referenced resource must meet this condition
	Deferrable   bool                   // a second write may set the field, which breaks a cycle of references
	BlocksDelete bool                   // the API refuses to delete the referenced resource before this one
}

// ItemRefSpec marks a field that holds the id of a list item, where the list
// belongs to a resource that another field refers to. Instead of the field, the
// manifest may use NameField, with a text that identifies the item to people.
type ItemRefSpec struct {
	NameField   string
	Title       string   // names the item in messages
	RefField    string   // field of the resource that refers to the resource with the list
	ListName    string   // name of the list in responses
	MatchFields []string // members of the item that the text is compared with, the preferred one first
}

// SecretRule marks a field that can hold a secret, which the API never returns.
type SecretRule struct {
	If               string // the boolean field that decides: the name of a sibling, or "/" and a path from the resource's root; "": always secret
	PresenceReported bool   // responses show whether a secret is set, by a redacted value
}

// EffectiveBehavior returns the field's flags, with the default
// CreateAndUpdate filled in.
func (f *Field) EffectiveBehavior() Behavior {
	if f.Behavior&(CreateAndUpdate|MetaArgument) == 0 {
		return f.Behavior | CreateAndUpdate
	}
	return f.Behavior
}

// Has reports whether the field has at least one of the given flags.
func (f *Field) Has(flags Behavior) bool { return f.EffectiveBehavior()&flags != 0 }

// CurrentValue returns the field's value in a response. object is the part of the
// response that holds the field, root is the whole response.
func (f *Field) CurrentValue(object, root *Node) *Node {
	var n *Node
	switch {
	case f.ResponsePath == "-":
		return nil
	case f.ResponsePath == "":
		n = object.Get(f.Name)
	case f.ResponsePath[0] == '/':
		n = root.GetPath(f.ResponsePath[1:])
	default:
		n = object.GetPath(f.ResponsePath)
	}
	if n == nil || n.Form == Null {
		return nil
	}
	return n
}

// WithoutServerFields returns a current value of type t without members that the type doesn't have and without secrets.
// root is the whole response.
func (t *Type) WithoutServerFields(current, root *Node) *Node {
	switch t.Base {
	case BaseObject:
		out := &Node{Form: Map}
		for i := range t.Fields {
			f := &t.Fields[i]
			if n := f.CurrentValue(current, root); n != nil && !f.HoldsSecret(current, nil) {
				out.Set(f.Name, f.Type.WithoutServerFields(n, root))
			}
		}
		return out
	case BaseList:
		out := &Node{Form: List}
		for _, item := range current.Items {
			out.Items = append(out.Items, t.Elem.WithoutServerFields(item, root))
		}
		return out
	}
	return current
}

// CurrentValueAt returns the value at a dotted path in a response, by the names of the fields, or nil.
func CurrentValueAt(fields []Field, response *Node, path string) *Node {
	name, rest, isNested := strings.Cut(path, ".")
	f := FindField(fields, name)
	if f == nil {
		return nil
	}
	n := f.CurrentValue(response, response)
	if isNested {
		return n.GetPath(rest)
	}
	return n
}

// DesiredValue returns the value that object declares for the field, by id or by
// name.
func (f *Field) DesiredValue(object *Node) *Node {
	if n := object.Get(f.Name); n != nil || f.NameField() == "" {
		return n
	}
	return object.Get(f.NameField())
}

// HoldsSecret reports whether the field's value in object is secret. value looks up
// a field by its path from the resource's root. If it is nil, no field with such a condition holds a secret.
func (f *Field) HoldsSecret(object *Node, value func(path string) string) bool {
	if f.Secret == nil {
		return false
	}
	if path, isRooted := strings.CutPrefix(f.Secret.If, "/"); isRooted {
		return value != nil && value(path) == "true"
	}
	return f.Secret.If == "" || object.Get(f.Secret.If).Is("true")
}

// HoldsSecretIn reports whether the field's value in object, a part of resource, is secret.
func (f *Field) HoldsSecretIn(object, resource *Node) bool {
	return f.HoldsSecret(object, func(path string) string { return resource.GetPath(path).ScalarText() })
}

// WarningForChange returns a warning about the side effects of a change, or "". old is nil if the field wasn't set.
func (f *Field) WarningForChange(old, desired *Node) string {
	if f.ChangeWarning == nil {
		return ""
	}
	return f.ChangeWarning(old, desired)
}

// FailedCondition returns the first of the field's conditions that fails, or nil.
// value looks up other fields. A condition on an unknown value doesn't fail.
func (f *Field) FailedCondition(value func(path string) (text string, known bool)) (failed *Condition) {
	for i := range f.When {
		w := &f.When[i]
		if text, known := value(w.Field); known && !slices.Contains(w.In, text) {
			return w
		}
	}
	return nil
}

// NameField returns the member with which the manifest can set the field by name instead of by id, "" if none.
func (f *Field) NameField() string {
	switch {
	case f.Ref != nil:
		return f.Ref.NameField
	case f.ItemRef != nil:
		return f.ItemRef.NameField
	}
	return ""
}

// HasRefs reports whether a value of the type can contain references.
func (t *Type) HasRefs() bool {
	return t.Elem != nil && t.Elem.HasRefs() || slices.ContainsFunc(t.Fields, func(f Field) bool {
		return f.Ref != nil || f.ItemRef != nil || f.Type.HasRefs()
	})
}

// FindRef returns the field that the manifest can set by name with the member
// called name, or nil.
func FindRef(fields []Field, name string) *Field {
	for i := range fields {
		if name != "" && fields[i].NameField() == name {
			return &fields[i]
		}
	}
	return nil
}

// FindField returns the field called name, or nil.
func FindField(fields []Field, name string) *Field {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}
