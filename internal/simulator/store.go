package simulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// timeFormat is the format of times in the API.
const timeFormat = "2006-01-02T15:04:05.000Z"

// resource is one stored resource, including values that the API never returns (secret values, workloadIdentity).
type resource struct {
	id            string
	state         object
	pendingStatus string // the status until Options.ReadyAfter has passed since changedAt
	staleStatus   string // the status until Options.StaleStatusFor has passed since changedAt; "" after a create
	changedAt     time.Time
}

func (o *resource) getString(name string) string { return getString(o.state, name) }

// clone returns a copy with its own state.
func (o *resource) clone() *resource {
	copied := *o
	copied.state = deepCopy(o.state)
	return &copied
}

// find returns the resource with an ID, or nil.
func (s *Server) find(kind, id string) *resource {
	return s.findWhere(kind, func(o *resource) bool { return o.id == id })
}

// findWhere returns the first resource that matches, or nil.
func (s *Server) findWhere(kind string, matches func(*resource) bool) *resource {
	if i := slices.IndexFunc(s.stored[kind], matches); i >= 0 {
		return s.stored[kind][i]
	}
	return nil
}

// filter returns the resources that match, in order of creation.
func (s *Server) filter(kind string, matches func(*resource) bool) []*resource {
	return slices.DeleteFunc(slices.Clone(s.stored[kind]), func(o *resource) bool { return !matches(o) })
}

func (s *Server) add(kind string, o *resource) { s.stored[kind] = append(s.stored[kind], o) }

func (s *Server) removeWhere(kind string, matches func(*resource) bool) {
	s.stored[kind] = slices.DeleteFunc(s.stored[kind], matches)
}

// Seed adds a resource and returns its ID. kind is one of the kinds of the server; value has the shape of the API's
// responses and may include values that the API never returns (secret values, workloadIdentity). Seed sets the API's
// defaults for missing values. It validates nothing, and the resource is ready immediately.
func (s *Server) Seed(kind string, value map[string]any) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seedResource(kind, value)
}

func (s *Server) seedResource(kind string, value object) string {
	k := s.kinds[kind]
	if k == nil {
		panic(fmt.Sprintf("simulator: unknown kind %q", kind))
	}
	if kind == kindOrganization { // the only Organization keeps the fields that value omits
		maps.Copy(s.organization(), deepCopy(value))
		return s.OrganizationID()
	}
	o := &resource{state: deepCopy(value)}
	s.initialize(o, kind, caller{})
	k.fillDefaults(s, o, nil)
	s.add(kind, o)
	return o.id
}

// Resources returns deep copies of all resources of a kind in order of creation, including values that the API never
// returns.
func (s *Server) Resources(kind string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []map[string]any
	for _, o := range s.stored[kind] {
		all = append(all, deepCopy(o.state))
	}
	return all
}

// organization returns the state of the only Organization.
func (s *Server) organization() object { return s.stored[kindOrganization][0].state }

// initialize sets the fields that the server sets in every new resource, where the state lacks them.
func (s *Server) initialize(o *resource, kind string, who caller) {
	s.serial++
	o.id, o.changedAt = cmp.Or(o.getString("id"), newCUID(kind, s.serial)), s.options.Now()
	stamp := o.changedAt.UTC().Format(timeFormat)
	if o.state == nil {
		o.state = object{}
	}
	setMissing(o.state, object{
		"id": o.id, "organizationId": s.OrganizationID(),
		"createdAt": stamp, "updatedAt": stamp, "createdBy": who.subjectProfile(), "updatedBy": who.subjectProfile(),
	})
}

// markUpdated records that a caller changed a resource.
func (s *Server) markUpdated(o *resource, who caller) {
	o.changedAt = s.options.Now()
	o.state["updatedAt"], o.state["updatedBy"] = o.changedAt.UTC().Format(timeFormat), who.subjectProfile()
}
