// Package resource knows the kinds of objects that Astro has: for each, one
// table of its fields, identity, calls and oddities. Everything else in the
// program works over these tables and names no kind.
package resource

import (
	"strings"

	"astro-apply/internal/schema"
)

// Kind is a kind of object, as data. The zero value of an optional member
// means that the kind has no such thing.
type Kind struct {
	Name     string // of one: "deployment"
	Title    string // of one, as Astro writes it: "Deployment"
	Section  string // of the manifest; "" for kinds that are only referred to
	Doc      string
	Single   bool                         // there is one, always: it is found without a name
	Whole    string                       // of a Single kind, the field whose value the section is; "": the section is a mapping
	Adopt    string                       // it comes to be elsewhere: how, in words; "": Create makes it
	Makes    string                       // the kind of which it makes an object under its own name, and has the id
	Stays    string                       // why it can't be deleted; "": Delete does
	Parents  []string                     // the fields of which one holds the id of what it lives in
	Hosts    func(home *schema.Node) bool // whether something live of the last Parents can hold any; nil: it can
	Blocks   []string                     // fields: what they refer to can't be deleted before it
	Under    string                       // a field of a Single kind, as kind.field: what it allows comes after a change of it, what it forbids before
	Identity []string                     // fields, compared exactly; a declared id wins over them
	Unique   bool                         // Astro refuses to create a second one of the same identity
	Fields   []schema.Field
	Rules    []Rule
	List     Query
	Get      Call
	Create   Call
	Delete   Call
	Rotate   Call         // makes another value of what Issued tells
	Parts    []Part       // update calls, in order
	Details  []Detail     // lists of an object that its answers leave out
	Inherits *Inheritance // values in answers that are not the object's own; nil: there are none
	Issued   string       // the member of an answer that tells, once, a secret value
	Busy     []int        // statuses of a refusal that ends by itself: another change is under way

	// Shape turns the fields of a new object into the body that Create takes.
	Shape Shape
	// Canonical drops from an answer what must neither be compared nor sent
	// back, and puts what is told in another way under the names of the fields;
	// it may change the node it is given.
	Canonical func(live *schema.Node)
	// Ready says how far the API is with the object. Nil: always ready.
	Ready func(live *schema.Node) (State, string)
	// Usable says that what refers to the object can be made, ready or not. Nil:
	// once it is ready.
	Usable func(live *schema.Node) bool
	// Guard says why a change must not be made, if it mustn't.
	Guard func(Guarded) Refusal
	// Visibility describes which tokens may create one and see all of them, for a kind
	// whose lists leave out those in which the token has no role; "": such a list is
	// refused.
	Visibility string
	// Ending describes when one stops working by itself. Nil: it doesn't.
	Ending *Ending
	// Doubt says what a live object that is as declared may lack all the same, ""
	// if there is nothing to say.
	Doubt func(live *schema.Node) string
	// Output is the action's output that holds the id of the one object of the
	// kind, when exactly one is declared.
	Output string
	// Page is the object's page in the Astro UI: a path with {field} holes.
	Page string
}

// State is how far the API is with a change it accepted.
type State uint8

// The states. Settling covers what may still become Ready by itself, a failing
// health check included; Broken won't.
const (
	Ready State = iota
	Settling
	Broken
)

// Catalog is a list of kinds. A kind comes after those it lives in.
type Catalog []*Kind

// Kinds returns every kind there is.
func Kinds() Catalog {
	return Catalog{
		organization(), cluster(), workspace(), deployment(), environmentObject(), customRole(), team(), user(), invite(),
		apiToken(), agentToken(), ipRanges(),
	}
}

// Kind returns the kind of that name, or nil.
func (c Catalog) Kind(name string) *Kind {
	for _, k := range c {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// Section returns the kind that a manifest section declares, or nil.
func (c Catalog) Section(name string) *Kind {
	for _, k := range c {
		if k.Section == name {
			return k
		}
	}
	return nil
}

// Sections lists the manifest sections in their order.
func (c Catalog) Sections() []string {
	var out []string
	for _, k := range c {
		if k.Section != "" {
			out = append(out, k.Section)
		}
	}
	return out
}

// home returns the kind of what objects of kind k live in, or nil.
func (c Catalog) home(k *Kind) *Kind {
	for _, name := range k.Parents {
		if f := schema.FindField(k.Fields, name); f != nil && f.Ref != nil {
			return c.Kind(f.Ref.Kind)
		}
	}
	return nil
}

// nest returns the field by which objects of kind k are listed in its home.
func (c Catalog) nest(k *Kind) string {
	for _, name := range k.Parents {
		if k.field(name).Ref.Kind == c.home(k).Name {
			return name
		}
	}
	return ""
}

// root returns the kind of what objects of kind k live in, where that lives in
// nothing itself, and the field that holds its id; nil if there is none.
func (c Catalog) root(k *Kind) (home *Kind, field string) {
	for _, name := range k.Parents {
		if f := k.field(name); f.Ref != nil && c.Kind(f.Ref.Kind).Parents == nil {
			return c.Kind(f.Ref.Kind), name
		}
	}
	return nil, ""
}

// parent returns the field that holds the id of what an object lives in, as its
// declared body says; nil for one that lives in the Organization itself.
func (k *Kind) parent(body *schema.Node) *schema.Field {
	var first *schema.Field
	for _, name := range k.Parents {
		f := schema.FindField(k.Fields, name)
		applies := f.FailedCondition(func(path string) (string, bool) { n := body.GetPath(path); return n.ScalarText(), n != nil }) == nil
		switch {
		case applies && f.DesiredValue(body) != nil:
			return f
		case applies:
			first = f // the last one is what a default is for
		}
	}
	return first
}

// field returns one of the kind's own fields.
func (k *Kind) field(name string) *schema.Field { return schema.FindField(k.Fields, name) }

// nested reports whether an object can't be addressed without its parent's id.
func (k *Kind) nested() bool {
	for _, name := range k.Parents {
		if strings.Contains(k.Get.Path, "{"+name+"}") {
			return true
		}
	}
	return false
}
