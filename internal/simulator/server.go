// Package simulator implements the Astro API v1.0 of one Organization in memory. Tests call it over HTTP, `simulate:
// true` calls it in process. Where the real API's behaviour isn't known, the simulator chooses the worst case that
// the API's document allows. A client that works with the simulator therefore works with the API.
package simulator

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
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
	mux     *http.ServeMux

	mu             sync.Mutex
	stored         map[string][]*resource // by kind, in order of creation
	requests       []Request
	faults         []*Fault
	serial         int
	chaos          chaos
	returnedTexts  map[string]string
	faultCount     int
	recentRequests map[rateLimitKey][]time.Time
}

// New returns a server with an empty Organization.
func New(options Options) *Server {
	if options.Now == nil {
		options.Now = time.Now
	}
	options.OrganizationID = cmp.Or(options.OrganizationID, newCUID("organization", 0))
	s := &Server{
		options: options, kinds: map[string]*kindSpec{}, stored: map[string][]*resource{},
		recentRequests: map[rateLimitKey][]time.Time{},
	}
	for _, k := range allKindSpecs() {
		s.kinds[k.name] = &k
	}
	s.mux = s.newMux()
	o := &resource{state: object{"id": options.OrganizationID}}
	s.initialize(o, kindOrganization, caller{})
	s.serial = 0 // the Organization must not affect the IDs of other resources
	s.kinds[kindOrganization].fillDefaults(s, o, nil)
	s.add(kindOrganization, o)
	return s
}

// OrganizationID returns the ID in paths and tokens.
func (s *Server) OrganizationID() string { return s.options.OrganizationID }

// handleRequest executes a request, injects faults, and records the request.
func (s *Server) handleRequest(r Request, authorization string) *reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	response := newReply()
	if s.exceedsRateLimit(r, authorization) {
		s.writeError(response, &requestError{status: http.StatusTooManyRequests, message: "Too many requests"})
		return s.recordRequest(r, response)
	}
	f := s.takeFault(r)
	if f == nil {
		f = s.drawFault(r)
	}
	if f == nil {
		return s.recordRequest(r, s.executeRequest(r, authorization))
	}
	if f.Delay > 0 {
		s.mu.Unlock()
		time.Sleep(f.Delay)
		s.mu.Lock()
	}
	switch {
	case f.WrongResource:
		response = s.answerWrongResource(f, r, authorization)
	case f.Applied:
		response = s.executeRequest(r, authorization)
	}
	if f.ApplyAfter > 0 {
		time.AfterFunc(f.ApplyAfter, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.executeRequest(r, authorization)
		})
	}
	s.faultCount++
	return s.recordRequest(r, s.applyFault(f, response))
}

func (s *Server) recordRequest(r Request, response *reply) *reply {
	r.Status = response.status
	s.requests = append(s.requests, r)
	return response
}

func (s *Server) executeRequest(r Request, authorization string) *reply {
	response := newReply()
	s.mux.ServeHTTP(response, &http.Request{
		Method: r.Method, URL: &url.URL{Path: r.Path, RawQuery: r.Query.Encode()},
		Header: http.Header{"Authorization": {authorization}}, Body: io.NopCloser(bytes.NewReader(r.Body)),
	})
	return response
}
