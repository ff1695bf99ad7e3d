package simulator

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"strings"
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

// stateOf returns the state of the resource with an ID, or nil.
func (s *Server) stateOf(kind, id string) object {
	if o := s.find(kind, id); o != nil {
		return o.state
	}
	return nil
}

// organization returns the state of the only Organization.
func (s *Server) organization() object { return s.stored[kindOrganization][0].state }

// filter returns the resources that match, in order of creation.
func (s *Server) filter(kind string, matches func(*resource) bool) []*resource {
	return slices.DeleteFunc(slices.Clone(s.stored[kind]), func(o *resource) bool { return !matches(o) })
}

func (s *Server) removeWhere(kind string, matches func(*resource) bool) {
	s.stored[kind] = slices.DeleteFunc(s.stored[kind], matches)
}

// hasDeployments reports whether a Deployment has the ID in a field.
func (s *Server) hasDeployments(field, id string) bool {
	return s.findWhere(kindDeployment, func(o *resource) bool { return o.getString(field) == id }) != nil
}

// requireExisting refuses a request if one of the IDs that it contains doesn't exist.
func (s *Server) requireExisting(kind string, ids ...any) {
	for _, id := range ids {
		text, _ := id.(string)
		require(s.find(kind, text) != nil, "%s '%v' does not exist", s.kinds[kind].title, id)
	}
}

// insert adds a resource of a kind, with the values that the server sets in every new resource.
func (s *Server) insert(kind string, state object, who claims) *resource {
	o := &resource{state: state, changedAt: s.options.Now()}
	o.id = cmp.Or(o.getString("id"), toCUID(s.newHash(fmt.Sprint(kind, state))))
	stamp := o.changedAt.UTC().Format(timeFormat)
	setMissing(state, object{
		"id": o.id, "organizationId": s.OrganizationID(),
		"createdAt": stamp, "updatedAt": stamp, "createdBy": who.subjectProfile(), "updatedBy": who.subjectProfile(),
	})
	s.kinds[kind].fillDefaults(s, o, nil)
	s.stored[kind] = append(s.stored[kind], o)
	return o
}

// findOrSeed returns the ID of a resource of a kind, and of the type of value if it has one. If there is none, it
// inserts value.
func (s *Server) findOrSeed(kind string, value object) string {
	isSuitable := func(o *resource) bool { return value["type"] == nil || o.state["type"] == value["type"] }
	if o := s.findWhere(kind, isSuitable); o != nil {
		return o.id
	}
	return s.insert(kind, value, claims{}).id
}

// markUpdated records that a caller changed a resource.
func (s *Server) markUpdated(o *resource, who claims) {
	o.changedAt = s.options.Now()
	o.state["updatedAt"], o.state["updatedBy"] = o.changedAt.UTC().Format(timeFormat), who.subjectProfile()
}

// removeDependents deletes everything that belongs to a deleted Workspace or Deployment, and the links and roles of
// others that refer to it.
func (s *Server) removeDependents(id string) {
	refers := func(item any) bool { return hasValue(item, id) }
	for kind, k := range s.kinds {
		s.removeWhere(kind, func(o *resource) bool { return k.ownerOf(o.state) == id })
		for _, o := range s.stored[kind] {
			for name := range o.state {
				if list := getList(o.state, name); slices.ContainsFunc(list, refers) {
					o.state[name] = slices.DeleteFunc(list, refers)
				}
			}
		}
	}
}

// refersTo reports whether an item of a list of the resource has an ID as a member.
func (o *resource) refersTo(id string) bool {
	for name := range o.state {
		if slices.ContainsFunc(getList(o.state, name), func(item any) bool { return hasValue(item, id) }) {
			return true
		}
	}
	return false
}

// hasValue reports whether an object has a member with a value.
func hasValue(item any, value string) bool {
	members, _ := item.(object)
	for _, member := range members {
		if member == value {
			return true
		}
	}
	return false
}

// newHash returns another hash in each call. It depends only on the text and on the number of earlier calls with the
// text, so that the reports of simulated runs are comparable.
func (s *Server) newHash(text string) [sha256.Size]byte {
	s.serials[text]++
	return sha256.Sum256(fmt.Appendf(nil, "%s %d", text, s.serials[text]))
}

// toCUID returns a hash in the format of the API's IDs: c and 24 characters of a-z0-9.
func toCUID(sum [sha256.Size]byte) string {
	digits := new(big.Int).SetBytes(sum[:]).Text(36)
	return "c" + strings.Repeat("0", max(0, 24-len(digits))) + digits[:min(24, len(digits))]
}

// fixedCUID returns the ID that belongs to a text.
func fixedCUID(text string) string { return toCUID(sha256.Sum256([]byte(text))) }

// shortHash returns a short text that is constant for an ID. Host names and namespaces contain it.
func shortHash(id string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(id)))[:8] }
