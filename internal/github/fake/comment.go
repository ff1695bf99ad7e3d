package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	limit = 65536 // characters

	since  = "2026-01-02T03:04:05Z" // when everything is before a merge,
	merged = "2026-01-02T04:04:05Z" // when all merges are,
	later  = "2026-01-02T05:04:05Z" // and when everything is after
)

// Comment is one on a pull request.
type Comment struct {
	ID          int64
	PullRequest int
	Login, Type string // of its author; Type is Bot or User
	Body        string
	Updated     string // RFC 3339; "" is unknown
}

// Comments lists those on a pull request.
func (s *Server) Comments(pullRequest int) []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on(pullRequest)
}

func (s *Server) on(pullRequest int) []Comment {
	return slices.DeleteFunc(slices.Clone(s.comments), func(c Comment) bool { return c.PullRequest != pullRequest })
}

// Comment adds one by anybody. Its ID is given out in order, unless it has one.
func (s *Server) Comment(c Comment) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(c).ID
}

// Delete takes a comment away.
func (s *Server) Delete(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comments = slices.DeleteFunc(s.comments, func(c Comment) bool { return c.ID == id })
}

// Edit replaces the body of a comment, as a maintainer may.
func (s *Server) Edit(id int64, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.comments {
		if c := &s.comments[i]; c.ID == id {
			c.Body, c.Updated = body, s.moment(c.PullRequest)
		}
	}
}

// Update sets the time of a comment's last change, "" for none.
func (s *Server) Update(id int64, at string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.comments {
		if s.comments[i].ID == id {
			s.comments[i].Updated = at
		}
	}
}

func (s *Server) write(c Comment) Comment {
	if c.ID == 0 {
		s.serial++
		c.ID = s.serial
	}
	c.Updated = s.moment(c.PullRequest)
	s.comments = append(s.comments, c)
	return c
}

func (s *Server) moment(pullRequest int) string {
	if p := s.pull(strconv.Itoa(pullRequest)); p != nil && p.Merged {
		return later
	}
	return since
}

func (s *Server) view(c Comment) map[string]any {
	var updated any = c.Updated
	if c.Updated == "" {
		updated = nil
	}
	return map[string]any{
		"id": c.ID, "body": c.Body, "created_at": since, "updated_at": updated,
		"html_url": fmt.Sprintf("https://github.com/%s/pull/%d#issuecomment-%d", s.Repository, c.PullRequest, c.ID),
		"user":     map[string]any{"login": c.Login, "type": c.Type},
	}
}

func (s *Server) list(r *http.Request, number string) answer {
	p := s.pull(number)
	if p == nil {
		return refusal(http.StatusNotFound, "Not Found")
	}
	var all []any
	for _, c := range s.on(p.Number) {
		all = append(all, s.view(c))
	}
	return paged(r, all)
}

func (s *Server) create(number string, body []byte) answer {
	p := s.pull(number)
	if p == nil {
		return refusal(http.StatusNotFound, "Not Found")
	}
	text, problem := parse(body)
	if problem != nil {
		return *problem
	}
	c := s.write(Comment{PullRequest: p.Number, Login: s.Login, Type: s.Type, Body: text})
	return answer{status: http.StatusCreated, body: s.view(c)}
}

func (s *Server) update(id string, body []byte) answer {
	i := slices.IndexFunc(s.comments, func(c Comment) bool { return strconv.FormatInt(c.ID, 10) == id })
	if i < 0 {
		return refusal(http.StatusNotFound, "Not Found")
	}
	if s.comments[i].Login != s.Login { // a maintainer could, and we never should
		return refusal(http.StatusForbidden, "Resource not accessible by integration")
	}
	text, problem := parse(body)
	if problem != nil {
		return *problem
	}
	s.comments[i].Body, s.comments[i].Updated = text, s.moment(s.comments[i].PullRequest)
	return answer{status: http.StatusOK, body: s.view(s.comments[i])}
}

// parse reads a comment's text, which GitHub keeps without the white space at
// its end.
func parse(body []byte) (text string, problem *answer) {
	var in struct{ Body string }
	if err := json.Unmarshal(body, &in); err != nil {
		a := refusal(http.StatusBadRequest, "Problems parsing JSON")
		return "", &a
	}
	var message string
	switch text = strings.TrimRight(in.Body, " \t\r\n"); {
	case text == "":
		message = "Body cannot be blank"
	case utf8.RuneCountInString(in.Body) > limit:
		message = fmt.Sprintf("Body is too long (maximum is %d characters)", limit)
	default:
		return text, nil
	}
	return "", &answer{status: http.StatusUnprocessableEntity, body: map[string]any{
		"message": "Validation Failed",
		"errors":  []any{map[string]any{"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}},
	}}
}
