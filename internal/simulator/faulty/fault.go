package faulty

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"astro-apply/internal/simulator/constraint"
)

// FaultHeader marks responses of injected faults. They imitate gateways, so they needn't conform to the API's document.
const FaultHeader = "X-Simulated-Fault"

// Fault describes an error to inject into matching requests. Unless Applied is set, the server returns it without
// executing the request, and doesn't even check the token.
type Fault struct {
	Method        string                  // "" matches any
	Path          string                  // after the Organization: a path.Match pattern or the last segments; "": any
	Body          string                  // substring of the request body; "" matches any
	Count         int                     // number of requests that get the fault; 0: all
	Status        int                     // 0: 500
	Message       string                  // "": the standard text of the status
	RequestID     string                  // "": generated
	FieldErrors   []constraint.FieldError // fieldErrors of the error body
	RawBody       string                  // replaces the error body; below status 400, there is none
	Header        http.Header             // added to the response
	Applied       bool                    // execute the request first; without Status and RawBody, return its response
	Delay         time.Duration           // wait before anything else
	ApplyAfter    time.Duration           // execute the request this long after the response
	Reset         bool                    // break the connection instead of responding
	TruncateAfter int                     // break the connection after this many bytes of the body
	WrongResource bool                    // return another resource of the same kind
	WithSecret    bool                    // with WrongResource: include the secret value of the other resource
}

// Error is the error body of the API's document.
type Error struct {
	Message     string                  `json:"message"`
	RequestID   string                  `json:"requestId"`
	StatusCode  int                     `json:"statusCode"`
	FieldErrors []constraint.FieldError `json:"fieldErrors,omitempty"`
}

// AddFault adds a fault. If several faults match a request, the first one applies.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// SetFaultSource sets a function that returns the fault for each request that no added fault matches, or nil.
func (s *Server) SetFaultSource(source func(Request) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faultSource = source
}

// SetReturnedText makes every response return a text in another spelling than the stored one, like an API that
// normalizes values. If returned is "", responses omit the text, like an API that hides values.
func (s *Server) SetReturnedText(stored, returned string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.returnedTexts[stored] = returned
}

type faultKey struct{}

// Injected returns the fault of a request to the handler, or nil. The handler has to return another resource if the
// fault is a WrongResource.
func Injected(r *http.Request) *Fault {
	f, _ := r.Context().Value(faultKey{}).(*Fault)
	return f
}

// takeFault returns the fault for a request, or nil, and counts the request.
func (s *Server) takeFault(r Request, authorization string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &Fault{Status: http.StatusTooManyRequests}
	if s.takeRateLimit(r.Method, authorization) {
		_, below, _ := strings.Cut(strings.TrimPrefix(r.Path, "/v1/organizations/"), "/")
		i := slices.IndexFunc(s.faults, func(f *Fault) bool { return f.matchesRequest(r, below) })
		if i < 0 {
			f = s.faultSource(r)
		} else if f = s.faults[i]; f.Count == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.Count > 1 {
			f.Count--
		}
	}
	return f
}

// takeRateLimit counts a request, and returns false if it exceeds the limit. Such requests don't count.
func (s *Server) takeRateLimit(method, authorization string) bool {
	limit, isLimited := s.rateLimits[method]
	now, key := s.now(), method+authorization
	recent := slices.DeleteFunc(s.accepted[key], func(t time.Time) bool { return now.Sub(t) >= time.Second })
	isAccepted := !isLimited || len(recent) < limit
	if isAccepted && isLimited {
		recent = append(recent, now)
	}
	s.accepted[key] = recent
	return isAccepted
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

// respond answers a request with its fault, if it has one.
func (s *Server) respond(f *Fault, r Request, authorization string) *reply {
	if f == nil {
		return s.execute(nil, r, authorization)
	}
	time.Sleep(f.Delay)
	if f.ApplyAfter > 0 {
		time.AfterFunc(f.ApplyAfter, func() { s.execute(nil, r, authorization) })
	}
	response := newReply()
	if f.Applied || f.WrongResource {
		response = s.execute(f, r, authorization)
	}
	switch hasOwnResponse := !f.Applied || f.Status != 0 || f.RawBody != ""; {
	case f.WrongResource:
		response.header.Set(FaultHeader, "true")
	case hasOwnResponse:
		response = s.newResponse(f, r)
	}
	for name, values := range f.Header {
		response.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	response.reset, response.truncateAfter = f.Reset, f.TruncateAfter
	return response
}

// newResponse returns the response of a fault that replaces the real one.
func (s *Server) newResponse(f *Fault, r Request) *reply {
	response := newReply()
	response.header.Set(FaultHeader, "true")
	response.status, response.body = cmp.Or(f.Status, http.StatusInternalServerError), []byte(f.RawBody)
	if f.RawBody == "" && response.status >= http.StatusBadRequest {
		WriteJSON(response, response.status, Error{
			StatusCode: response.status, Message: cmp.Or(f.Message, http.StatusText(response.status)),
			RequestID: cmp.Or(f.RequestID, UUID(fmt.Sprint(r, s.now()))), FieldErrors: f.FieldErrors,
		})
	}
	return response
}

// replaceTexts replaces the texts of SetReturnedText in a response.
func (s *Server) replaceTexts(response *reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body any
	if len(s.returnedTexts) > 0 && json.Unmarshal(response.body, &body) == nil {
		response.body = nil
		WriteJSON(response, response.status, s.replaceIn(body))
	}
}

// replaceIn returns a decoded JSON value with the texts of SetReturnedText replaced. It may modify value.
func (s *Server) replaceIn(value any) any {
	isOmitted := func(v any) bool {
		text, isString := v.(string)
		returned, isReplaced := s.returnedTexts[text]
		return isString && isReplaced && returned == ""
	}
	switch v := value.(type) {
	case string:
		return cmp.Or(s.returnedTexts[v], v)
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, member any) bool { return isOmitted(member) })
		for name, member := range v {
			v[name] = s.replaceIn(member)
		}
	case []any:
		v = slices.DeleteFunc(v, isOmitted)
		for i, item := range v {
			v[i] = s.replaceIn(item)
		}
		return v
	}
	return value
}
