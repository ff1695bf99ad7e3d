package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Issue is an issue of the repository.
type Issue struct {
	Number        int
	Login, Type   string // author; Type is Bot or User
	Title, Body   string
	Labels        []string
	IsClosed      bool
	IsPullRequest bool
}

// Issues lists the issues.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.issues)
}

// AddIssue adds an issue of any author and returns its number. It assigns the next number
// if the issue has none.
func (s *Server) AddIssue(i Issue) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.storeIssue(i).Number
}

// EditIssue changes an issue, as a maintainer can.
func (s *Server) EditIssue(number int, change func(*Issue)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.findIssue(number))
}

// Labels lists the labels of the repository.
func (s *Server) Labels() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.labels)
}

func (s *Server) findIssue(number int) *Issue {
	for i := range s.issues {
		if s.issues[i].Number == number {
			return &s.issues[i]
		}
	}
	return nil
}

// exists reports whether a number is that of a pull request or an issue.
func (s *Server) exists(number int) bool {
	return s.findPullRequest(number) != nil || s.findIssue(number) != nil
}

func (s *Server) storeIssue(i Issue) Issue {
	if i.Number == 0 {
		i.Number = 100 + len(s.issues)
	}
	s.issues = append(s.issues, i)
	return i
}

func (i Issue) json() object {
	labels := []any{}
	for _, name := range i.Labels {
		labels = append(labels, object{"name": name})
	}
	view := object{
		"number": i.Number, "title": i.Title, "body": i.Body, "labels": labels, "state": "open",
		"html_url": fmt.Sprintf("https://github.com/%s/issues/%d", Repository, i.Number),
		"user":     object{"login": i.Login, "type": i.Type},
	}
	if i.IsClosed {
		view["state"] = "closed"
	}
	if i.IsPullRequest {
		view["pull_request"] = object{"url": "https://api.github.com/"}
	}
	return view
}

// listIssues lists the issues with a label, in the order of their creation.
func (s *Server) listIssues(w http.ResponseWriter, r *http.Request) {
	var all []any
	q := r.URL.Query()
	for _, i := range s.issues {
		label := q.Get("labels")
		isWanted := label == "" || slices.ContainsFunc(i.Labels, func(l string) bool { return strings.EqualFold(l, label) })
		if isWanted && (q.Get("state") == "all" || !i.IsClosed) {
			all = append(all, i.json())
		}
	}
	if q.Get("direction") != "asc" {
		slices.Reverse(all)
	}
	writePage(w, r, all)
}

func (s *Server) createIssue(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title, Body string
		Labels      []string
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Title == "" {
		writeError(w, http.StatusUnprocessableEntity, "Validation Failed")
		return
	}
	if s.DropsLabels {
		in.Labels = nil
	}
	i := s.storeIssue(Issue{Login: s.Login, Type: s.LoginType, Title: in.Title, Body: in.Body, Labels: in.Labels})
	writeJSON(w, http.StatusCreated, i.json())
}

func (s *Server) updateIssue(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	var in struct{ Body, State *string }
	switch i := s.findIssue(number); {
	case i == nil:
		writeError(w, http.StatusNotFound, "Not Found")
	case i.Login != s.Login: // a maintainer's token could do it, but the action must never try
		writeError(w, http.StatusForbidden, "Resource not accessible by integration")
	case json.NewDecoder(r.Body).Decode(&in) != nil:
		writeError(w, http.StatusBadRequest, "Problems parsing JSON")
	default:
		if in.Body != nil {
			i.Body = *in.Body
		}
		if in.State != nil {
			i.IsClosed = *in.State == "closed"
		}
		writeJSON(w, http.StatusOK, i.json())
	}
}

func (s *Server) readLabel(w http.ResponseWriter, r *http.Request) {
	if name := r.PathValue("name"); slices.Contains(s.labels, name) {
		writeJSON(w, http.StatusOK, object{"name": name})
		return
	}
	writeError(w, http.StatusNotFound, "Not Found")
}

func (s *Server) createLabel(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || slices.Contains(s.labels, in.Name) {
		writeError(w, http.StatusUnprocessableEntity, "Validation Failed")
		return
	}
	s.labels = append(s.labels, in.Name)
	writeJSON(w, http.StatusCreated, object{"name": in.Name})
}

func (s *Server) readRepository(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, object{"full_name": Repository, "private": s.Private})
}
