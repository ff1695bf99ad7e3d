package kind

import (
	"net/url"

	"astro-apply/internal/schema"
)

// ListEndpoint is a list call. Member is the name of the list in the response.
type ListEndpoint struct {
	Path, Member string
	// ParentsParam is the parameter that filters by several parents at once. If it is "", a call
	// filters by one parent, with the name of the field that holds its id: as a placeholder in
	// Path if there is one, as a parameter otherwise.
	ParentsParam       string
	NameParam          string     // the parameter that filters by name; "": the call has no such parameter
	Params             url.Values // sent with every call
	OrganizationParams url.Values // sent when listing resources that belong to the Organization itself
	ListsAll           bool       // without a parent, the call lists the resources of all parents
	Partial            bool       // items lack fields: a resource is read by id before it is compared
}

// maxParentsPerList limits the number of Workspaces in one list call, because the length of a URL is limited.
const maxParentsPerList = 50

// BatchSize returns the number of parents that one call can list.
func (q ListEndpoint) BatchSize() int {
	if q.ParentsParam != "" {
		return maxParentsPerList
	}
	return 1
}

// Endpoint is a call on one resource. {organizationId}, {id} and the names of the
// kind's parent fields are placeholders in Path.
type Endpoint struct {
	Method, Path string
}

// ExpandFunc converts fields with the manifest's names to the body of a request.
// resource is the complete resource: its current state if it exists, else as declared.
type ExpandFunc func(fields, resource *schema.Node, organizationID string) *schema.Node

// UpdateEndpoint is an update call that sends some of a kind's fields: those whose EndpointName is
// its Name. If FieldPath is set, the call sends only the members of the object field at that path; for
// an empty object, DeleteEndpoint is called instead.
type UpdateEndpoint struct {
	Name           string
	Endpoint       Endpoint
	Expand         ExpandFunc
	FieldPath      string
	DeleteEndpoint Endpoint
	ListPatch      *ListPatch // the only field is a list, and only added and removed items are sent
}

// ListPatch holds the calls that add items to a list and remove items from it, at
// most BatchSize at once.
type ListPatch struct {
	Add, Remove      Endpoint
	RemoveKeysMember string // the member of Remove's body that lists the removed keys; "": one call per item, with {member} in its path
	BatchSize        int
	// IsAddedFirst reports whether an item is added before the others and removed after
	// them. Nil: the order doesn't matter.
	IsAddedFirst func(item *schema.Node, caller Caller) bool
}

// SubList is a list call whose results are the items of Field. ValueMember is the member that is the item's
// value, KeyMember the one that identifies the item in the remove call, and DisplayNameMember the name for messages.
type SubList struct {
	Field                                     string
	Path, Member                              string
	ValueMember, KeyMember, DisplayNameMember string
}
