// Package simulator implements the Astro API v1.0 of one Organization in memory. Tests call it over HTTP,
// `simulate: true` calls it in process. Where the real API's behaviour isn't known, the simulator chooses the worst case
// that the API's document allows. A client that works with the simulator therefore works with the API.
package simulator

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options configures a Server.
type Options struct {
	OrganizationID    string           // "": generated
	ReadyAfter        time.Duration    // time from CREATING or DEPLOYING to HEALTHY; 0: the next read returns HEALTHY
	StaleStatusFor    time.Duration    // how long responses return the old status of a Deployment after an update, including the update's response
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
	options           Options
	organizationID    string
	readyAfter        time.Duration
	now               func() time.Time
	callerAddress     string
	enforceRateLimits bool

	mu             sync.Mutex
	collections    map[string]*collection
	requests       []Request
	faults         []*Fault
	serial         int
	kindSpecs      []kindSpec
	chaos          chaos
	returnedTexts  map[string]string
	faultCount     int
	recentRequests map[rateLimitKey][]time.Time
}

// New returns a server with an empty Organization.
func New(options Options) *Server {
	s := &Server{
		options: options, organizationID: options.OrganizationID, readyAfter: options.ReadyAfter, now: options.Now, callerAddress: options.CallerAddress, enforceRateLimits: options.EnforceRateLimits,
		kindSpecs: allKindSpecs(), collections: map[string]*collection{}, recentRequests: map[rateLimitKey][]time.Time{},
	}
	for _, h := range s.kindSpecs {
		s.collections[h.kind] = &collection{}
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.organizationID == "" {
		s.organizationID = newCUID("organization", 0)
	}
	o := s.newResource(kindOrganization, caller{})
	s.serial = 0 // the Organization must not affect the IDs of other resources
	o.id, o.state["id"] = s.organizationID, s.organizationID
	fillOrganization(o.state)
	s.collections[kindOrganization].resources = []*storedResource{o}
	return s
}

// OrganizationID returns the ID in paths and tokens.
func (s *Server) OrganizationID() string { return s.organizationID }

// handleRequest executes a request, injects faults, and records the request.
func (s *Server) handleRequest(r Request, authorization string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exceedsRateLimit(r, authorization) {
		return s.recordRequest(r, s.errorReply(&requestError{status: http.StatusTooManyRequests, message: "Too many requests"}))
	}
	f := s.takeFault(r)
	if f == nil {
		f = s.drawFault(r)
	}
	if f != nil && f.Delay > 0 {
		s.mu.Unlock()
		time.Sleep(f.Delay)
		s.mu.Lock()
	}
	var response reply
	switch {
	case f != nil && f.WrongResource:
		response = s.answerWrongResource(f, r, authorization)
	case f == nil || f.Applied:
		response = s.executeRequest(r, authorization)
	}
	if f != nil && f.ApplyAfter > 0 {
		time.AfterFunc(f.ApplyAfter, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.executeRequest(r, authorization)
		})
	}
	if f != nil {
		s.faultCount++
		response = s.applyFault(f, response)
	}
	return s.recordRequest(r, response)
}

func (s *Server) recordRequest(r Request, response reply) reply {
	r.Status = response.status
	s.requests = append(s.requests, r)
	return response
}

func (s *Server) executeRequest(r Request, authorization string) reply {
	organization, below, found := splitPath(r.Path)
	if !found {
		return s.errorReply(&requestError{status: http.StatusNotFound, message: "Not found: the path doesn't exist"})
	}
	who, p := s.authenticate(authorization, organization)
	if p != nil {
		return s.errorReply(p)
	}
	if p := s.checkCallerAddress(); p != nil {
		return s.errorReply(p)
	}
	handle, ids := s.findHandler(r.Method, below)
	if handle == nil {
		return s.errorReply(&requestError{status: http.StatusNotFound, message: "Not found: " + r.Method + " is not simulated for this path"})
	}
	body, p := handle(s, apiCall{caller: who, id: ids[0], childID: ids[1], request: r})
	if p != nil {
		return s.errorReply(p)
	}
	if body == nil {
		return reply{status: http.StatusNoContent, header: http.Header{}}
	}
	if len(s.returnedTexts) > 0 {
		body = s.replaceTexts(deepCopy(body))
	}
	return jsonReply(http.StatusOK, body)
}

// splitPath splits /v1/organizations/{id}/… into the Organization's ID and the rest.
func splitPath(path string) (organization, below string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/v1/organizations/")
	if !ok {
		return "", "", false
	}
	organization, below, _ = strings.Cut(rest, "/")
	return organization, below, organization != ""
}
