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

// FaultHeader marks responses of injected faults. They imitate gateways, so they needn't conform to the API's document.
const FaultHeader = "X-Simulated-Fault"

// Fault describes an error to inject into matching requests. Unless Applied is set, the server returns it without
// executing the request, and doesn't even check the token.
type Fault struct {
	Method        string        // "" matches any
	Path          string        // after the Organization: a path.Match pattern, or its last segments; "" matches any
	Body          string        // substring of the request body; "" matches any
	Count         int           // number of requests that get the fault; 0: all
	Status        int           // 0: 500
	Message       string        // "": the standard text of the status
	RequestID     string        // "": generated
	FieldErrors   []FieldError  // fieldErrors of the error body
	RawBody       string        // replaces the error body; a status below 400 has no error body in any case
	Header        http.Header   // added to the response
	Applied       bool          // execute the request first; without Status and RawBody, return its real response
	Delay         time.Duration // wait before anything else
	ApplyAfter    time.Duration // execute the request this long after the response
	Reset         bool          // break the connection instead of responding
	TruncateAfter int           // break the connection after this many bytes of the body
	WrongResource bool          // return another resource of the same kind
	WithSecret    bool          // with WrongResource: include the secret value of the other resource
}

// AddFault adds a fault. If several faults match a request, the first one applies.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// FaultCount returns the number of requests that got a fault.
func (s *Server) FaultCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faultCount
}

// takeFault returns the fault for a request, or nil, and decrements its count.
func (s *Server) takeFault(r Request) *Fault {
	_, below, _ := strings.Cut(strings.TrimPrefix(r.Path, "/v1/organizations/"), "/")
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

// hasOwnAnswer reports whether the fault replaces the response of the request.
func (f *Fault) hasOwnAnswer() bool {
	return !f.WrongResource && (!f.Applied || f.Status != 0 || f.RawBody != "")
}

// applyFault applies the fault to the response of the request.
func (s *Server) applyFault(f *Fault, response *reply) *reply {
	if f.hasOwnAnswer() {
		response = newReply()
		response.status, response.body = cmp.Or(f.Status, http.StatusInternalServerError), []byte(f.RawBody)
		if f.RawBody == "" && response.status >= http.StatusBadRequest {
			writeJSON(response, response.status, errorBody{
				Message: cmp.Or(f.Message, http.StatusText(response.status)), RequestID: cmp.Or(f.RequestID, s.newRequestID()),
				StatusCode: response.status, FieldErrors: f.FieldErrors,
			})
		}
		response.header.Set(FaultHeader, "true")
	}
	for name, values := range f.Header {
		response.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	response.reset, response.truncateAfter = f.Reset, f.TruncateAfter
	return response
}
