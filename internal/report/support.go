package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"astro-apply/internal/github"
)

// FailedRequest is a request that Astro refused or didn't answer, for Astronomer support.
type FailedRequest struct {
	At        time.Time
	Method    string
	Path      string // the template of the path, without ids
	Status    int    // HTTP status; 0 without an answer
	RequestID string
	Attempt   int
}

// maxListedRequests is the number of failed requests in the summary, enough for support.
const maxListedRequests = 50

// supportSection returns a folded table of the facts that Astronomer support asks for.
// It names no resource, so that users can copy it without exposing names.
func (r *Run) supportSection() string {
	if len(r.FailedRequests) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<details><summary>For Astronomer support</summary>\n\n| time | call | status | attempt | requestId |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range r.FailedRequests[:min(len(r.FailedRequests), maxListedRequests)] {
		fmt.Fprintf(&b, "| %s | %s %s | %s | %d | %s |\n", c.timeText(), c.Method, github.EscapeMarkdown(c.Path), c.statusText(), c.Attempt, github.EscapeMarkdown(c.RequestID))
	}
	if rest := len(r.FailedRequests) - maxListedRequests; rest > 0 {
		fmt.Fprintf(&b, "\n%s not listed; the log lists all of them.\n", countedNoun(rest, "more call"))
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// SupportText lists all failed requests, for the log.
func (r *Run) SupportText() string {
	var b strings.Builder
	for _, c := range r.FailedRequests {
		fmt.Fprintf(&b, "%s %s %s: %s, attempt %d, requestId %s\n", c.timeText(), c.Method, github.SanitizeLine(c.Path), c.statusText(), c.Attempt, orElse(github.SanitizeLine(c.RequestID), "none"))
	}
	return b.String()
}

func (c FailedRequest) timeText() string { return c.At.UTC().Format("2006-01-02 15:04:05.000 UTC") }

func (c FailedRequest) statusText() string {
	if c.Status == 0 {
		return "no response"
	}
	return strconv.Itoa(c.Status)
}

// failedRequestIDs returns the ids of the failed requests, each id once.
func (r *Run) failedRequestIDs() []string {
	out, seen := []string{}, map[string]bool{}
	for _, c := range r.FailedRequests {
		if c.RequestID != "" && !seen[c.RequestID] {
			seen[c.RequestID] = true
			out = append(out, c.RequestID)
		}
	}
	return out
}
