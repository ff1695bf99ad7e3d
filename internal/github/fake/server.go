// Package fake is an in-memory GitHub for tests. It serves the comments of pull requests,
// the pull requests of commits, and the login of the token. Tests send requests over HTTP,
// also below /api/v3 as on GitHub Enterprise Server, or use the server as a transport.
package fake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Server serves one repository to one token. Set its exported fields before the first
// request; its methods are safe for concurrent use.
type Server struct {
	Token        string // token that requests must have
	Repository   string // owner/name
	Login        string // author of comments that are written with Token
	LoginType    string // type of Login: Bot or User
	ViewerLogin  string // login that GraphQL returns
	EmptyLookups int    // number of lookups of a commit's pull requests that return an empty list first

	mu           sync.Mutex
	pullRequests []PullRequest
	comments     []Comment
	faults       []*fault
	requests     []Request
	lastID       int64
}

// Request is a request that the server has answered.
type Request struct {
	Method string
	Path   string // path with query, without /api/v3
	Status int    // status of the answer; 0: the server broke the connection
}

// New returns a server with the repository acme/data, without pull requests, and with
// the token of a workflow run.
func New() *Server {
	const login = "github-actions[bot]"
	return &Server{Token: "ghs_0123456789abcdefghijklmnopqrstuvwxyz", Repository: "acme/data", Login: login, LoginType: "Bot", ViewerLogin: login, lastID: 1000}
}

// Requests lists the requests so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// response is the answer to a request.
type response struct {
	status     int
	body       any // encoded as JSON
	linkHeader string
	header     map[string]string // other headers
}

func errorResponse(status int, message string) response {
	return response{status: status, body: map[string]any{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": fmt.Sprint(status),
	}}
}

// ServeHTTP answers a request, or breaks its connection if a fault requires that.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	a, ok := s.handleRequest(r, body)
	if !ok {
		panic(http.ErrAbortHandler) // makes net/http close the connection
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if a.linkHeader != "" {
		w.Header().Set("Link", a.linkHeader)
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

func (s *Server) handleRequest(r *http.Request, body []byte) (a response, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/api/v3")
	if path == "/api/graphql" {
		path = "/graphql"
	}
	switch f := s.takeFault(r.Method, path); {
	case f == nil:
		a, ok = s.routeRequest(r, path, body), true
	case f.status == 0:
		s.routeRequest(r, path, body)
	default:
		a, ok = errorResponse(f.status, f.statusMessage()), true
		a.header = f.header
	}
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	s.requests = append(s.requests, Request{r.Method, path, a.status})
	return a, ok
}

func (s *Server) routeRequest(r *http.Request, path string, body []byte) response {
	if r.Header.Get("Authorization") != "Bearer "+s.Token {
		return errorResponse(http.StatusUnauthorized, "Bad credentials")
	}
	if path == "/graphql" && r.Method == http.MethodPost {
		return response{status: http.StatusOK, body: map[string]any{"data": map[string]any{"viewer": map[string]any{"login": s.ViewerLogin}}}}
	}
	subPath, ok := strings.CutPrefix(path, "/repos/"+s.Repository+"/")
	if !ok {
		return errorResponse(http.StatusNotFound, "Not Found")
	}
	switch parts := strings.Split(subPath, "/"); {
	case r.Method == http.MethodGet && len(parts) == 3 && parts[0] == "issues" && parts[2] == "comments":
		return s.listComments(r, parts[1])
	case r.Method == http.MethodPost && len(parts) == 3 && parts[0] == "issues" && parts[2] == "comments":
		return s.createComment(parts[1], body)
	case r.Method == http.MethodPatch && len(parts) == 3 && parts[0] == "issues" && parts[1] == "comments":
		return s.updateComment(parts[2], body)
	case r.Method == http.MethodGet && len(parts) == 3 && parts[0] == "commits" && parts[2] == "pulls":
		return s.pullRequestsOfCommit(r, parts[1])
	}
	return errorResponse(http.StatusNotFound, "Not Found")
}

// RoundTrip answers a request in process, without looking at its host.
func (s *Server) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	body := r.Body
	if body == nil {
		body = io.NopCloser(strings.NewReader(""))
	}
	defer func() { _ = body.Close() }()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			resp, err = nil, errors.New("connection reset by peer")
		default:
			panic(p)
		}
	}()
	in := r.Clone(r.Context())
	in.Body = body
	w := httptest.NewRecorder()
	s.ServeHTTP(w, in)
	resp = w.Result()
	resp.Request = r
	return resp, nil
}
