// Package simulator implements the Astro API v1.0 of one Organization in memory. Tests call it over HTTP, `simulate:
// true` calls it in process. Where the real API's behaviour isn't known, the simulator chooses the worst case that
// the API's document allows. A client that works with the simulator therefore works with the API.
package simulator

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"astro-apply/internal/simulator/faulty"
)

// Options configures a Server.
type Options struct {
	OrganizationID    string           // "": generated
	ReadyAfter        time.Duration    // time from CREATING or DEPLOYING to HEALTHY; 0: the next read returns HEALTHY
	StaleStatusFor    time.Duration    // how long responses, including the update's, return the old status of a Deployment
	Now               func() time.Time // nil: time.Now
	EnforceRateLimits bool             // answer 429 above the API's rate limits
	InheritedRoles    InheritedRoles   // how a user's response shows roles that come from Teams
	CallerAddress     string           // the IP address of all requests; "": unknown, which is always allowed

	// The document allows two interpretations of an update that sends a connection's extra or a metrics export's headers.
	// The zero values are those that lose more data.
	KeepEmptySecrets bool // a secret member that is sent as "" keeps its stored value; false: it becomes empty
	MergeMaps        bool // a sent map keeps the stored members that it omits; false: it replaces the stored map
}

// Server simulates one Organization. It is safe for concurrent use; it executes requests one at a time.
type Server struct {
	options Options
	kinds   map[string]*kindSpec

	*faulty.Server

	mu      sync.Mutex
	stored  map[string][]*resource // by kind, in order of creation
	serials map[string]int         // of generated texts, by the text that they identify
}

// Fault describes an error to inject into requests.
type Fault = faulty.Fault

// Request is a request that the server received.
type Request = faulty.Request

// New returns a server with an empty Organization.
func New(options Options) *Server {
	if options.Now == nil {
		options.Now = time.Now
	}
	options.OrganizationID = cmp.Or(options.OrganizationID, fixedCUID("organization"))
	s := &Server{
		options: options, kinds: map[string]*kindSpec{}, stored: map[string][]*resource{}, serials: map[string]int{},
	}
	for _, k := range allKindSpecs() {
		s.kinds[k.name] = &k
	}
	var limits map[string]int // of requests per second and token, by method
	if options.EnforceRateLimits {
		limits = map[string]int{http.MethodGet: 25, http.MethodPost: 10, http.MethodDelete: 5}
	}
	s.Server = faulty.New(s.newHandler(), options.Now, limits)
	s.insert(kindOrganization, object{"id": options.OrganizationID}, claims{})
	return s
}

// OrganizationID returns the ID in paths and tokens.
func (s *Server) OrganizationID() string { return s.options.OrganizationID }

// Seed adds a resource and returns its ID. kind is one of the kinds of the server; value has the shape of the API's
// responses and may include values that the API never returns (secret values, workloadIdentity). Seed sets the API's
// defaults for missing values. It validates nothing, and the resource is ready immediately.
func (s *Server) Seed(kind string, value map[string]any) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.kinds[kind] == nil:
		panic(fmt.Sprintf("simulator: unknown kind %q", kind))
	case kind == kindOrganization: // the only Organization keeps the fields that value omits
		maps.Copy(s.organization(), deepCopy(value))
		return s.OrganizationID()
	}
	return s.insert(kind, deepCopy(value), claims{}).id
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
