package report

import (
	"fmt"
	"strings"
	"time"

	"astro-apply/internal/github"
)

// Call is one request that was refused or lost, for Astronomer's support.
type Call struct {
	At        time.Time
	Method    string
	Path      string // the call's template, without names
	Status    int    // 0: no answer
	RequestID string
	Attempt   int
}

// manyCalls is how many of them support needs to see.
const manyCalls = 50

// support folds away what Astronomer's support asks for. It names no object: it
// is to be copied.
func (r *Run) support() string {
	if len(r.Calls) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<details><summary>For Astronomer support</summary>\n\n| time | call | status | attempt | requestId |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range r.Calls[:min(len(r.Calls), manyCalls)] {
		status := "no answer"
		if c.Status != 0 {
			status = fmt.Sprint(c.Status)
		}
		fmt.Fprintf(&b, "| %s | %s %s | %s | %d | %s |\n", c.At.UTC().Format("2006-01-02 15:04:05.000 UTC"), c.Method, github.Markdown(c.Path), status, c.Attempt, github.Markdown(c.RequestID))
	}
	if rest := len(r.Calls) - manyCalls; rest > 0 {
		fmt.Fprintf(&b, "\n%s not listed; the output request-ids has their requestIds.\n", plural(rest, "more call"))
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// requestIDs are those of the calls, each once.
func (r *Run) requestIDs() []string {
	out, seen := []string{}, map[string]bool{}
	for _, c := range r.Calls {
		if c.RequestID != "" && !seen[c.RequestID] {
			seen[c.RequestID] = true
			out = append(out, c.RequestID)
		}
	}
	return out
}
