package simulator

import "strings"

// kindSpec defines how the server handles one kind of resource.
type kindSpec struct {
	kind         string
	fillDefaults func(s *Server, state map[string]any) // sets the API's defaults in a seeded resource
	routes       map[string]handlerFunc                // by method and path after the Organization; * matches an ID
}

func allKindSpecs() []kindSpec {
	return []kindSpec{
		organizationSpec(), workspaceSpec(), clusterSpec(), roleSpec(), deploymentSpec(),
		environmentObjectSpec(), userSpec(), inviteSpec(), teamSpec(), apiTokenSpec(), agentTokenSpec(), ipRangeSpec(),
	}
}

// apiCall is one authorized request.
type apiCall struct {
	caller  caller
	id      string // the first ID in the path
	childID string // the second ID in the path, of a nested resource
	request Request
}

// handlerFunc executes a call and returns the response body. A nil body is returned as 204.
type handlerFunc func(*Server, apiCall) (any, *requestError)

// findHandler returns the handler of a path and the IDs in it. below is the path after the Organization, like
// deployments/c123. A literal segment of a route takes precedence over an ID.
func (s *Server) findHandler(method, below string) (handlerFunc, [2]string) {
	segments := strings.Split(below, "/")
	if h := s.handlerFor(method + " " + below); h != nil {
		return h, [2]string{}
	}
	var ids [2]string
	for i := 1; i < len(segments); i += 2 {
		if i/2 < len(ids) {
			ids[i/2], segments[i] = segments[i], "*"
		}
	}
	return s.handlerFor(method + " " + strings.Join(segments, "/")), ids
}

func (s *Server) handlerFor(route string) handlerFunc {
	for _, h := range s.kindSpecs {
		if found := h.routes[route]; found != nil {
			return found
		}
	}
	return nil
}
