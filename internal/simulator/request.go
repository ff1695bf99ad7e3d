package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// maxBodySize is the maximum number of bytes that the server reads of a request body.
const maxBodySize = 10 << 20

// Request is a request that the server received, including rejected ones. It has no headers, because they contain
// the token.
type Request struct {
	Method string
	Path   string // full path, starting with /v1/organizations/
	Query  url.Values
	Body   []byte
	Status int // of the response
}

// Requests returns all requests since the start or ResetRequests, in the order of execution.
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

func writeJSON(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic("simulator: encode response: " + err.Error()) // can't happen, because responses consist of decoded JSON
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encoded) // a reply accepts everything
}

// sentBody returns the part of the body that is sent before the connection breaks.
func (r *reply) sentBody() []byte {
	if r.truncateAfter > 0 && r.truncateAfter < len(r.body) {
		return r.body[:r.truncateAfter]
	}
	return r.body
}

// ServeHTTP serves /v1/organizations/{organizationId}/….
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

var errConnectionReset = errors.New("connection reset by peer")

// brokenBody simulates a connection that breaks within a body.
type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type inProcessTransport struct{ server *Server }

func (t inProcessTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	request, err := readRequest(r)
	if err != nil {
		return nil, err
	}
	done := make(chan *reply, 1)
	go func() { done <- t.server.handleRequest(request, r.Header.Get("Authorization")) }()
	var response *reply
	select {
	case response = <-done:
	case <-r.Context().Done(): // as over HTTP, the server still executes the request
		return nil, r.Context().Err()
	}
	if response.reset {
		return nil, errConnectionReset
	}
	var body io.Reader = bytes.NewReader(response.sentBody())
	if len(response.sentBody()) < len(response.body) {
		body = io.MultiReader(body, brokenBody{})
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", response.status, http.StatusText(response.status)), StatusCode: response.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: response.header, Body: io.NopCloser(body), ContentLength: int64(len(response.body)),
		Request: r,
	}, nil
}

func readRequest(r *http.Request) (Request, error) {
	request := Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query()}
	if r.Body == nil {
		return request, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBodySize))
	request.Body = body
	return request, err
}
