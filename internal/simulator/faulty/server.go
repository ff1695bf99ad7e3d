// Package faulty serves a handler over HTTP and in process, records the requests, and injects faults.
package faulty

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// maxBodySize is the maximum number of bytes that the server reads of a request body.
const maxBodySize = 10 << 20

// Server is the faulty server of a handler. It is safe for concurrent use, if the handler is.
type Server struct {
	handler    http.Handler
	now        func() time.Time
	rateLimits map[string]int // requests per second and token, by method

	mu            sync.Mutex
	requests      []Request
	faults        []*Fault
	faultSource   func(Request) *Fault
	returnedTexts map[string]string
	accepted      map[string][]time.Time // by method and token
}

// New returns the server of a handler. It answers 429 to requests above the limits per second and token, by method.
func New(handler http.Handler, now func() time.Time, rateLimits map[string]int) *Server {
	return &Server{
		handler: handler, now: now, rateLimits: rateLimits,
		faultSource:   func(Request) *Fault { return nil },
		returnedTexts: map[string]string{}, accepted: map[string][]time.Time{},
	}
}

// Request is a request that the server received, including rejected ones. It has no headers, because they contain
// the token.
type Request struct {
	Method string
	Path   string // full path, starting with /v1/organizations/
	Query  url.Values
	Body   []byte
	Status int // of the response
}

// Requests returns all requests since the start or ResetRequests, in the order of their responses.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ResetRequests deletes the recorded requests.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// handle answers a request and records it.
func (s *Server) handle(r Request, authorization string) *reply {
	response := s.respond(s.takeFault(r, authorization), r, authorization)
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Status = response.status
	s.requests = append(s.requests, r)
	return response
}

// execute returns the handler's response to a request. The handler can get f with Injected.
func (s *Server) execute(f *Fault, r Request, authorization string) *reply {
	response := newReply()
	request := &http.Request{
		Method: r.Method, URL: &url.URL{Path: r.Path, RawQuery: r.Query.Encode()},
		Header: http.Header{"Authorization": {authorization}}, Body: io.NopCloser(bytes.NewReader(r.Body)),
	}
	s.handler.ServeHTTP(response, request.WithContext(context.WithValue(context.Background(), faultKey{}, f)))
	s.replaceTexts(response)
	return response
}

// reply is a response that isn't sent yet. It implements http.ResponseWriter.
type reply struct {
	status        int
	header        http.Header
	body          []byte
	reset         bool // break the connection instead of responding
	truncateAfter int  // break the connection after this many bytes of the body; 0: send all
}

func newReply() *reply { return &reply{header: http.Header{}} }

func (r *reply) Header() http.Header { return r.header }

func (r *reply) WriteHeader(status int) { r.status = status }

func (r *reply) Write(b []byte) (int, error) {
	r.body = append(r.body, b...)
	return len(b), nil
}

// WriteJSON writes a response.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic("faulty: encode response: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encoded) // a reply accepts everything
}

// UUID returns the UUID version 4 that belongs to a text.
func UUID(text string) string {
	sum := sha256.Sum256([]byte(text))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// ServeHTTP answers as Transport does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	response, err := s.Transport().RoundTrip(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer response.Body.Close()
	maps.Copy(w.Header(), response.Header)
	if response.ContentLength > 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(response.ContentLength, 10))
	}
	w.WriteHeader(response.StatusCode)
	if _, err := io.Copy(w, response.Body); err != nil {
		_ = http.NewResponseController(w).Flush() // fails only if the client has disconnected
		panic(http.ErrAbortHandler)
	}
}

// Transport returns a transport that calls the server in process, without sockets. It ignores the host of the URL.
func (s *Server) Transport() http.RoundTripper { return inProcessTransport{s} }

type inProcessTransport struct{ server *Server }

// brokenBody simulates a connection that breaks within a body.
type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (t inProcessTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	request := Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query()}
	if r.Body != nil {
		defer r.Body.Close()
		var err error
		if request.Body, err = io.ReadAll(io.LimitReader(r.Body, maxBodySize)); err != nil {
			return nil, err
		}
	}
	done := make(chan *reply, 1)
	go func() { done <- t.server.handle(request, r.Header.Get("Authorization")) }()
	var response *reply
	select {
	case response = <-done:
	case <-r.Context().Done(): // as over HTTP, the server still executes the request
		return nil, r.Context().Err()
	}
	if response.reset {
		return nil, errors.New("connection reset by peer")
	}
	var body io.Reader = bytes.NewReader(response.body)
	if n := response.truncateAfter; n > 0 && n < len(response.body) {
		body = io.MultiReader(bytes.NewReader(response.body[:n]), brokenBody{})
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", response.status, http.StatusText(response.status)), StatusCode: response.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: response.header, Body: io.NopCloser(body), ContentLength: int64(len(response.body)),
		Request: r,
	}, nil
}
