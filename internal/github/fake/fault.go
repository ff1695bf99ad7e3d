package fake

import (
	"net/http"
	"slices"
	"strings"
)

// fault is what goes wrong with matching requests.
type fault struct {
	method, pathPart string
	status           int // 0: the request is carried out, and its answer lost
	remaining        int // 0: always
	header           map[string]string
}

// InjectStatus answers requests with status instead of carrying them out: those of
// method ("" for any) whose path holds part, so many times, or always for 0.
// What was said first about a request holds first.
func (s *Server) InjectStatus(method, part string, status, times int) {
	s.addFault(&fault{method: method, pathPart: part, status: status, remaining: times})
}

// InjectRateLimit is as Refuse, but the answers are about a rate limit and have headers, such
// as Retry-After.
func (s *Server) InjectRateLimit(method, part string, status, times int, header map[string]string) {
	s.addFault(&fault{method: method, pathPart: part, status: status, remaining: times, header: header})
}

// InjectLostResponse is as Refuse, but the requests are carried out, and the connection
// breaks before the answer.
func (s *Server) InjectLostResponse(method, part string, times int) {
	s.addFault(&fault{method: method, pathPart: part, remaining: times})
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (s *Server) addFault(f *fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// takeFault finds the fault for a request and uses it up by one.
func (s *Server) takeFault(method, path string) *fault {
	for i, f := range s.faults {
		if f.method != "" && f.method != method || !strings.Contains(path, f.pathPart) {
			continue
		}
		if f.remaining == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.remaining > 1 {
			f.remaining--
		}
		return f
	}
	return nil
}

// statusMessage is what GitHub says with a status.
func (f *fault) statusMessage() string {
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
