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

// timeFormat is how the API writes times.
const timeFormat = "2006-01-02T15:04:05.000Z"

// collection holds the objects of one kind in order of creation.
type collection struct{ resources []*storedResource }

// storedResource is what the server knows of one object: what was written and is never read (secret values, workloadIdentity) included.
type storedResource struct {
	id            string
	state         map[string]any // decoded JSON
	pendingStatus string         // the status until Settle has passed since changed
	staleStatus   string         // the status until Stale has passed since changed, "" after a create
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

// Seed puts an object in place and returns its id. The kind is that of one of the halves; the object is
// in the shape of the API's answers, plus what those leave out (secret values, workloadIdentity). What it lacks is
// filled in as the API would. Nothing is validated, and the object is ready at once.
func (s *Server) Seed(kind string, value map[string]any) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seedResource(kind, value)
}

func (s *Server) seedResource(kind string, value map[string]any) string {
	known, ok := s.collections[kind]
	if !ok {
		panic(fmt.Sprintf("simulator: no kind %q", kind))
	}
	if kind == kindOrganization { // there is one: what it is not given stays
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

// Resources are deep copies of all objects of a kind in order of creation, with what the API never returns.
func (s *Server) Resources(kind string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []map[string]any
	for _, o := range s.collections[kind].resources {
		all = append(all, deepCopy(o.state))
	}
	return all
}

// newResource is a new object with what the server gives every one.
func (s *Server) newResource(kind string, who caller) *storedResource {
	s.serial++
	now := s.now()
	id, stamp := newCUID(kind, s.serial), now.UTC().Format(timeFormat)
	return &storedResource{id: id, changedAt: now, state: map[string]any{
		"id": id, "organizationId": s.organizationID,
		"createdAt": stamp, "updatedAt": stamp, "createdBy": who.subjectProfile(), "updatedBy": who.subjectProfile(),
	}}
}

// markUpdated marks an object as changed by a caller.
func (s *Server) markUpdated(o *storedResource, who caller) {
	o.changedAt = s.now()
	o.state["updatedAt"], o.state["updatedBy"] = o.changedAt.UTC().Format(timeFormat), who.subjectProfile()
}

// deepCopy copies a value deeply, into what decoding JSON gives: a caller may seed ints and typed slices.
func deepCopy[T any](value T) T {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic("simulator: object is no JSON: " + err.Error())
	}
	var copied T
	if err := json.Unmarshal(encoded, &copied); err != nil {
		panic("simulator: " + err.Error())
	}
	return copied
}
