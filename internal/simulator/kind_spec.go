package simulator

import "strings"

// kindSpec is what the server knows of one kind of object.
type kindSpec struct {
	kind         string
	fillDefaults func(s *Server, state map[string]any) // completes a seeded object, as the API would
	routes       map[string]handlerFunc                // by method and path below the Organization; * is an id
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
	id      string // of the item in the path
	childID string // of what is below it
	request Request
}

// handlerFunc answers a call; a nil answer is 204.
type handlerFunc func(*Server, apiCall) (any, *requestError)

// findHandler finds what serves a path; below is the path under the Organization, like deployments/c123. A word in a
// route comes before an id.
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
