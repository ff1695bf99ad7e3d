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
type collection struct{ objects []*object }

// object is what the server knows of one object: what was written and is never read (secret values, workloadIdentity) included.
type object struct {
	id      string
	state   map[string]any // decoded JSON
	pending string         // the status until Settle has passed since changed
	before  string         // the status until Stale has passed since changed, "" after a create
	changed time.Time
}

func (o *object) text(name string) string { return text(o.state, name) }

func (c *collection) find(id string) *object {
	if i := slices.IndexFunc(c.objects, func(o *object) bool { return o.id == id }); i >= 0 {
		return c.objects[i]
	}
	return nil
}

func (c *collection) remove(id string) {
	c.objects = slices.DeleteFunc(c.objects, func(o *object) bool { return o.id == id })
}

// Seed puts an object in place and returns its id. The kind is that of one of the halves; the object is
// in the shape of the API's answers, plus what those leave out (secret values, workloadIdentity). What it lacks is
// filled in as the API would. Nothing is validated, and the object is ready at once.
func (s *Server) Seed(kind string, value map[string]any) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seed(kind, value)
}

func (s *Server) seed(kind string, value map[string]any) string {
	known, ok := s.collections[kind]
	if !ok {
		panic(fmt.Sprintf("simulator: no kind %q", kind))
	}
	if kind == kindOrganization { // there is one: what it is not given stays
		maps.Copy(known.objects[0].state, plain(value))
		return s.organization
	}
	o := s.born(kind, caller{})
	maps.Copy(o.state, plain(value))
	o.id = o.text("id")
	for _, h := range s.halves {
		if h.kind == kind {
			h.fill(s, o.state)
		}
	}
	known.objects = append(known.objects, o)
	return o.id
}

// Objects are deep copies of all objects of a kind in order of creation, with what the API never returns.
func (s *Server) Objects(kind string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []map[string]any
	for _, o := range s.collections[kind].objects {
		all = append(all, plain(o.state))
	}
	return all
}

// born is a new object with what the server gives every one.
func (s *Server) born(kind string, who caller) *object {
	s.serial++
	now := s.now()
	id, stamp := cuid(kind, s.serial), now.UTC().Format(timeFormat)
	return &object{id: id, changed: now, state: map[string]any{
		"id": id, "organizationId": s.organization,
		"createdAt": stamp, "updatedAt": stamp, "createdBy": who.profile(), "updatedBy": who.profile(),
	}}
}

// touch marks an object as changed by a caller.
func (s *Server) touch(o *object, who caller) {
	o.changed = s.now()
	o.state["updatedAt"], o.state["updatedBy"] = o.changed.UTC().Format(timeFormat), who.profile()
}

// plain copies a value deeply, into what decoding JSON gives: a caller may seed ints and typed slices.
func plain[T any](value T) T {
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
