package simulator

import "strings"

// half is what the server knows of one kind of object.
type half struct {
	kind   string
	fill   func(s *Server, state map[string]any) // completes a seeded object, as the API would
	routes map[string]handler                    // by method and path below the Organization; * is an id
}

func halves() []half {
	return []half{
		organizationHalf(), workspaceHalf(), clusterHalf(), roleHalf(), deploymentHalf(),
		environmentObjectHalf(), userHalf(), inviteHalf(), teamHalf(), apiTokenHalf(), agentTokenHalf(), ipRangeHalf(),
	}
}

// call is one authorized request.
type call struct {
	caller  caller
	id      string // of the item in the path
	member  string // of what is below it
	request Request
}

// handler answers a call; a nil answer is 204.
type handler func(*Server, call) (any, *problem)

// handler finds what serves a path; below is the path under the Organization, like deployments/c123. A word in a
// route comes before an id.
func (s *Server) handler(method, below string) (handler, [2]string) {
	segments := strings.Split(below, "/")
	if h := s.route(method + " " + below); h != nil {
		return h, [2]string{}
	}
	var ids [2]string
	for i := 1; i < len(segments); i += 2 {
		if i/2 < len(ids) {
			ids[i/2], segments[i] = segments[i], "*"
		}
	}
	return s.route(method + " " + strings.Join(segments, "/")), ids
}

func (s *Server) route(route string) handler {
	for _, h := range s.halves {
		if found := h.routes[route]; found != nil {
			return found
		}
	}
	return nil
}
