// Package simulator is an in-memory Astro API v1.0 for an Organization, its Workspaces, Deployments, custom roles and clusters. Tests reach it over HTTP,
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
	Now            func() time.Time // nil: time.Now
}

// Server is one Organization. It is safe for concurrent use; requests are carried out one at a time.
type Server struct {
	organization string
	settle       time.Duration
	now          func() time.Time

	mu          sync.Mutex
	collections map[string]*collection
	requests    []Request
	faults      []*Fault
	serial      int
}

// New returns an Organization with nothing in it.
func New(options Options) *Server {
	s := &Server{organization: options.OrganizationID, settle: options.Settle, now: options.Now, collections: map[string]*collection{
		kindWorkspace: {}, kindDeployment: {}, kindCluster: {}, kindRole: {}, kindOrganization: {},
	}}
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

// call is one authorized request.
type call struct {
	caller  caller
	id      string // of the item in the path
	request Request
}

// handler answers a call; a nil answer is 204.
type handler func(call) (any, *problem)

// handler finds what serves a path; below is the path under the organization, like deployments/c123.
func (s *Server) handler(method, below string) (handler, string) {
	segments := strings.Split(below, "/")
	id := ""
	if len(segments) > 1 {
		id, segments[1] = segments[1], "*"
	}
	switch method + " " + strings.Join(segments, "/") {
	case "GET ":
		return s.readOrganization, id
	case "POST ":
		return s.updateOrganization, id
	case "GET workspaces":
		return s.listWorkspaces, id
	case "POST workspaces":
		return s.createWorkspace, id
	case "GET workspaces/*":
		return s.readWorkspace, id
	case "POST workspaces/*":
		return s.updateWorkspace, id
	case "DELETE workspaces/*":
		return s.deleteWorkspace, id
	case "GET deployments":
		return s.listDeployments, id
	case "POST deployments":
		return s.createDeployment, id
	case "GET deployments/*":
		return s.readDeployment, id
	case "POST deployments/*":
		return s.updateDeployment, id
	case "DELETE deployments/*":
		return s.deleteDeployment, id
	case "POST deployments/*/hibernation-override":
		return s.overrideHibernation, id
	case "DELETE deployments/*/hibernation-override":
		return s.endOverride, id
	case "GET roles":
		return s.listRoles, id
	case "POST roles":
		return s.createRole, id
	case "GET roles/*":
		return s.readRole, id
	case "POST roles/*":
		return s.updateRole, id
	case "DELETE roles/*":
		return s.deleteRole, id
	case "GET clusters":
		return s.listClusters, id
	case "GET clusters/*":
		return s.readCluster, id
	}
	return nil, id
}

// answer carries a request out and records it.
func (s *Server) answer(r Request, authorization string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := s.carryOut(r, authorization)
	r.Status = answer.status
	s.requests = append(s.requests, r)
	return answer
}

func (s *Server) carryOut(r Request, authorization string) reply {
	organization, below, found := split(r.Path)
	if f := s.fault(r, below); f != nil {
		return s.faulty(f)
	}
	if !found {
		return s.refusal(&problem{status: http.StatusNotFound, message: "Not found: no such path"})
	}
	who, p := s.authenticate(authorization, organization)
	if p != nil {
		return s.refusal(p)
	}
	handle, id := s.handler(r.Method, below)
	if handle == nil {
		return s.refusal(&problem{status: http.StatusNotFound, message: "Not found: " + r.Method + " is not simulated for this path"})
	}
	body, p := handle(call{caller: who, id: id, request: r})
	if p != nil {
		return s.refusal(p)
	}
	if body == nil {
		return reply{status: http.StatusNoContent, header: http.Header{}}
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
