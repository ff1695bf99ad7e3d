package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
)

// maxBody bounds what is read of a request.
const maxBody = 10 << 20

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
	status int
	header http.Header
	body   []byte
}

// ServeHTTP serves /v1/organizations/{organizationId}/….
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request, err := received(r)
	if err != nil {
		http.Error(w, "request body unreadable", http.StatusBadRequest)
		return
	}
	answer := s.answer(request, r.Header.Get("Authorization"))
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body) // a client that is gone misses its answer, nothing else
}

// Transport answers in process, without sockets; the host of a request's URL doesn't matter.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	request, err := received(r)
	if err != nil {
		return nil, err
	}
	answer := t.server.answer(request, r.Header.Get("Authorization"))
	return &http.Response{
		Status: fmt.Sprintf("%d %s", answer.status, http.StatusText(answer.status)), StatusCode: answer.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, Body: io.NopCloser(bytes.NewReader(answer.body)), ContentLength: int64(len(answer.body)),
		Request: r,
	}, nil
}

func received(r *http.Request) (Request, error) {
	request := Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query()}
	if r.Body == nil {
		return request, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
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
