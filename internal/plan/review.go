package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"astro-apply/internal/schema"
)

// reviewVersion is the version of the form of a review. A run accepts no other
// one, so it grows with every change of that form.
const reviewVersion = 2

// review is the part of a plan that a reviewer agrees to: the changes, without
// notes and without unchanged resources.
type review struct {
	Version        int              `json:"version"`
	OrganizationID string           `json:"organizationId"`
	Changes        []reviewedChange `json:"changes"`
}

type reviewedChange struct {
	Kind     string          `json:"kind"`
	Name     reviewText      `json:"name"`
	ID       string          `json:"id,omitempty"`
	ParentID string          `json:"in,omitempty"` // the id of the parent
	SaveTo   reviewText      `json:"saveTo,omitempty"`
	Action   Action          `json:"action"`
	Fields   []reviewedField `json:"fields,omitempty"`
}

type reviewedField struct {
	Path reviewText      `json:"path"`
	Old  json.RawMessage `json:"old,omitempty"`
	New  json.RawMessage `json:"new,omitempty"`
}

// Review returns the plan as a reviewer agrees to it: JSON on one line, without
// secrets.
func (p *Plan) Review() ([]byte, error) { return p.encodeReview(nil, p.Redact) }

func (p *Plan) encodeReview(created map[string]string, scrub func(string) string) ([]byte, error) {
	r, err := p.buildReview(created, scrub)
	if err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// Digest is the SHA-256 of Review, in hex: two plans with one digest do the same
// to the same live objects, secret values aside.
func (p *Plan) Digest() (string, error) {
	data, err := p.Review()
	if err != nil {
		return "", fmt.Errorf("plan digest: %w", err)
	}
	return DigestOf(data), nil
}

// MatchesDigest reports whether p does exactly what the reviewed plan with this
// digest does. A plan from which text was scrubbed matches none, because its
// digest doesn't depend on that text.
func (p *Plan) MatchesDigest(digest string) (bool, error) {
	data, err := p.encodeReview(nil, nil)
	if err != nil {
		return false, err
	}
	scrubbed, err := p.Digest()
	return digest == scrubbed && digest == DigestOf(data), err
}

// DigestOf is the digest of what Review returned.
func DigestOf(review []byte) string {
	sum := sha256.Sum256(review)
	return hex.EncodeToString(sum[:])
}

// buildReview returns the plan as it was before the resources in created existed, by
// id, and without the secrets that scrub removes.
func (p *Plan) buildReview(created map[string]string, scrub func(string) string) (review, error) {
	s := newRedactor(scrub)
	r := review{Version: reviewVersion, OrganizationID: p.OrganizationID, Changes: []reviewedChange{}}
	for _, c := range p.Changes {
		if !c.IsActive() {
			continue
		}
		created := c.withReferenceNames(created)
		x := reviewedChange{Kind: c.Resource.Kind.Name, Name: s.tagText(c.Resource.Name()), Action: c.Action, ParentID: c.ParentID}
		if created[c.ParentID] != "" {
			x.ParentID = ""
		}
		if c.Live != nil {
			x.ID = c.Live.ID
		}
		if sink := c.Resource.SecretSink(); sink != nil && c.Action != Delete {
			x.SaveTo = s.tagText(sink.Text)
		}
		for _, f := range c.Fields {
			before, err := s.encodeValue(f.Old, created)
			if err != nil {
				return review{}, err
			}
			after, err := s.encodeValue(f.New, created)
			if err != nil {
				return review{}, err
			}
			x.Fields = append(x.Fields, reviewedField{s.tagPath(replaceCreatedIDs(f.Path, created)), before, after})
		}
		r.Changes = append(r.Changes, x)
	}
	return r, nil
}

// withReferenceNames returns created with the texts that the references of c have.
func (c *Change) withReferenceNames(created map[string]string) map[string]string {
	out := maps.Clone(created)
	for _, r := range c.Resource.Refs {
		if created[r.ID] != "" && r.Name != "" {
			out[r.ID] = r.UnknownText()
		}
	}
	return out
}

// encodeValue returns a value as JSON in which equal contents are equal bytes:
// members are sorted, and each text is a reviewText. A resource in created is
// represented by its name, as before it existed.
func (s redactor) encodeValue(n *schema.Node, created map[string]string) (json.RawMessage, error) {
	if n == nil {
		return nil, nil
	}
	c := n.Clone()
	c.Walk(func(m *schema.Node) {
		if name := created[m.Text]; name != "" && m.Form == schema.Text && !m.Sensitive {
			m.Form, m.Text = schema.Unknown, name
		}
		slices.SortStableFunc(m.Members, func(a, b schema.Member) int { return cmp.Compare(a.Name, b.Name) })
		if text := s.tagNode(m); text != "" {
			*m = schema.Node{Form: schema.Text, Text: string(text)}
		}
	})
	return c.MarshalJSON()
}
