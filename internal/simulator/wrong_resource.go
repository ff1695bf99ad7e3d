package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// answerWrongResource answers a request with another resource of the same kind, like a cache or gateway that mixes up
// responses. It doesn't change a response that identifies no resource, such as a list or an error.
func (s *Server) answerWrongResource(f *Fault, r Request, authorization string) reply {
	saved := s.copyResources()
	response := s.executeRequest(r, authorization)
	var own map[string]any
	if response.status != http.StatusOK || json.Unmarshal(response.body, &own) != nil {
		return response
	}
	other := s.otherResource(own, saved)
	if other == nil {
		return response
	}
	if len(own) == 1 {
		other = map[string]any{"id": other["id"]}
	}
	if !f.WithSecret {
		delete(other, "token")
	}
	if !f.Applied {
		for kind, resources := range saved {
			s.collections[kind].resources = resources
		}
	}
	response = jsonReply(http.StatusOK, other)
	response.header.Set(FaultHeader, "true")
	return response
}

// copyResources returns deep copies of all resources by kind.
func (s *Server) copyResources() map[string][]*storedResource {
	out := map[string][]*storedResource{}
	for kind, c := range s.collections {
		for _, o := range c.resources {
			copied := *o
			copied.state = deepCopy(o.state)
			out[kind] = append(out[kind], &copied)
		}
	}
	return out
}

// otherResource returns another resource of the kind of own, in the API's form and with its secret value. If own is the only
// resource of its kind, otherResource returns it with another ID. It returns nil if own is new or has no ID.
func (s *Server) otherResource(own map[string]any, saved map[string][]*storedResource) map[string]any {
	for _, h := range s.kindSpecs {
		resources := s.collections[h.kind].resources
		index := slices.IndexFunc(resources, func(o *storedResource) bool {
			return o.id == getString(own, "id") || o.id == getString(own, "inviteId")
		})
		if index < 0 {
			continue
		}
		for i, o := range resources {
			if i != index {
				view := s.readView(h, o)
				if value := o.getString("token"); value != "" {
					view["token"] = value
				}
				return view
			}
		}
		if len(saved[h.kind]) == 0 {
			return nil
		}
		copied := maps.Clone(own)
		copied["id"] = newCUID("another "+h.kind, 0)
		return copied
	}
	return nil
}

// readView returns the response to a GET by ID, or the whole state if the API has no such operation.
func (s *Server) readView(h kindSpec, o *storedResource) map[string]any {
	for pattern, handle := range h.routes {
		if !strings.HasPrefix(pattern, "GET ") || !strings.HasSuffix(pattern, "/*") {
			continue
		}
		c := apiCall{caller: caller{Scope{OrganizationID: s.organizationID}}, id: o.id}
		if strings.Count(pattern, "*") == 2 { // nested in a Deployment
			c.id, c.childID = o.getString("deploymentId"), o.id
		}
		if view, p := handle(s, c); p == nil {
			return deepCopy(view).(map[string]any)
		}
	}
	return deepCopy(o.state)
}
