// Package fake is an in-memory GitHub for tests. It serves issues, the comments of pull
// requests and issues, the pull requests of commits, and the login of the token. Tests send requests over HTTP,
// also below /api/v3 as on GitHub Enterprise Server, or use the server as a transport.
package fake

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// Repository is the repository that a server serves, as owner/name.
const Repository = "acme/data"

// Server serves one repository to one token. Set its exported fields before the first
// request; its methods are safe for concurrent use.
type Server struct {
	Token        string // token that requests must have
	Login        string // author of comments that are written with Token
	LoginType    string // type of Login: Bot or User
	ViewerLogin  string // login that GraphQL returns
	Private      bool   // only members can see the repository
	DropsLabels  bool   // new issues have no labels, as with a token that may not set them
	EmptyLookups int    // number of lookups of a commit's pull requests that return an empty list first

	mu           sync.Mutex
	routes       *http.ServeMux
	pullRequests []PullRequest
	comments     []Comment
	issues       []Issue
	labels       []string
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
	s := &Server{
		Token: "ghs_0123456789abcdefghijklmnopqrstuvwxyz", Login: login, LoginType: "Bot", ViewerLogin: login,
		lastID: 1000, routes: http.NewServeMux(),
	}
	s.routes.HandleFunc("POST /graphql", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, object{"data": object{"viewer": object{"login": s.ViewerLogin}}})
	})
	const path = " /repos/" + Repository
	s.routes.HandleFunc("GET"+path+"/issues/{number}/comments", s.listComments)
	s.routes.HandleFunc("POST"+path+"/issues/{number}/comments", s.createComment)
	s.routes.HandleFunc("PATCH"+path+"/issues/comments/{id}", s.updateComment)
	s.routes.HandleFunc("GET"+path+"/pulls/{number}", s.readPullRequest)
	s.routes.HandleFunc("GET"+path, s.readRepository)
	s.routes.HandleFunc("GET"+path+"/issues", s.listIssues)
	s.routes.HandleFunc("POST"+path+"/issues", s.createIssue)
	s.routes.HandleFunc("PATCH"+path+"/issues/{number}", s.updateIssue)
	s.routes.HandleFunc("GET"+path+"/labels/{name}", s.readLabel)
	s.routes.HandleFunc("POST"+path+"/labels", s.createLabel)
	s.routes.HandleFunc("GET"+path+"/commits/{sha}/pulls", s.listPullRequests)
	s.routes.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, http.StatusNotFound, "Not Found")
	})
	return s
}

// Requests lists the requests so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

type object = map[string]any

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func writeError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, object{"message": message, "documentation_url": "https://docs.github.com/rest"})
}

// answer returns the answer to a request, or nil if a fault breaks the connection.
func (s *Server) answer(r *http.Request) *httptest.ResponseRecorder {
	s.mu.Lock()
	defer s.mu.Unlock()
	r = r.Clone(r.Context())
	r.URL.Path = strings.TrimPrefix(r.URL.Path, "/api/v3")
	if r.URL.Path == "/api/graphql" {
		r.URL.Path = "/graphql"
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	f := s.takeFault(r.Method, r.URL.Path)
	switch {
	case f != nil && f.status != 0:
		f.writeAnswer(w)
	case r.Header.Get("Authorization") != "Bearer "+s.Token:
		writeError(w, http.StatusUnauthorized, "Bad credentials")
	default:
		s.routes.ServeHTTP(w, r)
	}
	request := Request{r.Method, r.URL.Path, w.Code}
	if r.URL.RawQuery != "" {
		request.Path += "?" + r.URL.RawQuery
	}
	if f != nil && f.status == 0 {
		w, request.Status = nil, 0
	}
	s.requests = append(s.requests, request)
	return w
}

// ServeHTTP answers a request, or breaks its connection if a fault requires that.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := s.answer(r)
	if answer == nil {
		panic(http.ErrAbortHandler) // makes net/http close the connection
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// RoundTrip answers a request in process, without looking at its host.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	answer := s.answer(r)
	if answer == nil {
		return nil, errors.New("connection reset by peer")
	}
	response := answer.Result()
	response.Request = r
	return response, nil
}
