package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"astro-apply/internal/plan"
)

const (
	encodedReviewLimit = 20000    // bytes of the compressed plan in a comment
	decodedReviewLimit = 16 << 20 // bytes of the decompressed plan

	markerStart, markerEnd = "<!-- astro-apply", " -->\n"
)

// MarkerKind is what the text with a marker shows.
type MarkerKind string

// The kinds of markers. They are the end of the marker's name.
const (
	PlanMarker   MarkerKind = ""
	ResultMarker MarkerKind = "-result" // the result of the apply after the merge
	DriftMarker  MarkerKind = "-drift"  // the issue about drift; Digest is that of the drifted resources, "" for none
)

// Marker is the hidden JSON at the start of a comment. It identifies the comment for
// later runs, and holds the plan that the comment shows.
type Marker struct {
	Kind     MarkerKind `json:"-"`
	Workflow string     `json:"workflow"`       // hash of workflow and step, because names may contain a secret
	Manifest string     `json:"manifest"`       // hash of the inputs of the plan: files, Organization and the like
	Name     string     `json:"name,omitempty"` // hash of the input name, "" if it isn't set
	Head     string     `json:"head"`           // SHA of the commit
	Run      string     `json:"run,omitempty"`  // id and attempt of the workflow run
	Digest   string     `json:"digest,omitempty"`
	Failed   bool       `json:"failed,omitempty"` // the result is a failure
	Plan     string     `json:"plan,omitempty"`   // plan.Review, compressed; "" if too large or not compared
}

// MarksSameComment reports whether m and other identify the same comment: the same
// step and the same inputs, whatever the commit and the plan are.
func (m Marker) MarksSameComment(other Marker) bool {
	return m.Kind == other.Kind && m.Workflow == other.Workflow && m.Manifest == other.Manifest && m.Name == other.Name
}

// WithoutRun removes the run from the marker of a plan's comment, so that the comments of
// two runs are equal if they show the same.
func WithoutRun(body string) string {
	m, ok := ParseMarker(PlanMarker, body)
	if !ok || m.Run == "" || !m.IsPrefixOf(body) {
		return body
	}
	old, err := m.htmlComment()
	m.Run = ""
	withoutRun, errWithoutRun := m.htmlComment()
	if err != nil || errWithoutRun != nil {
		return body
	}
	return strings.TrimRight(withoutRun, "\n") + strings.TrimPrefix(body, strings.TrimRight(old, "\n"))
}

// IsPrefixOf reports whether body starts with m exactly as this program writes m,
// without unknown, repeated or misspelled members.
func (m Marker) IsPrefixOf(body string) bool {
	text, err := m.htmlComment()
	return err == nil && strings.HasPrefix(body, strings.TrimRight(text, "\n"))
}

// htmlComment returns m as the HTML comment at the start of a comment.
func (m Marker) htmlComment() (string, error) {
	data, err := json.Marshal(m) // Marshal escapes > in strings, so no value can end the HTML comment
	return markerStart + string(m.Kind) + " " + string(data) + markerEnd, err
}

// ParseMarker returns the marker of a kind at the start of a comment's body.
func ParseMarker(kind MarkerKind, body string) (Marker, bool) {
	rest, ok := strings.CutPrefix(body, markerStart+string(kind)+" ")
	text, _, closed := strings.Cut(rest, strings.TrimRight(markerEnd, "\n"))
	m := Marker{Kind: kind}
	return m, ok && closed && json.Unmarshal([]byte(text), &m) == nil
}

// SetPlan stores p as the plan that the comment shows. Of a plan that is too large
// for a comment it stores only the digest.
func (m *Marker) SetPlan(p *plan.Plan) error {
	review, err := p.Review()
	if err != nil {
		return err
	}
	m.Digest = plan.DigestOf(review)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err = z.Write(review)
	if err := errors.Join(err, z.Close()); err != nil {
		return err
	}
	if text := base64.StdEncoding.EncodeToString(b.Bytes()); len(text) <= encodedReviewLimit {
		m.Plan = text
	}
	return nil
}

// DecodeReview returns the plan that the comment shows, as written by plan.Review. It
// returns nil if the marker has no plan, and an error if a user edited the marker.
func (m Marker) DecodeReview() ([]byte, error) {
	if m.Plan == "" {
		return nil, nil
	}
	review, err := decompress(m.Plan)
	if err == nil && plan.DigestOf(review) != m.Digest {
		err = errors.New("does not match its digest")
	}
	if err != nil {
		return nil, fmt.Errorf("plan in the comment: %w", err)
	}
	return review, nil
}

func decompress(text string) ([]byte, error) {
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(z, decodedReviewLimit+1))
	if err == nil && len(data) > decodedReviewLimit {
		err = fmt.Errorf("must be at most %d MiB", decodedReviewLimit>>20)
	}
	return data, err
}
