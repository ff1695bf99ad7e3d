package simulator

import (
	"net/http"
	"slices"
	"time"
)

// limits are the requests a second that the API takes of one token (notes 3.2).
var limits = map[string]int{http.MethodGet: 25, http.MethodPost: 10, http.MethodDelete: 5}

// budget is what was taken of one token and verb within a second, oldest first.
type budget struct{ token, verb string }

// excess reports whether a request is one too many. What is refused isn't counted.
func (s *Server) excess(r Request, authorization string) bool {
	if !s.limited {
		return false
	}
	now, of := s.now(), budget{authorization, r.Method}
	recent := slices.DeleteFunc(s.taken[of], func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(recent) >= limits[r.Method] {
		s.taken[of] = recent
		return true
	}
	s.taken[of] = append(recent, now)
	return false
}
