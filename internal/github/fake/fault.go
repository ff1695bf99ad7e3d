package fake

import (
	"net/http"
	"slices"
	"strings"
)

// fault makes matching requests fail.
type fault struct {
	method, pathPart string
	status           int // status of the answer; 0: the server carries out the request and breaks the connection
	remaining        int // number of requests that will still fail; 0: all
	header           map[string]string
}

// InjectStatus makes the server answer requests with status instead of carrying them
// out: the next times requests, or all of them for 0, with this method ("" for any) and
// with part in their path. If several faults match, the server uses the first one.
func (s *Server) InjectStatus(method, part string, status, times int) {
	s.InjectRateLimit(method, part, status, times, nil)
}

// InjectLostResponse is like InjectStatus, but the server carries out the requests and
// breaks the connection instead of answering.
func (s *Server) InjectLostResponse(method, part string, times int) {
	s.InjectRateLimit(method, part, 0, times, nil)
}

// InjectRateLimit is like InjectStatus, for answers about a rate limit, with headers such
// as Retry-After.
func (s *Server) InjectRateLimit(method, part string, status, times int, header map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{method, part, status, times, header})
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault returns the first fault for a request and counts the request, nil if none matches.
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

// writeAnswer answers a request with the fault's status and GitHub's message for it.
func (f *fault) writeAnswer(w http.ResponseWriter) {
	message := http.StatusText(f.status)
	switch f.status {
	case http.StatusUnauthorized:
		message = "Bad credentials"
	case http.StatusForbidden:
		message = "Resource not accessible by integration"
	case http.StatusTooManyRequests:
		message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
	}
	for name, value := range f.header {
		w.Header().Set(name, value)
	}
	writeError(w, f.status, message)
}
