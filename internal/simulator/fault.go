package simulator

import (
	"bytes"
	"cmp"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// FaultHeader marks the answers of faults: what a gateway does is no part of the API's document.
const FaultHeader = "X-Simulated-Fault"

// Fault is what goes wrong with matching requests. It answers in the API's place: unless Applied is set nothing is
// carried out, not even the token is looked at.
type Fault struct {
	Method        string        // "": any
	Path          string        // below the organization: a path.Match pattern (deployments/*) or a suffix of whole segments; "": any
	Body          string        // a part of the request's body; "": any
	Count         int           // how many requests; 0: all
	Status        int           // 0: 500
	Message       string        // "": the status in words
	RequestID     string        // "": made up
	FieldErrors   []FieldError  // part of the envelope
	RawBody       string        // a body in the envelope's place; with a status below 400 there is no envelope anyhow
	Header        http.Header   // of the answer
	Applied       bool          // the request is carried out first; without Status and Raw, the answer is its own
	Delay         time.Duration // passes before anything happens
	ApplyAfter    time.Duration // after its answer, the request is carried out
	Reset         bool          // the connection breaks in the place of an answer
	TruncateAfter int           // the connection breaks after so many bytes of the body
	WrongResource bool          // the answer is about another resource of the same kind
	WithSecret    bool          // and has the secret value of that one
}

// AddFault adds a fault. The first one that matches a request answers it.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// FaultCount is how many requests went wrong so far.
func (s *Server) FaultCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faultCount
}

// takeFault finds the fault for a request and uses it up by one.
func (s *Server) takeFault(r Request) *Fault {
	_, below, _ := splitPath(r.Path)
	for i, f := range s.faults {
		if !f.matchesRequest(r, below) {
			continue
		}
		if f.Count == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.Count > 1 {
			f.Count--
		}
		return f
	}
	return nil
}

func (f *Fault) matchesRequest(r Request, below string) bool {
	if f.Method != "" && f.Method != r.Method || !bytes.Contains(r.Body, []byte(f.Body)) {
		return false
	}
	pattern := strings.Trim(f.Path, "/")
	if pattern == "" || strings.HasSuffix("/"+below, "/"+pattern) {
		return true
	}
	matched, err := path.Match(pattern, below)
	return err == nil && matched
}

// hasOwnAnswer reports whether the fault has an answer of its own.
func (f *Fault) hasOwnAnswer() bool {
	return !f.WrongResource && (!f.Applied || f.Status != 0 || f.RawBody != "")
}

// applyFault gives an answer what the fault makes of it.
func (s *Server) applyFault(f *Fault, answer reply) reply {
	if f.hasOwnAnswer() {
		status := cmp.Or(f.Status, http.StatusInternalServerError)
		answer = reply{status: status, header: http.Header{}, body: []byte(f.RawBody)}
		if f.RawBody == "" && status >= http.StatusBadRequest {
			answer = jsonReply(status, errorBody{
				Message: cmp.Or(f.Message, http.StatusText(status)), RequestID: cmp.Or(f.RequestID, s.newRequestID()),
				StatusCode: status, FieldErrors: f.FieldErrors,
			})
		}
		answer.header.Set(FaultHeader, "true")
	}
	for name, values := range f.Header {
		answer.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	answer.reset, answer.truncateAfter = f.Reset, f.TruncateAfter
	return answer
}
