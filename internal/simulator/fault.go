package simulator

import (
	"bytes"
	"cmp"
	"maps"
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

// rateLimits holds the API's limits of requests per second and token, by method.
var rateLimits = map[string]int{http.MethodGet: 25, http.MethodPost: 10, http.MethodDelete: 5}

// faults holds everything that makes the server answer otherwise than the API's document promises.
type faults struct {
	added         []*Fault
	chaos         chaos
	count         int    // of requests that got a fault
	mixedUp       *Fault // of the current request, if its response contains another resource
	returnedTexts map[string]string
	recent        map[string][]time.Time // accepted requests, by method and token
}

// AddFault adds a fault. If several faults match a request, the first one applies.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.added = append(s.faults.added, &f)
}

// FaultCount returns the number of requests that got a fault.
func (s *Server) FaultCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults.count
}

// takeFault returns the fault for a request, or nil, and counts the request.
func (s *Server) takeFault(r Request, authorization string) *Fault {
	if s.options.EnforceRateLimits && !s.takeRateLimit(r.Method, authorization) {
		return &Fault{Status: http.StatusTooManyRequests}
	}
	_, below, _ := strings.Cut(strings.TrimPrefix(r.Path, "/v1/organizations/"), "/")
	for i, f := range s.faults.added {
		if !f.matchesRequest(r, below) {
			continue
		}
		if f.Count == 1 {
			s.faults.added = slices.Delete(s.faults.added, i, i+1)
		} else if f.Count > 1 {
			f.Count--
		}
		return f
	}
	return s.faults.chaos.drawFault(r)
}

// takeRateLimit counts a request, and returns false if it exceeds the limit. Such requests don't count.
func (s *Server) takeRateLimit(method, authorization string) bool {
	now, key := s.options.Now(), method+authorization
	recent := slices.DeleteFunc(s.faults.recent[key], func(t time.Time) bool { return now.Sub(t) >= time.Second })
	isAccepted := len(recent) < rateLimits[method]
	if isAccepted {
		recent = append(recent, now)
	}
	s.faults.recent[key] = recent
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

// injectFault answers a request with a fault.
func (s *Server) injectFault(f *Fault, r Request, authorization string) *reply {
	s.faults.count++
	if f.Delay > 0 {
		s.mu.Unlock()
		time.Sleep(f.Delay)
		s.mu.Lock()
	}
	if f.ApplyAfter > 0 {
		time.AfterFunc(f.ApplyAfter, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.executeRequest(r, authorization)
		})
	}
	response := newReply()
	switch {
	case f.WrongResource:
		saved := s.copyResources()
		s.faults.mixedUp = f
		response = s.executeRequest(r, authorization)
		s.faults.mixedUp = nil
		if !f.Applied {
			s.stored = saved
		}
		response.header.Set(FaultHeader, "true")
	case f.Applied:
		response = s.executeRequest(r, authorization)
	}
	if !f.WrongResource && (!f.Applied || f.Status != 0 || f.RawBody != "") {
		response = newReply()
		response.header.Set(FaultHeader, "true")
		response.status, response.body = cmp.Or(f.Status, http.StatusInternalServerError), []byte(f.RawBody)
		if f.RawBody == "" && response.status >= http.StatusBadRequest {
			s.writeError(response, &errorBody{
				StatusCode: response.status, Message: cmp.Or(f.Message, http.StatusText(response.status)),
				RequestID: f.RequestID, FieldErrors: f.FieldErrors,
			})
		}
	}
	for name, values := range f.Header {
		response.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	response.reset, response.truncateAfter = f.Reset, f.TruncateAfter
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

// alterBody returns the body that a response has instead of the right one.
func (s *Server) alterBody(c *call, body any) any {
	if s.faults.mixedUp != nil {
		body = s.otherResource(c, body)
	}
	if len(s.faults.returnedTexts) > 0 {
		body = s.replaceTexts(deepCopy(body))
	}
	return body
}

// otherResource returns another resource of the kind than a body, like a cache or gateway that mixes up responses. If
// there is no other one, it returns the body with another ID. It doesn't change a body that identifies no resource,
// such as a list, or the only one, which is new.
func (s *Server) otherResource(c *call, body any) any {
	own, _ := body.(object)
	id := cmp.Or(getString(own, "id"), getString(own, "inviteId"))
	other := maps.Clone(own)
	if o := s.findWhere(c.kind.name, func(o *resource) bool { return o.id != id }); o != nil {
		other = c.kind.read(s, o)
		other["token"] = o.state["token"]
	} else if other != nil {
		other["id"] = fixedCUID("another " + c.kind.name)
	}
	switch {
	case id == "", c.target == nil && len(s.stored[c.kind.name]) == 1:
		return body
	case len(own) == 1:
		return object{"id": other["id"]}
	case !s.faults.mixedUp.WithSecret || other["token"] == nil:
		delete(other, "token")
	}
	return other
}

// SetReturnedText makes every response return a text in another spelling than the stored one, like an API that
// normalizes values. If returned is "", responses omit the text, like an API that hides values.
func (s *Server) SetReturnedText(stored, returned string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.returnedTexts[stored] = returned
}

// replaceTexts replaces texts in a response. It may modify value.
func (s *Server) replaceTexts(value any) any {
	isOmitted := func(v any) bool {
		text, isString := v.(string)
		returned, isReplaced := s.faults.returnedTexts[text]
		return isString && isReplaced && returned == ""
	}
	switch v := value.(type) {
	case string:
		return cmp.Or(s.faults.returnedTexts[v], v)
	case object:
		maps.DeleteFunc(v, func(_ string, member any) bool { return isOmitted(member) })
		for name, member := range v {
			v[name] = s.replaceTexts(member)
		}
	case []any:
		v = slices.DeleteFunc(v, isOmitted)
		for i, item := range v {
			v[i] = s.replaceTexts(item)
		}
		return v
	}
	return value
}
