// Package fake is an in-memory GitHub for tests: the comments of pull requests,
// the pull requests of commits, and who asks. Tests reach it over HTTP, also
// below /api/v3 as on a server of one's own, or use it as a transport.
package fake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Server is one repository, and what one token sees of it. Its exported fields
// are for before the first request; the rest is safe for concurrent use.
type Server struct {
	Token      string // what requests have to carry
	Repository string // owner/name
	Login      string // whose comments those are that are written with Token
	Type       string // of that login: Bot or User
	Viewer     string // what GraphQL says that the login is
	Lag        int    // how many answers about a commit's pull requests are empty at first

	mu       sync.Mutex
	pulls    []PullRequest
	comments []Comment
	faults   []*fault
	requests []Request
	serial   int64
}

// Request is one that was answered.
type Request struct {
	Method string
	Path   string // with its query, without /api/v3
	Status int    // 0: the connection broke
}

// New returns a repository acme/data without pull requests, as the token of a
// workflow run sees it.
func New() *Server {
	const login = "github-actions[bot]"
	return &Server{Token: "ghs_0123456789abcdefghijklmnopqrstuvwxyz", Repository: "acme/data", Login: login, Type: "Bot", Viewer: login, serial: 1000}
}

// Requests lists what was asked so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// answer is what is said to a request.
type answer struct {
	status int
	body   any // as JSON
	link   string
	header map[string]string // others
}

func refusal(status int, message string) answer {
	return answer{status: status, body: map[string]any{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": fmt.Sprint(status),
	}}
}

// ServeHTTP answers a request, or breaks its connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	a, ok := s.handle(r, body)
	if !ok {
		panic(http.ErrAbortHandler) // the way to break a connection
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if a.link != "" {
		w.Header().Set("Link", a.link)
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body)
}

func (s *Server) handle(r *http.Request, body []byte) (a answer, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/api/v3")
	if path == "/api/graphql" {
		path = "/graphql"
	}
	switch f := s.fault(r.Method, path); {
	case f == nil:
		a, ok = s.route(r, path, body), true
	case f.status == 0:
		s.route(r, path, body)
	default:
		a, ok = refusal(f.status, f.message()), true
		a.header = f.header
	}
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	s.requests = append(s.requests, Request{r.Method, path, a.status})
	return a, ok
}

func (s *Server) route(r *http.Request, path string, body []byte) answer {
	if r.Header.Get("Authorization") != "Bearer "+s.Token {
		return refusal(http.StatusUnauthorized, "Bad credentials")
	}
	if path == "/graphql" && r.Method == http.MethodPost {
		return answer{status: http.StatusOK, body: map[string]any{"data": map[string]any{"viewer": map[string]any{"login": s.Viewer}}}}
	}
	below, ok := strings.CutPrefix(path, "/repos/"+s.Repository+"/")
	if !ok {
		return refusal(http.StatusNotFound, "Not Found")
	}
	switch parts := strings.Split(below, "/"); {
	case r.Method == http.MethodGet && len(parts) == 3 && parts[0] == "issues" && parts[2] == "comments":
		return s.list(r, parts[1])
	case r.Method == http.MethodPost && len(parts) == 3 && parts[0] == "issues" && parts[2] == "comments":
		return s.create(parts[1], body)
	case r.Method == http.MethodPatch && len(parts) == 3 && parts[0] == "issues" && parts[1] == "comments":
		return s.update(parts[2], body)
	case r.Method == http.MethodGet && len(parts) == 3 && parts[0] == "commits" && parts[2] == "pulls":
		return s.associated(r, parts[1])
	}
	return refusal(http.StatusNotFound, "Not Found")
}
