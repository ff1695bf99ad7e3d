package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
)

// answerWrongResource answers a request with another resource of the same kind, like a cache or gateway that mixes up
// responses. It doesn't change a response that identifies no resource, such as a list or an error.
func (s *Server) answerWrongResource(f *Fault, r Request, authorization string) *reply {
	saved := s.copyResources()
	response := s.executeRequest(r, authorization)
	var own object
	if response.status != http.StatusOK || json.Unmarshal(response.body, &own) != nil {
		return response
	}
	other := s.otherResource(own, saved)
	if other == nil {
		return response
	}
	if len(own) == 1 {
		other = object{"id": other["id"]}
	}
	if !f.WithSecret {
		delete(other, "token")
	}
	if !f.Applied {
		s.stored = saved
	}
	response = newReply()
	writeJSON(response, http.StatusOK, other)
	response.header.Set(FaultHeader, "true")
	return response
}

// copyResources returns deep copies of all resources by kind.
func (s *Server) copyResources() map[string][]*resource {
	out := map[string][]*resource{}
	for kind, resources := range s.stored {
		for _, o := range resources {
			out[kind] = append(out[kind], o.clone())
		}
	}
	return out
}

// otherResource returns another resource of the kind of own, in the API's form and with its secret value. If own is
// the only resource of its kind, otherResource returns it with another ID. It returns nil if own is new or has no
// ID.
func (s *Server) otherResource(own object, saved map[string][]*resource) object {
	for kind, k := range s.kinds {
		isOwn := func(o *resource) bool { return o.id == getString(own, "id") || o.id == getString(own, "inviteId") }
		if s.findWhere(kind, isOwn) == nil {
			continue
		}
		if o := s.findWhere(kind, func(o *resource) bool { return !isOwn(o) }); o != nil {
			view := k.read(s, o)
			if value := o.getString("token"); value != "" {
				view["token"] = value
			}
			return view
		}
		if len(saved[kind]) == 0 {
			return nil
		}
		copied := maps.Clone(own)
		copied["id"] = newCUID("another "+kind, 0)
		return copied
	}
	return nil
}
