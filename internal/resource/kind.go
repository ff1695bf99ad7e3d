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
	Name             string // of one: "deployment"
	Title            string // of one, as Astro writes it: "Deployment"
	Section          string // of the manifest; "" for kinds that are only referred to
	Doc              string
	Singleton        bool                         // there is one, always: it is found without a name
	ListField        string                       // of a Single kind, the field whose value the section is; "": the section is a mapping
	NotCreatable     string                       // it comes to be elsewhere: how, in words; "": Create makes it
	CreatesKind      string                       // the kind of which it makes an object under its own name, and has the id
	NotDeletable     string                       // why it can't be deleted; "": Delete does
	ParentFields     []string                     // the fields of which one holds the id of what it lives in
	ParentCanContain func(home *schema.Node) bool // whether something live of the last Parents can hold any; nil: it can
	DeleteBefore     []string                     // fields: what they refer to can't be deleted before it
	GovernedBy       string                       // a field of a Single kind, as kind.field: what it allows comes after a change of it, what it forbids before
	Identity         []string                     // fields, compared exactly; a declared id wins over them
	Unique           bool                         // Astro refuses to create a second one of the same identity
	Fields           []schema.Field
	Rules            []Rule
	List             ListEndpoint
	Get              Endpoint
	Create           Endpoint
	Delete           Endpoint
	Rotate           Endpoint         // makes another value of what Issued tells
	UpdateEndpoints  []UpdateEndpoint // update calls, in order
	SubLists         []SubList        // lists of an object that its answers leave out
	Inheritance      *Inheritance     // values in answers that are not the object's own; nil: there are none
	GeneratedSecret  string           // the member of an answer that tells, once, a secret value
	ConflictStatuses []int            // statuses of a refusal that ends by itself: another change is under way

	// Shape turns the fields of a new object into the body that Create takes.
	Expand ExpandFunc
	// Canonical drops from an answer what must neither be compared nor sent
	// back, and puts what is told in another way under the names of the fields;
	// it may change the node it is given.
	Flatten func(live *schema.Node)
	// Ready says how far the API is with the object. Nil: always ready.
	StateOf func(live *schema.Node) (State, string)
	// Usable says that what refers to the object can be made, ready or not. Nil:
	// once it is ready.
	IsReferenceable func(live *schema.Node) bool
	// Guard says why a change must not be made, if it mustn't.
	Precondition func(ProposedChange) Refusal
	// Visibility describes which tokens may create one and see all of them, for a kind
	// whose lists leave out those in which the token has no role; "": such a list is
	// refused.
	Visibility string
	// Ending describes when one stops working by itself. Nil: it doesn't.
	Expiry *Expiry
	// Doubt says what a live object that is as declared may lack all the same, ""
	// if there is nothing to say.
	Advice func(live *schema.Node) string
	// Output is the action's output that holds the id of the one object of the
	// kind, when exactly one is declared.
	IDOutput string
	// Page is the object's page in the Astro UI: a path with {field} holes.
	UIPath string
}

// State is how far the API is with a change it accepted.
type State uint8

// The states. Settling covers what may still become Ready by itself, a failing
// health check included; Broken won't.
const (
	StateReady State = iota
	StatePending
	StateFailed
)

// Catalog is a list of kinds. A kind comes after those it lives in.
type Catalog []*Kind

// Kinds returns every kind there is.
func Kinds() Catalog {
	return Catalog{
		organizationKind(), clusterKind(), workspaceKind(), deploymentKind(), environmentObjectKind(), customRoleKind(), teamKind(), userKind(), inviteKind(),
		apiTokenKind(), agentTokenKind(), ipAccessListKind(),
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

// KindOfSection returns the kind that a manifest section declares, or nil.
func (c Catalog) KindOfSection(name string) *Kind {
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

// parentKind returns the kind of what objects of kind k live in, or nil.
func (c Catalog) parentKind(k *Kind) *Kind {
	for _, name := range k.ParentFields {
		if f := schema.FindField(k.Fields, name); f != nil && f.Ref != nil {
			return c.Kind(f.Ref.Kind)
		}
	}
	return nil
}

// parentField returns the field by which objects of kind k are listed in its home.
func (c Catalog) parentField(k *Kind) string {
	for _, name := range k.ParentFields {
		if k.fieldByName(name).Ref.Kind == c.parentKind(k).Name {
			return name
		}
	}
	return ""
}

// rootOf returns the kind of what objects of kind k live in, where that lives in
// nothing itself, and the field that holds its id; nil if there is none.
func (c Catalog) rootOf(k *Kind) (home *Kind, field string) {
	for _, name := range k.ParentFields {
		if f := k.fieldByName(name); f.Ref != nil && c.Kind(f.Ref.Kind).ParentFields == nil {
			return c.Kind(f.Ref.Kind), name
		}
	}
	return nil, ""
}

// declaredParentField returns the field that holds the id of what an object lives in, as its
// declared body says; nil for one that lives in the Organization itself.
func (k *Kind) declaredParentField(body *schema.Node) *schema.Field {
	var first *schema.Field
	for _, name := range k.ParentFields {
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

// fieldByName returns one of the kind's own fields.
func (k *Kind) fieldByName(name string) *schema.Field { return schema.FindField(k.Fields, name) }

// needsParentID reports whether an object can't be addressed without its parent's id.
func (k *Kind) needsParentID() bool {
	for _, name := range k.ParentFields {
		if strings.Contains(k.Get.Path, "{"+name+"}") {
			return true
		}
	}
	return false
}
