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

// maxBodySize bounds what is read of a request.
const maxBodySize = 10 << 20

// Request is a request that reached the server, refused ones included. Headers are left out: they hold the token.
type Request struct {
	Method string
	Path   string // whole, beginning with /v1/organizations/
	Query  url.Values
	Body   []byte
	Status int // of the answer
}

// Requests are all requests since the start or ResetRequests, in the order they were carried out.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// ResetRequests forgets the requests so far.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// reply is an answer before it is written anywhere.
type reply struct {
	status        int
	header        http.Header
	body          []byte
	reset         bool // the connection breaks instead
	truncateAfter int  // the connection breaks after so many bytes of the body; 0: it doesn't
}

// ServeHTTP serves /v1/organizations/{organizationId}/….
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request, err := readRequest(r)
	if err != nil {
		http.Error(w, "request body unreadable", http.StatusBadRequest)
		return
	}
	answer := s.handleRequest(request, r.Header.Get("Authorization"))
	if answer.reset {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), answer.header)
	if len(answer.body) > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(answer.body)))
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.sentBody()) //nolint:gosec // JSON; and a client that is gone misses its answer, nothing else
	if len(answer.sentBody()) < len(answer.body) {
		_ = http.NewResponseController(w).Flush() // the same
		panic(http.ErrAbortHandler)
	}
}

// sentBody is what of the body is sent before the connection breaks.
func (r *reply) sentBody() []byte {
	if r.truncateAfter > 0 && r.truncateAfter < len(r.body) {
		return r.body[:r.truncateAfter]
	}
	return r.body
}

// Transport answers in process, without sockets; the host of a request's URL doesn't matter.
func (s *Server) Transport() http.RoundTripper { return inProcessTransport{s} }

var errConnectionReset = errors.New("connection reset by peer")

// brokenBody is the end of a connection in the middle of a body.
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
	done := make(chan reply, 1)
	go func() { done <- t.server.handleRequest(request, r.Header.Get("Authorization")) }()
	var answer reply
	select {
	case answer = <-done:
	case <-r.Context().Done(): // the server doesn't notice, and goes on
		return nil, r.Context().Err()
	}
	if answer.reset {
		return nil, errConnectionReset
	}
	var body io.Reader = bytes.NewReader(answer.sentBody())
	if len(answer.sentBody()) < len(answer.body) {
		body = io.MultiReader(body, brokenBody{})
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", answer.status, http.StatusText(answer.status)), StatusCode: answer.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, Body: io.NopCloser(body), ContentLength: int64(len(answer.body)),
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

func jsonReply(status int, body any) reply {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic("simulator: answer is no JSON: " + err.Error()) // answers are built from decoded JSON
	}
	return reply{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: encoded}
}
