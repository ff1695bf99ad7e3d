package simulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
)

// maxBodySize is the maximum number of bytes that the server reads of a request body.
const maxBodySize = 10 << 20

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
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encodeJSON(body)) // a reply accepts everything
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
	go func() { done <- t.server.handleRequest(request, r.Header.Get("Authorization")) }()
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
