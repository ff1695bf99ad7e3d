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
	OrganizationID string           // "": one is made up
	Settle         time.Duration    // from CREATING or DEPLOYING to HEALTHY; 0: at once, on the next read
	Stale          time.Duration    // how long after an update of a Deployment its old status is still returned, by the update too
	Now            func() time.Time // nil: time.Now
	Limited        bool             // the rate limits of a token are enforced
	Inherited      InheritedRoles   // how a user's answer shows roles that come from Teams
	CallerAddress  string           // the IP address that all requests come from; "": unknown, and always allowed

	// The two readings of an update that sends a connection's extra or a metrics export's headers. The zero
	// value is the one that loses more.
	KeepsEmpty bool // "" keeps a secret member that is stored; false: it erases it
	MergesMaps bool // members that aren't sent are kept; false: the sent map replaces the stored one
}

// Server is one Organization. It is safe for concurrent use; requests are carried out one at a time.
type Server struct {
	options      Options
	organization string
	settle       time.Duration
	now          func() time.Time
	address      string
	limited      bool

	mu          sync.Mutex
	collections map[string]*collection
	requests    []Request
	faults      []*Fault
	serial      int
	halves      []half
	storm       storm
	respelled   map[string]string
	struck      int // by faults
	taken       map[budget][]time.Time
}

// New returns an Organization with nothing in it.
func New(options Options) *Server {
	s := &Server{
		options: options, organization: options.OrganizationID, settle: options.Settle, now: options.Now, address: options.CallerAddress, limited: options.Limited,
		halves: halves(), collections: map[string]*collection{}, taken: map[budget][]time.Time{},
	}
	for _, h := range s.halves {
		s.collections[h.kind] = &collection{}
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.organization == "" {
		s.organization = cuid("organization", 0)
	}
	o := s.born(kindOrganization, caller{})
	s.serial = 0 // as if it had always been there
	o.id, o.state["id"] = s.organization, s.organization
	fillOrganization(o.state)
	s.collections[kindOrganization].objects = []*object{o}
	return s
}

// OrganizationID is the id that paths and tokens carry.
func (s *Server) OrganizationID() string { return s.organization }

// answer carries a request out, faults and all, and records it.
func (s *Server) answer(r Request, authorization string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.excess(r, authorization) {
		return s.record(r, s.refusal(&problem{status: http.StatusTooManyRequests, message: "Too many requests"}))
	}
	f := s.fault(r)
	if f == nil {
		f = s.draw(r)
	}
	if f != nil && f.Delay > 0 {
		s.mu.Unlock()
		time.Sleep(f.Delay)
		s.mu.Lock()
	}
	var answer reply
	switch {
	case f != nil && f.Other:
		answer = s.mistake(f, r, authorization)
	case f == nil || f.Applied:
		answer = s.carryOut(r, authorization)
	}
	if f != nil && f.Late > 0 {
		time.AfterFunc(f.Late, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.carryOut(r, authorization)
		})
	}
	if f != nil {
		s.struck++
		answer = s.strike(f, answer)
	}
	return s.record(r, answer)
}

func (s *Server) record(r Request, answer reply) reply {
	r.Status = answer.status
	s.requests = append(s.requests, r)
	return answer
}

func (s *Server) carryOut(r Request, authorization string) reply {
	organization, below, found := split(r.Path)
	if !found {
		return s.refusal(&problem{status: http.StatusNotFound, message: "Not found: no such path"})
	}
	who, p := s.authenticate(authorization, organization)
	if p != nil {
		return s.refusal(p)
	}
	if p := s.lockedOut(); p != nil {
		return s.refusal(p)
	}
	handle, ids := s.handler(r.Method, below)
	if handle == nil {
		return s.refusal(&problem{status: http.StatusNotFound, message: "Not found: " + r.Method + " is not simulated for this path"})
	}
	body, p := handle(s, call{caller: who, id: ids[0], member: ids[1], request: r})
	if p != nil {
		return s.refusal(p)
	}
	if body == nil {
		return reply{status: http.StatusNoContent, header: http.Header{}}
	}
	if len(s.respelled) > 0 {
		body = s.respell(plain(body))
	}
	return jsonReply(http.StatusOK, body)
}

// split takes /v1/organizations/{id}/… apart.
func split(path string) (organization, below string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/v1/organizations/")
	if !ok {
		return "", "", false
	}
	organization, below, _ = strings.Cut(rest, "/")
	return organization, below, organization != ""
}
