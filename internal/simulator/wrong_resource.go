package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// answerWrongResource answers a request with another object of the same kind, as a mixed-up cache or gateway does. An answer that
// identifies no object, such as a list or a refusal, stays as it is.
func (s *Server) answerWrongResource(f *Fault, r Request, authorization string) reply {
	before := s.copyResources()
	answer := s.executeRequest(r, authorization)
	var own map[string]any
	if answer.status != http.StatusOK || json.Unmarshal(answer.body, &own) != nil {
		return answer
	}
	other := s.otherResource(own, before)
	if other == nil {
		return answer
	}
	if len(own) == 1 {
		other = map[string]any{"id": other["id"]}
	}
	if !f.WithSecret {
		delete(other, "token")
	}
	if !f.Applied {
		for kind, objects := range before {
			s.collections[kind].resources = objects
		}
	}
	answer = jsonReply(http.StatusOK, other)
	answer.header.Set(FaultHeader, "true")
	return answer
}

// copyResources returns deep copies of all objects by kind.
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

// otherResource returns the first object of the kind of own that is not own, as the API answers it and with its secret value. An
// only object gets another id, unless it is a new one: then, and if own has no id, other returns nil.
func (s *Server) otherResource(own map[string]any, before map[string][]*storedResource) map[string]any {
	for _, h := range s.kindSpecs {
		objects := s.collections[h.kind].resources
		at := slices.IndexFunc(objects, func(o *storedResource) bool {
			return o.id == getString(own, "id") || o.id == getString(own, "inviteId")
		})
		if at < 0 {
			continue
		}
		for i, o := range objects {
			if i != at {
				view := s.readView(h, o)
				if value := o.getString("token"); value != "" {
					view["token"] = value
				}
				return view
			}
		}
		if len(before[h.kind]) == 0 {
			return nil
		}
		made := maps.Clone(own)
		made["id"] = newCUID("another "+h.kind, 0)
		return made
	}
	return nil
}

// readView is what a GET by id answers, or all of an object where there is none.
func (s *Server) readView(h kindSpec, o *storedResource) map[string]any {
	for pattern, handle := range h.routes {
		if !strings.HasPrefix(pattern, "GET ") || !strings.HasSuffix(pattern, "/*") {
			continue
		}
		c := apiCall{caller: caller{Scope{OrganizationID: s.organizationID}}, id: o.id}
		if strings.Count(pattern, "*") == 2 { // below a Deployment
			c.id, c.childID = o.getString("deploymentId"), o.id
		}
		if view, p := handle(s, c); p == nil {
			return deepCopy(view).(map[string]any)
		}
	}
	return deepCopy(o.state)
}
