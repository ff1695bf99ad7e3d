package kind

import (
	"net/url"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// ListEndpoint is a list call. Member is the name of the list in the response.
type ListEndpoint struct {
	Path, Member string
	// Filters are the fields for which a parameter, the field's name with an s, filters by several values at once. For
	// any other field that holds a parent's id, a call filters by one parent: with a placeholder in Path if there is
	// one, with a parameter otherwise.
	Filters  []string
	Params   func(parentID string) url.Values // further parameters for one parent; parentID is "" for the Organization
	ListsAll bool                             // without a parent, the call lists the resources of all parents
}

// CanFilter reports whether a call can filter by several values of a field.
func (e ListEndpoint) CanFilter(field string) bool { return slices.Contains(e.Filters, field) }

// Endpoints are the usual calls of a kind.
type Endpoints struct {
	List                ListEndpoint
	Get, Create, Delete Endpoint
}

// usualEndpoints returns the endpoints of most kinds. item is the path of one resource, and list lacks its path.
func usualEndpoints(item string, list ListEndpoint) Endpoints {
	list.Path = strings.TrimSuffix(item, "/{id}")
	return Endpoints{list, Endpoint{"GET", item}, Endpoint{"POST", list.Path}, Endpoint{"DELETE", item}}
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
// its Name. If the field is an object inside another field, the call sends the members of the
// object, and an empty object is removed by DELETE on the same path.
type UpdateEndpoint struct {
	Name     string
	Endpoint Endpoint
	Expand   ExpandFunc
	SubList  *SubList // the only field is a list, and separate calls read and change it
}

// SubList holds the calls for a list field that responses about the resource omit: one that lists the items, and
// those that add and remove at most BatchSize of them.
type SubList struct {
	Path, Member           string // list call: its path, and the member of the response
	ValueMember, KeyMember string // members of a listed item: its value, and what identifies it in Remove
	Add, Remove            ItemsCall
	BatchSize              int
	// IsAddedFirst reports whether an item is added before the others and removed after
	// them. Nil: the order doesn't matter.
	IsAddedFirst func(item *schema.Node, caller Caller) bool
}

// ItemsCall is a call that adds items to a list or removes them. Its body lists the items in Member. If Member is
// "", there is one call per item, with {member} in its path.
type ItemsCall struct {
	Endpoint
	Member string
}

// SubListOf returns the separate calls for a list field, nil if the usual calls contain it.
func (k *Kind) SubListOf(f *schema.Field) *SubList {
	for i := range k.UpdateEndpoints {
		if endpoint := &k.UpdateEndpoints[i]; endpoint.Name == f.EndpointName {
			return endpoint.SubList
		}
	}
	return nil
}

// NestedFieldPath returns the path of the only field that an update endpoint sends, if it is inside another field;
// else "".
func (k *Kind) NestedFieldPath(endpoint *UpdateEndpoint) string {
	if endpoint.Name == "" {
		return ""
	}
	return nestedFieldPath(k.Fields, "", endpoint.Name)
}

func nestedFieldPath(fields []schema.Field, prefix, endpointName string) string {
	for i := range fields {
		path := schema.JoinPath(prefix, fields[i].Name)
		if prefix != "" && fields[i].EndpointName == endpointName {
			return path
		}
		if inner := nestedFieldPath(fields[i].Type.Fields, path, endpointName); inner != "" {
			return inner
		}
	}
	return ""
}
