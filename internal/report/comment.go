package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"astro-apply/internal/github"
	"astro-apply/internal/plan"
)

const (
	// commentLimit is under GitHub's 65,536 characters, in bytes. So much of it may
	// be the plan that a later run compares with.
	commentLimit       = 60000
	encodedReviewLimit = 20000
	decodedReviewLimit = 16 << 20 // decompressed

	markerStart, markerEnd = "<!-- astro-apply ", " -->\n"
)

// Marker is what a comment hides for later runs: which comment it is, and the
// plan that it shows.
type Marker struct {
	Workflow string `json:"workflow"` // the step of it, hashed: it may hold a secret
	Manifest string `json:"manifest"` // what the plan is of (files, Organization and the like), hashed, too
	Head     string `json:"head"`     // the commit
	Digest   string `json:"digest,omitempty"`
	Plan     string `json:"plan,omitempty"` // plan.Review, compressed; "" where it is too large, or nothing was compared
}

// MarksSameComment reports whether both mark the same comment.
func (m Marker) MarksSameComment(other Marker) bool {
	return m.Workflow == other.Workflow && m.Manifest == other.Manifest
}

// IsPrefixOf reports whether a comment starts with m exactly as this program writes
// it, without unknown, repeated or misspelled members.
func (m Marker) IsPrefixOf(body string) bool {
	text, err := m.htmlComment()
	return err == nil && strings.HasPrefix(body, strings.TrimRight(text, "\n"))
}

// htmlComment returns m as a comment starts with it.
func (m Marker) htmlComment() (string, error) {
	data, err := json.Marshal(m) // it escapes > in texts, so nothing ends the marker
	return markerStart + string(data) + markerEnd, err
}

// ParseMarker reads the marker that a comment starts with.
func ParseMarker(body string) (Marker, bool) {
	rest, ok := strings.CutPrefix(body, markerStart)
	text, _, closed := strings.Cut(rest, strings.TrimRight(markerEnd, "\n"))
	var m Marker
	return m, ok && closed && json.Unmarshal([]byte(text), &m) == nil
}

// SetPlan notes the plan that the comment shows.
func (m *Marker) SetPlan(p *plan.Plan) error {
	review, err := p.Review()
	if err != nil {
		return err
	}
	m.Digest = plan.DigestOf(review)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(review); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if text := base64.StdEncoding.EncodeToString(b.Bytes()); len(text) <= encodedReviewLimit {
		m.Plan = text
	}
	return nil
}

// DecodeReview is the plan that the comment shows, nil where it was too large to be
// kept in it. A comment that was meddled with is an error.
func (m Marker) DecodeReview() ([]byte, error) {
	if m.Plan == "" {
		return nil, nil
	}
	data, err := base64.StdEncoding.DecodeString(m.Plan)
	if err != nil {
		return nil, fmt.Errorf("plan in the comment: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("plan in the comment: %w", err)
	}
	review, err := io.ReadAll(io.LimitReader(z, decodedReviewLimit+1))
	if err != nil {
		return nil, fmt.Errorf("plan in the comment: %w", err)
	}
	if len(review) > decodedReviewLimit {
		return nil, fmt.Errorf("plan in the comment: larger than %d MiB", decodedReviewLimit>>20)
	}
	if plan.DigestOf(review) != m.Digest {
		return nil, fmt.Errorf("plan in the comment: it is not the one of its digest")
	}
	return review, nil
}

// commitMarkdown is a commit's SHA, of which GitHub makes a link.
func commitMarkdown(sha string) string {
	if strings.Trim(sha, "0123456789abcdef") != "" { // it is no SHA
		return github.EscapeMarkdown(sha)
	}
	return sha
}

// Comment is the summary as a comment on a pull request: what has no room is cut
// with a pointer to page, where the commit's runs are. Secrets are replaced in what
// can be seen; the marker holds none, and must stay readable.
func (r *Run) Comment(m Marker, page string) (string, error) {
	marker, err := m.htmlComment()
	if err != nil {
		return "", err
	}
	whole := "All of it is in the log and the summary of the run."
	foot := ""
	if page != "" {
		whole = "All of it is in [the run's](" + page + ") log and summary."
		foot = "[The run](" + page + ") has the log"
		if m.Head != "" {
			foot += "; commit " + commitMarkdown(m.Head)
		}
		foot += ".\n"
	}
	room := commentLimit - len(marker) - len(foot)
	timeless := *r
	timeless.Duration = 0 // the same plan is the same comment
	return marker + r.Secrets.Redact(joinWithinLimit(room, whole, timeless.summaryBlocks(room)...)+foot).String(), nil
}
