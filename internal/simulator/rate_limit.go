package simulator

import (
	"net/http"
	"slices"
	"time"
)

// rateLimits holds the API's limits of requests per second and token, by method.
var rateLimits = map[string]int{http.MethodGet: 25, http.MethodPost: 10, http.MethodDelete: 5}

// rateLimitKey identifies the requests that count towards one limit.
type rateLimitKey struct{ token, method string }

// exceedsRateLimit reports whether a request exceeds the limit. Rejected requests don't count.
func (s *Server) exceedsRateLimit(r Request, authorization string) bool {
	if !s.options.EnforceRateLimits {
		return false
	}
	now, key := s.options.Now(), rateLimitKey{authorization, r.Method}
	recent := slices.DeleteFunc(s.recentRequests[key], func(t time.Time) bool { return now.Sub(t) >= time.Second })
	if len(recent) >= rateLimits[r.Method] {
		s.recentRequests[key] = recent
		return true
	}
	s.recentRequests[key] = append(recent, now)
	return false
}
