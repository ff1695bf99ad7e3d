package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// mistake answers a request with another object of the same kind, as a mixed-up cache or gateway does. An answer that
// identifies no object, such as a list or a refusal, stays as it is.
func (s *Server) mistake(f *Fault, r Request, authorization string) reply {
	before := s.copyObjects()
	answer := s.carryOut(r, authorization)
	var own map[string]any
	if answer.status != http.StatusOK || json.Unmarshal(answer.body, &own) != nil {
		return answer
	}
	other := s.other(own, before)
	if other == nil {
		return answer
	}
	if len(own) == 1 {
		other = map[string]any{"id": other["id"]}
	}
	if !f.Value {
		delete(other, "token")
	}
	if !f.Applied {
		for kind, objects := range before {
			s.collections[kind].objects = objects
		}
	}
	answer = jsonReply(http.StatusOK, other)
	answer.header.Set(FaultHeader, "true")
	return answer
}

// copyObjects returns deep copies of all objects by kind.
func (s *Server) copyObjects() map[string][]*object {
	out := map[string][]*object{}
	for kind, c := range s.collections {
		for _, o := range c.objects {
			copied := *o
			copied.state = plain(o.state)
			out[kind] = append(out[kind], &copied)
		}
	}
	return out
}

// other returns the first object of the kind of own that is not own, as the API answers it and with its secret value. An
// only object gets another id, unless it is a new one: then, and if own has no id, other returns nil.
func (s *Server) other(own map[string]any, before map[string][]*object) map[string]any {
	for _, h := range s.halves {
		objects := s.collections[h.kind].objects
		at := slices.IndexFunc(objects, func(o *object) bool { return o.id == text(own, "id") || o.id == text(own, "inviteId") })
		if at < 0 {
			continue
		}
		for i, o := range objects {
			if i != at {
				view := s.view(h, o)
				if value := o.text("token"); value != "" {
					view["token"] = value
				}
				return view
			}
		}
		if len(before[h.kind]) == 0 {
			return nil
		}
		made := maps.Clone(own)
		made["id"] = cuid("another "+h.kind, 0)
		return made
	}
	return nil
}

// view is what a GET by id answers, or all of an object where there is none.
func (s *Server) view(h half, o *object) map[string]any {
	for pattern, handle := range h.routes {
		if !strings.HasPrefix(pattern, "GET ") || !strings.HasSuffix(pattern, "/*") {
			continue
		}
		c := call{caller: caller{Scope{OrganizationID: s.organization}}, id: o.id}
		if strings.Count(pattern, "*") == 2 { // below a Deployment
			c.id, c.member = o.text("deploymentId"), o.id
		}
		if view, p := handle(s, c); p == nil {
			return plain(view).(map[string]any)
		}
	}
	return plain(o.state)
}
