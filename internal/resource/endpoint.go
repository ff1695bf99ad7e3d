package resource

import (
	"net/url"

	"astro-apply/internal/schema"
)

// ListEndpoint is a list call. Member is the answer's list.
type ListEndpoint struct {
	Path, Member string
	// Parents is the parameter that narrows it to several parents at once. ""
	// narrows it to one, by the name of the field that holds its id: a hole in
	// Path, or else a parameter.
	ParentsParam       string
	NameParam          string     // the parameter that narrows it to a name; "": none does
	Params             url.Values // sent in any case
	OrganizationParams url.Values // sent when it is about what lives in no parent
	ListsAll           bool       // without any parent, it lists what lives in all of them
	Partial            bool       // items lack fields: what is found is read by id before it is compared
}

// maxParentsPerList bounds how many Workspaces one list call names, for the URL's length.
const maxParentsPerList = 50

// batchSize is how many places one call lists.
func (q ListEndpoint) batchSize() int {
	if q.ParentsParam != "" {
		return maxParentsPerList
	}
	return 1
}

// Endpoint is one call on an object. {organizationId}, {id} and the names of the
// kind's parent fields are filled in.
type Endpoint struct {
	Method, Path string
}

// ExpandFunc turns fields, under the names that the manifest has for them, into the
// body of a request. object is all of the object: live, else as declared.
type ExpandFunc func(fields, object *schema.Node, organizationID string) *schema.Node

// UpdateEndpoint is an update that carries some of a kind's fields: those whose Part is
// its name. Root is the path of an object field whose members are all that it
// carries; without any, None is sent.
type UpdateEndpoint struct {
	Name           string
	Endpoint       Endpoint
	Expand         ExpandFunc
	FieldPath      string
	DeleteEndpoint Endpoint
	ListPatch      *ListPatch // the part is one list, and only what is added or removed is sent
}

// ListPatch are the calls that add elements to a list and remove some of it, at
// most Most at once.
type ListPatch struct {
	Add, Remove      Endpoint
	RemoveKeysMember string // the member of Remove's body that lists what goes; "": one call each, for the {member} in its path
	BatchSize        int
	// First reports whether an item is added before and removed after the
	// others, where the states between requests matter. Nil: they don't.
	IsAddedFirst func(element *schema.Node, caller Caller) bool
}

// SubList is a list call whose items are elements of Field: their member Item.
// Key is the member by which an item is removed, Called what people call it.
type SubList struct {
	Field                                     string
	Path, Member                              string
	ValueMember, KeyMember, DisplayNameMember string
}
