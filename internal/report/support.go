package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// supportSection is a table of the facts that Astronomer support asks for. It names no
// resource, so that users can copy it without exposing names.
func (r *Run) supportSection() section {
	s := section{
		style: folded, isWhole: true, title: textCells("For Astronomer support"),
		columns: []string{"time", "call", "status", "attempt", "requestId"},
	}
	for _, c := range r.FailedRequests {
		at, status := c.Start.UTC().Format("2006-01-02 15:04:05.000 UTC"), strconv.Itoa(c.StatusCode)
		if c.StatusCode == 0 {
			status = "no response"
		}
		call := c.Method + " " + c.Path
		s.rows = append(s.rows, row{
			cells: textCells(at, call, status, strconv.Itoa(c.Number), c.RequestID),
			log:   fmt.Sprintf("%s %s: %s, attempt %d, requestId %s", at, call, status, c.Number, cmp.Or(c.RequestID, "none")),
		})
	}
	return s
}

// maxListedRequests is the number of failed requests in the summary, enough for support.
const maxListedRequests = 50

// supportMarkdown returns the first failed requests, for the summary.
func (r *Run) supportMarkdown() string {
	s := r.supportSection()
	if rest := len(s.rows) - maxListedRequests; rest > 0 {
		s.rows = s.rows[:maxListedRequests]
		s.footer = "\n" + countedNoun(rest, "more call") + " not listed; the log lists all of them.\n"
	}
	return r.redactedMarkdown(s, 0)
}

// failedRequestIDs returns the ids of the failed requests, each id once.
func (r *Run) failedRequestIDs() []string {
	out := []string{}
	for _, c := range r.FailedRequests {
		if id := r.Secrets.Redact(c.RequestID).String(); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
