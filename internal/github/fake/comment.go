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
	maxCommentLength = 65536 // characters

	timeBeforeMerge = "2026-01-02T03:04:05Z" // time of every change before a merge
	mergeTime       = "2026-01-02T04:04:05Z" // time of every merge
	timeAfterMerge  = "2026-01-02T05:04:05Z" // time of every change after a merge
)

// Comment is a comment on a pull request.
type Comment struct {
	ID          int64
	PullRequest int
	Login, Type string // author; Type is Bot or User
	Body        string
	UpdatedAt   string // RFC 3339; "" if unknown
}

// Comments lists the comments on a pull request.
func (s *Server) Comments(pullRequest int) []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commentsOn(pullRequest)
}

func (s *Server) commentsOn(pullRequest int) []Comment {
	return slices.DeleteFunc(slices.Clone(s.comments), func(c Comment) bool { return c.PullRequest != pullRequest })
}

// AddComment adds a comment of any author and returns its ID. It assigns the next ID if
// the comment has none.
func (s *Server) AddComment(c Comment) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.storeComment(c).ID
}

// DeleteComment deletes a comment.
func (s *Server) DeleteComment(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.comments = slices.DeleteFunc(s.comments, func(c Comment) bool { return c.ID == id })
}

// EditComment replaces the body of any comment, as a maintainer can.
func (s *Server) EditComment(id int64, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.comments {
		if c := &s.comments[i]; c.ID == id {
			c.Body, c.UpdatedAt = body, s.timeOfChange(c.PullRequest)
		}
	}
}

// SetUpdatedAt sets the time of a comment's last change, "" for none.
func (s *Server) SetUpdatedAt(id int64, at string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.comments {
		if s.comments[i].ID == id {
			s.comments[i].UpdatedAt = at
		}
	}
}

func (s *Server) storeComment(c Comment) Comment {
	if c.ID == 0 {
		s.lastID++
		c.ID = s.lastID
	}
	c.UpdatedAt = s.timeOfChange(c.PullRequest)
	s.comments = append(s.comments, c)
	return c
}

func (s *Server) timeOfChange(pullRequest int) string {
	if p := s.findPullRequest(strconv.Itoa(pullRequest)); p != nil && p.Merged {
		return timeAfterMerge
	}
	return timeBeforeMerge
}

func (s *Server) commentJSON(c Comment) map[string]any {
	var updated any = c.UpdatedAt
	if c.UpdatedAt == "" {
		updated = nil
	}
	return map[string]any{
		"id": c.ID, "body": c.Body, "created_at": timeBeforeMerge, "updated_at": updated,
		"html_url": fmt.Sprintf("https://github.com/%s/pull/%d#issuecomment-%d", s.Repository, c.PullRequest, c.ID),
		"user":     map[string]any{"login": c.Login, "type": c.Type},
	}
}

func (s *Server) listComments(r *http.Request, number string) response {
	p := s.findPullRequest(number)
	if p == nil {
		return errorResponse(http.StatusNotFound, "Not Found")
	}
	var all []any
	for _, c := range s.commentsOn(p.Number) {
		all = append(all, s.commentJSON(c))
	}
	return paginateResponse(r, all)
}

func (s *Server) createComment(number string, body []byte) response {
	p := s.findPullRequest(number)
	if p == nil {
		return errorResponse(http.StatusNotFound, "Not Found")
	}
	text, problem := parseCommentBody(body)
	if problem != nil {
		return *problem
	}
	c := s.storeComment(Comment{PullRequest: p.Number, Login: s.Login, Type: s.LoginType, Body: text})
	return response{status: http.StatusCreated, body: s.commentJSON(c)}
}

func (s *Server) updateComment(id string, body []byte) response {
	i := slices.IndexFunc(s.comments, func(c Comment) bool { return strconv.FormatInt(c.ID, 10) == id })
	if i < 0 {
		return errorResponse(http.StatusNotFound, "Not Found")
	}
	if s.comments[i].Login != s.Login { // a maintainer's token could do it, but the action must never try
		return errorResponse(http.StatusForbidden, "Resource not accessible by integration")
	}
	text, problem := parseCommentBody(body)
	if problem != nil {
		return *problem
	}
	s.comments[i].Body, s.comments[i].UpdatedAt = text, s.timeOfChange(s.comments[i].PullRequest)
	return response{status: http.StatusOK, body: s.commentJSON(s.comments[i])}
}

// parseCommentBody returns the text of a comment in a request. It removes trailing white
// space, as GitHub does.
func parseCommentBody(body []byte) (text string, problem *response) {
	var in struct{ Body string }
	if err := json.Unmarshal(body, &in); err != nil {
		a := errorResponse(http.StatusBadRequest, "Problems parsing JSON")
		return "", &a
	}
	var message string
	switch text = strings.TrimRight(in.Body, " \t\r\n"); {
	case text == "":
		message = "Body cannot be blank"
	case utf8.RuneCountInString(in.Body) > maxCommentLength:
		message = fmt.Sprintf("Body is too long (maximum is %d characters)", maxCommentLength)
	default:
		return text, nil
	}
	return "", &response{status: http.StatusUnprocessableEntity, body: map[string]any{
		"message": "Validation Failed",
		"errors":  []any{map[string]any{"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}},
	}}
}
