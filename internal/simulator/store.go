package simulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	kindWorkspace  = "workspace"
	kindDeployment = "deployment"
	kindCluster    = "cluster"
	kindRole       = "customRole"

	kindOrganization      = "organization"
	kindEnvironmentObject = "environmentObject"
	kindTeam              = "team"
	kindUser              = "user"
	kindInvite            = "invite"
	kindAPIToken          = "apiToken"
	kindAgentToken        = "agentToken"
	kindIPRange           = "allowedIpAddressRange"
)

// timeFormat is the format of times in the API.
const timeFormat = "2006-01-02T15:04:05.000Z"

// collection holds the resources of one kind in order of creation.
type collection struct{ resources []*storedResource }

// storedResource holds one resource, including values that the API never returns (secret values, workloadIdentity).
type storedResource struct {
	id            string
	state         map[string]any // decoded JSON
	pendingStatus string         // the status until Options.ReadyAfter has passed since changedAt
	staleStatus   string         // the status until Options.StaleStatusFor has passed since changedAt; "" after a create
	changedAt     time.Time
}

func (o *storedResource) getString(name string) string { return getString(o.state, name) }

func (c *collection) findByID(id string) *storedResource {
	if i := slices.IndexFunc(c.resources, func(o *storedResource) bool { return o.id == id }); i >= 0 {
		return c.resources[i]
	}
	return nil
}

func (c *collection) removeByID(id string) {
	c.resources = slices.DeleteFunc(c.resources, func(o *storedResource) bool { return o.id == id })
}

// Seed adds a resource and returns its ID. kind is one of the kinds of the server; value has the shape of the API's
// responses and may include values that the API never returns (secret values, workloadIdentity). Seed sets the API's
// defaults for missing values. It validates nothing, and the resource is ready immediately.
func (s *Server) Seed(kind string, value map[string]any) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seedResource(kind, value)
}

func (s *Server) seedResource(kind string, value map[string]any) string {
	known, ok := s.collections[kind]
	if !ok {
		panic(fmt.Sprintf("simulator: unknown kind %q", kind))
	}
	if kind == kindOrganization { // the only Organization keeps the fields that value omits
		maps.Copy(known.resources[0].state, deepCopy(value))
		return s.organizationID
	}
	o := s.newResource(kind, caller{})
	maps.Copy(o.state, deepCopy(value))
	o.id = o.getString("id")
	for _, h := range s.kindSpecs {
		if h.kind == kind {
			h.fillDefaults(s, o.state)
		}
	}
	known.resources = append(known.resources, o)
	return o.id
}

// Resources returns deep copies of all resources of a kind in order of creation, including values that the API never
// returns.
func (s *Server) Resources(kind string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []map[string]any
	for _, o := range s.collections[kind].resources {
		all = append(all, deepCopy(o.state))
	}
	return all
}

// newResource returns a new resource with the fields that the server sets in every resource.
func (s *Server) newResource(kind string, who caller) *storedResource {
	s.serial++
	now := s.now()
	id, stamp := newCUID(kind, s.serial), now.UTC().Format(timeFormat)
	return &storedResource{id: id, changedAt: now, state: map[string]any{
		"id": id, "organizationId": s.organizationID,
		"createdAt": stamp, "updatedAt": stamp, "createdBy": who.subjectProfile(), "updatedBy": who.subjectProfile(),
	}}
}

// markUpdated records that a caller changed a resource.
func (s *Server) markUpdated(o *storedResource, who caller) {
	o.changedAt = s.now()
	o.state["updatedAt"], o.state["updatedBy"] = o.changedAt.UTC().Format(timeFormat), who.subjectProfile()
}

// deepCopy returns a copy in the form of decoded JSON, since a caller may seed ints and typed slices.
func deepCopy[T any](value T) T {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic("simulator: encode resource: " + err.Error())
	}
	var copied T
	if err := json.Unmarshal(encoded, &copied); err != nil {
		panic("simulator: " + err.Error())
	}
	return copied
}
