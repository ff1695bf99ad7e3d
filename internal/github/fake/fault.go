package fake

import (
	"net/http"
	"slices"
	"strings"
)

// fault is what goes wrong with matching requests.
type fault struct {
	method, part string
	status       int // 0: the request is carried out, and its answer lost
	times        int // 0: always
	header       map[string]string
}

// Refuse answers requests with status instead of carrying them out: those of
// method ("" for any) whose path holds part, so many times, or always for 0.
// What was said first about a request holds first.
func (s *Server) Refuse(method, part string, status, times int) {
	s.add(&fault{method: method, part: part, status: status, times: times})
}

// Limit is as Refuse, but the answers are about a rate limit and have headers, such
// as Retry-After.
func (s *Server) Limit(method, part string, status, times int, header map[string]string) {
	s.add(&fault{method: method, part: part, status: status, times: times, header: header})
}

// Lose is as Refuse, but the requests are carried out, and the connection
// breaks before the answer.
func (s *Server) Lose(method, part string, times int) {
	s.add(&fault{method: method, part: part, times: times})
}

// Accept ends all faults.
func (s *Server) Accept() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) add(f *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// fault finds the fault for a request and uses it up by one.
func (s *Server) fault(method, path string) *fault {
	for i, f := range s.faults {
		if f.method != "" && f.method != method || !strings.Contains(path, f.part) {
			continue
		}
		if f.times == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.times > 1 {
			f.times--
		}
		return f
	}
	return nil
}

// message is what GitHub says with a status.
func (f *fault) message() string {
	switch f.status {
	case http.StatusUnauthorized:
		return "Bad credentials"
	case http.StatusForbidden:
		return "Resource not accessible by integration"
	case http.StatusTooManyRequests:
		return "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
	}
	return http.StatusText(f.status)
}
