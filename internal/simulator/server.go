// Package simulator is an in-memory Astro API v1.0 for an Organization and what is in it. Tests reach it over HTTP,
// `simulate: true` reaches it in process. Where the real API's behaviour isn't known, it does the worst that its document
// allows, so that a client which is right here is right there.
package simulator

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options configures a Server.
type Options struct {
	OrganizationID    string           // "": one is made up
	ReadyAfter        time.Duration    // from CREATING or DEPLOYING to HEALTHY; 0: at once, on the next read
	StaleStatusFor    time.Duration    // how long after an update of a Deployment its old status is still returned, by the update too
	Now               func() time.Time // nil: time.Now
	EnforceRateLimits bool             // the rate limits of a token are enforced
	InheritedRoles    InheritedRoles   // how a user's answer shows roles that come from Teams
	CallerAddress     string           // the IP address that all requests come from; "": unknown, and always allowed

	// The two readings of an update that sends a connection's extra or a metrics export's headers. The zero
	// value is the one that loses more.
	KeepEmptySecrets bool // "" keeps a secret member that is stored; false: it erases it
	MergeMaps        bool // members that aren't sent are kept; false: the sent map replaces the stored one
}

// Server is one Organization. It is safe for concurrent use; requests are carried out one at a time.
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
	faultCount     int // by faults
	recentRequests map[rateLimitKey][]time.Time
}

// New returns an Organization with nothing in it.
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
	s.serial = 0 // as if it had always been there
	o.id, o.state["id"] = s.organizationID, s.organizationID
	fillOrganization(o.state)
	s.collections[kindOrganization].resources = []*storedResource{o}
	return s
}

// OrganizationID is the id that paths and tokens carry.
func (s *Server) OrganizationID() string { return s.organizationID }

// handleRequest carries a request out, faults and all, and records it.
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
	var answer reply
	switch {
	case f != nil && f.WrongResource:
		answer = s.answerWrongResource(f, r, authorization)
	case f == nil || f.Applied:
		answer = s.executeRequest(r, authorization)
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
		answer = s.applyFault(f, answer)
	}
	return s.recordRequest(r, answer)
}

func (s *Server) recordRequest(r Request, answer reply) reply {
	r.Status = answer.status
	s.requests = append(s.requests, r)
	return answer
}

func (s *Server) executeRequest(r Request, authorization string) reply {
	organization, below, found := splitPath(r.Path)
	if !found {
		return s.errorReply(&requestError{status: http.StatusNotFound, message: "Not found: no such path"})
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

// splitPath takes /v1/organizations/{id}/… apart.
func splitPath(path string) (organization, below string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/v1/organizations/")
	if !ok {
		return "", "", false
	}
	organization, below, _ = strings.Cut(rest, "/")
	return organization, below, organization != ""
}
