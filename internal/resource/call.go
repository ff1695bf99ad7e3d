package resource

import (
	"net/url"

	"astro-apply/internal/schema"
)

// Query is a list call. Member is the answer's list.
type Query struct {
	Path, Member string
	// Parents is the parameter that narrows it to several parents at once. ""
	// narrows it to one, by the name of the field that holds its id: a hole in
	// Path, or else a parameter.
	Parents string
	Names   string     // the parameter that narrows it to a name; "": none does
	Always  url.Values // sent in any case
	Rootly  url.Values // sent when it is about what lives in no parent
	Flat    bool       // without any parent, it lists what lives in all of them
	Brief   bool       // items lack fields: what is found is read by id before it is compared
}

// parents bounds how many Workspaces one list call names, for the URL's length.
const parents = 50

// most is how many places one call lists.
func (q Query) most() int {
	if q.Parents != "" {
		return parents
	}
	return 1
}

// Call is one call on an object. {organizationId}, {id} and the names of the
// kind's parent fields are filled in.
type Call struct {
	Method, Path string
}

// Shape turns fields, under the names that the manifest has for them, into the
// body of a request. object is all of the object: live, else as declared.
type Shape func(fields, object *schema.Node, organizationID string) *schema.Node

// Part is an update that carries some of a kind's fields: those whose Part is
// its name. Root is the path of an object field whose members are all that it
// carries; without any, None is sent.
type Part struct {
	Name     string
	Call     Call
	Shape    Shape
	Root     string
	None     Call
	Elements *Elements // the part is one list, and only what is added or removed is sent
}

// Elements are the calls that add elements to a list and remove some of it, at
// most Most at once.
type Elements struct {
	Add, Remove Call
	Keys        string // the member of Remove's body that lists what goes; "": one call each, for the {member} in its path
	Most        int
	// First reports whether an item is added before and removed after the
	// others, where the states between requests matter. Nil: they don't.
	First func(element *schema.Node, caller Caller) bool
}

// Detail is a list call whose items are elements of Field: their member Item.
// Key is the member by which an item is removed, Called what people call it.
type Detail struct {
	Field             string
	Path, Member      string
	Item, Key, Called string
}
