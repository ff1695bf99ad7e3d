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

// Comment is a comment on a pull request or an issue.
type Comment struct {
	ID          int64
	PullRequest int    // its number, or that of the issue
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

// EditComment replaces the body of any comment, as a maintainer can.
func (s *Server) EditComment(id int64, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.findComment(id)
	c.Body, c.UpdatedAt = body, s.timeOfChange(c.PullRequest)
}

// SetUpdatedAt sets the time of a comment's last change, "" for none.
func (s *Server) SetUpdatedAt(id int64, at string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.findComment(id).UpdatedAt = at
}

func (s *Server) findComment(id int64) *Comment {
	for i := range s.comments {
		if s.comments[i].ID == id {
			return &s.comments[i]
		}
	}
	return nil
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
	if p := s.findPullRequest(pullRequest); p != nil && p.Merged {
		return timeAfterMerge
	}
	return timeBeforeMerge
}

func (s *Server) commentJSON(c Comment) object {
	var updated any = c.UpdatedAt
	if c.UpdatedAt == "" {
		updated = nil
	}
	return object{
		"id": c.ID, "body": c.Body, "created_at": timeBeforeMerge, "updated_at": updated,
		"html_url": fmt.Sprintf("https://github.com/%s/pull/%d#issuecomment-%d", Repository, c.PullRequest, c.ID),
		"user":     object{"login": c.Login, "type": c.Type},
	}
}

func (s *Server) listComments(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	if !s.exists(number) {
		writeError(w, http.StatusNotFound, "Not Found")
		return
	}
	var all []any
	for _, c := range s.commentsOn(number) {
		all = append(all, s.commentJSON(c))
	}
	writePage(w, r, all)
}

func (s *Server) createComment(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	if !s.exists(number) {
		writeError(w, http.StatusNotFound, "Not Found")
	} else if p := s.findPullRequest(number); p != nil && p.Locked {
		writeError(w, http.StatusForbidden, "Unable to create comment because issue is locked.")
	} else if text, ok := readCommentBody(w, r); ok {
		c := s.storeComment(Comment{PullRequest: number, Login: s.Login, Type: s.LoginType, Body: text})
		writeJSON(w, http.StatusCreated, s.commentJSON(c))
	}
}

func (s *Server) updateComment(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	switch c := s.findComment(id); {
	case c == nil:
		writeError(w, http.StatusNotFound, "Not Found")
	case c.Login != s.Login: // a maintainer's token could do it, but the action must never try
		writeError(w, http.StatusForbidden, "Resource not accessible by integration")
	default:
		if text, ok := readCommentBody(w, r); ok {
			c.Body, c.UpdatedAt = text, s.timeOfChange(c.PullRequest)
			writeJSON(w, http.StatusOK, s.commentJSON(*c))
		}
	}
}

// readCommentBody returns the text of a comment in a request, or answers the request with
// an error. It removes trailing white space, as GitHub does.
func readCommentBody(w http.ResponseWriter, r *http.Request) (text string, ok bool) {
	var in struct{ Body string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		writeError(w, http.StatusBadRequest, "Problems parsing JSON")
		return "", false
	}
	var message string
	switch text = strings.TrimRight(in.Body, " \t\r\n"); {
	case text == "":
		message = "Body cannot be blank"
	case utf8.RuneCountInString(in.Body) > maxCommentLength:
		message = fmt.Sprintf("Body is too long (maximum is %d characters)", maxCommentLength)
	default:
		return text, true
	}
	failure := object{"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}
	writeJSON(w, http.StatusUnprocessableEntity, object{"message": "Validation Failed", "errors": []any{failure}})
	return "", false
}
