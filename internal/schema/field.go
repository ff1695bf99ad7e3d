package schema

import (
	"slices"
	"time"
)

// Behavior says in which calls a field takes part.
type Behavior uint16

// The phases of a field. Create and Update are the calls that carry it.
const (
	Create         Behavior = 1 << iota // sent when the object is created
	Update                              // sent when the object is updated
	Required                            // every declaration must have it
	RequiredCreate                      // the API refuses a create without it
	RequiredUpdate                      // the API refuses an update without it
	Immutable                           // a difference after creation is an error
	IgnoreChanges                       // a difference after creation is told, never planned
	MustBeKnown                         // an update that needs it, and isn't told it, is not sent: nothing is taken for it
	MetaArgument                        // for this program alone: it is in no request and no answer

	// CreateAndUpdate is the usual case: a field that can be set and changed.
	CreateAndUpdate = Create | Update
)

// UndeclaredRule says what an update does with a field that the manifest doesn't declare.
type UndeclaredRule uint8

// The echo rules. The API's updates replace, so the usual rule is to send back
// what is live.
const (
	SendCurrent       UndeclaredRule = iota // send the live value
	OmitAlways                              // leave it out: leaving out keeps it, or sending it would pin a default
	OmitUnlessChanged                       // leave it out also where it is declared and doesn't change
)

// Field is one row of a table: everything the engine needs to know of a value.
type Field struct {
	Name          string
	ResponsePath  string // its path in answers when that differs: "a.b"; "/a" counts from the object's root; "-" is never returned
	Doc           string // one line
	Type          Type
	Behavior      Behavior // 0 means Both
	EndpointName  string
	Undeclared    UndeclaredRule
	When          []Condition
	ConflictsWith []string // siblings that exclude it: when one is declared, the live value is not sent back
	Ref           *Ref
	ItemRef       *ItemRefSpec
	Secret        *SecretRule
	Default       func(object *Node) *Node // sent for a new object or element that leaves it out
	Remedy        string                   // for Immutable: the way out
	// Frozen says why a change is impossible, "" if it isn't; value looks up
	// other fields of the object.
	CheckChange   func(old, wanted *Node, value func(path string) string) string
	EmptyMeans    string                      // of a list: what an empty one means, if that is not nothing
	ChangeWarning func(old, new *Node) string // what a change does beside the obvious
	Impact        Impact                      // on what is running
	// Lapsed says that a value, declared or live, is over: it neither asks for
	// anything nor is sent back.
	IsExpired func(value *Node, now time.Time) bool
}

// Condition limits a field to objects in which another field has one of some values.
// Field is a path from the object's root.
type Condition struct {
	Field string
	In    []string
}

// Ref marks a field that holds the id of another object. The manifest may use
// Name instead of the field's own name, with a name, an id or, for kinds that
// live in a Workspace, a {workspace, name} mapping.
type Ref struct {
	Kind         string
	NameField    string
	Scoped       bool                   // the kind lives in a Workspace
	ByName       bool                   // the field holds the object's name, or one that the API knows by itself
	IsBuiltin    func(name string) bool // of a soft one: the API knows the name by itself; nil: that isn't known
	Filter       *Condition             // what is referred to has one of some values in a field of its own
	Deferrable   bool                   // it may be set by a second write, where references form a cycle
	SharedFields []string               // fields in which the two objects agree; a simulation needs to know
}

// SecretRule marks a field that holds a secret when the sibling If is true (or
// always, when If is empty). The API never returns such a value. Told says that
// answers tell whether it is set, by a hidden value. In is a path from the
// object's root that takes the place of If.
type SecretRule struct {
	IfSibling        string
	IfPath           string
	PresenceReported bool
}

// EffectiveBehavior returns the field's phase with the default filled in.
func (f *Field) EffectiveBehavior() Behavior {
	if f.Behavior&(CreateAndUpdate|MetaArgument) == 0 {
		return f.Behavior | CreateAndUpdate
	}
	return f.Behavior
}

// Has reports whether the field takes part in p.
func (f *Field) Has(p Behavior) bool { return f.EffectiveBehavior()&p != 0 }

// CurrentValue returns the field's value in an answer: object is the level that holds
// the field, root the whole answer.
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

// DesiredValue returns what object declares for the field, by id or by name.
func (f *Field) DesiredValue(object *Node) *Node {
	if n := object.Get(f.Name); n != nil || f.Ref == nil || f.Ref.ByName {
		return n
	}
	return object.Get(f.Ref.NameField)
}

// HoldsSecret reports whether the field's value in object is secret.
func (f *Field) HoldsSecret(object *Node) bool {
	return f.Secret != nil && f.Secret.IfPath == "" && (f.Secret.IfSibling == "" || object.Get(f.Secret.IfSibling).Is("true"))
}

// HoldsSecretByPath reports whether the field's value is secret because of
// something elsewhere in the object.
func (f *Field) HoldsSecretByPath(value func(path string) string) bool {
	return f.Secret != nil && f.Secret.IfPath != "" && value(f.Secret.IfPath) == "true"
}

// WarningForChange returns what a change from old, nil for what was not set, does beside
// the obvious, "" if nothing.
func (f *Field) WarningForChange(old, wanted *Node) string {
	if f.ChangeWarning == nil {
		return ""
	}
	return f.ChangeWarning(old, wanted)
}

// FailedCondition reports whether all of the field's conditions can hold, given a
// look-up of other fields' values; known is false where a value can't be known.
func (f *Field) FailedCondition(value func(path string) (text string, known bool)) (failed *Condition) {
	for i := range f.When {
		w := &f.When[i]
		if text, known := value(w.Field); known && !slices.Contains(w.In, text) {
			return w
		}
	}
	return nil
}

// HasRefs reports whether there are references in a value of the type.
func (t *Type) HasRefs() bool {
	for i := range t.Fields {
		f := &t.Fields[i]
		if f.Ref != nil || f.Type.HasRefs() || f.Type.Elem != nil && f.Type.Elem.HasRefs() {
			return true
		}
	}
	return false
}

// FindRef returns the field whose reference is called name, or nil.
func FindRef(fields []Field, name string) *Field {
	for i := range fields {
		if r := fields[i].Ref; r != nil && !r.ByName && r.NameField == name {
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
