// Package resource knows the kinds of objects that Astro has: for each, one
// table of its fields, identity, calls and oddities. Everything else in the
// program works over these tables and names no kind.
package resource

import (
	"astro-apply/internal/schema"
)

// Kind is a kind of object, as data. The zero value of an optional member
// means that the kind has no such thing.
type Kind struct {
	Name     string // of one: "deployment"
	Title    string // of one, as Astro writes it: "Deployment"
	Section  string // of the manifest; "" for kinds that are only referred to
	Doc      string
	Single   bool     // there is one, always: its section is a mapping, and it is found without a name
	Parent   string   // the field that holds the id of the Workspace it lives in
	Identity []string // fields, compared exactly; a declared id wins over them
	Fields   []schema.Field
	Rules    []Rule
	List     Query
	Get      Call
	Create   Call
	Delete   Call
	Parts    []Part // update calls, in order

	// Canonical drops from an answer what must neither be compared nor sent
	// back; it may change the node it is given.
	Canonical func(live *schema.Node)
	// Ready says how far the API is with the object. Nil: always ready.
	Ready func(live *schema.Node) (State, string)
	// Output is the action's output that holds the id of the one object of the
	// kind, when exactly one is declared.
	Output string
	// Page is the object's page in the Astro UI: a path with {field} holes.
	Page string
}

// Query is a list call. Member is the answer's list; Parents the query
// parameter that narrows it to some Workspaces, by id.
type Query struct {
	Path, Member, Parents string
	Brief                 bool // items lack fields: what is found is read by id before it is compared
}

// Call is one call on an object. {organizationId} and {id} in Path are filled in.
type Call struct {
	Method, Path string
}

// Part is an update call that carries some of a kind's fields: those whose
// Part is its name.
type Part struct {
	Name string
	Call Call
}

// State is how far the API is with a change it accepted.
type State uint8

// The states. Settling covers what may still become Ready by itself, a failing
// health check included.
const (
	Ready State = iota
	Settling
)

// Rule is a condition between fields.
type Rule struct {
	// Fields are the paths that the rule is about. It is checked when at least
	// one is declared.
	Fields []string
	// Check returns what is wrong, "" if nothing. The value of a field that is
	// not known is nil: offline, those that aren't declared; at plan, those that
	// are neither declared nor live.
	Check func(object *schema.Node) string
	// Whole marks a rule that only holds for the whole object, so that it can't
	// be checked offline.
	Whole bool
}

// Catalog is a list of kinds. A kind comes after those it refers to.
type Catalog []*Kind

// Kinds returns every kind there is.
func Kinds() Catalog {
	return Catalog{organization(), cluster(), workspace(), customRole(), deployment()}
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
	f := schema.Find(k.Fields, k.Parent)
	if f == nil || f.Ref == nil {
		return nil
	}
	return c.Kind(f.Ref.Kind)
}
