package simulator

import (
	"net/http"
	"slices"
	"time"
)

// rateLimits are the requests a second that the API takes of one token (notes 3.2).
var rateLimits = map[string]int{http.MethodGet: 25, http.MethodPost: 10, http.MethodDelete: 5}

// rateLimitKey is what was taken of one token and verb within a second, oldest first.
type rateLimitKey struct{ token, method string }

// exceedsRateLimit reports whether a request is one too many. What is refused isn't counted.
func (s *Server) exceedsRateLimit(r Request, authorization string) bool {
	if !s.enforceRateLimits {
		return false
	}
	now, of := s.now(), rateLimitKey{authorization, r.Method}
	recent := slices.DeleteFunc(s.recentRequests[of], func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(recent) >= rateLimits[r.Method] {
		s.recentRequests[of] = recent
		return true
	}
	s.recentRequests[of] = append(recent, now)
	return false
}
