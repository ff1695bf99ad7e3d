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

// reviewVersion is the version of the review format. A run accepts no other version, so
// every change of the format must increase it.
const reviewVersion = 2

// review is the part of a plan that a reviewer approves: the changes, without notes and
// without unchanged resources.
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

// Review returns the part of the plan that a reviewer approves, as JSON on one line and
// without secrets.
func (p *Plan) Review() ([]byte, error) { return p.encodeReview(nil, p.Redact) }

func (p *Plan) encodeReview(created map[string]string, redact func(string) string) ([]byte, error) {
	r, err := p.buildReview(created, redact)
	if err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// Digest returns the SHA-256 of Review in hex. Two plans with the same digest make the
// same changes to the same resources, except for secret values.
func (p *Plan) Digest() (string, error) {
	data, err := p.Review()
	if err != nil {
		return "", fmt.Errorf("plan digest: %w", err)
	}
	return DigestOf(data), nil
}

// MatchesDigest reports whether p makes exactly the changes of the reviewed plan with
// this digest. A plan with redacted text matches no digest, because its own digest
// doesn't depend on the redacted text.
func (p *Plan) MatchesDigest(digest string) (bool, error) {
	unredacted, err := p.encodeReview(nil, nil)
	if err != nil {
		return false, err
	}
	redactedDigest, err := p.Digest()
	return digest == redactedDigest && digest == DigestOf(unredacted), err
}

// DigestOf returns the digest of the result of Review.
func DigestOf(review []byte) string {
	sum := sha256.Sum256(review)
	return hex.EncodeToString(sum[:])
}

// buildReview returns the review of the plan, redacted with redact. For each resource in
// created, which maps ids to reference texts, it uses the text instead of the id, as
// before the resource existed.
func (p *Plan) buildReview(created map[string]string, redact func(string) string) (review, error) {
	rd := newRedactor(redact)
	r := review{Version: reviewVersion, OrganizationID: p.OrganizationID, Changes: []reviewedChange{}}
	for _, c := range p.Changes {
		if !c.IsActive() {
			continue
		}
		created := c.withReferenceNames(created)
		reviewed := reviewedChange{Kind: c.Resource.Kind.Name, Name: rd.tagText(c.Resource.Name()), Action: c.Action, ParentID: c.ParentID}
		if created[c.ParentID] != "" {
			reviewed.ParentID = ""
		}
		if c.Live != nil {
			reviewed.ID = c.Live.ID
		}
		if sink := c.Resource.SecretSink(); sink != nil && c.Action != Delete {
			reviewed.SaveTo = rd.tagText(sink.Text)
		}
		for _, f := range c.Fields {
			oldValue, err := rd.encodeValue(f.Old, created)
			if err != nil {
				return review{}, err
			}
			newValue, err := rd.encodeValue(f.New, created)
			if err != nil {
				return review{}, err
			}
			reviewed.Fields = append(reviewed.Fields, reviewedField{rd.tagPath(replaceCreatedIDs(f.Path, created)), oldValue, newValue})
		}
		r.Changes = append(r.Changes, reviewed)
	}
	return r, nil
}

// withReferenceNames returns a copy of created with the texts that the references of c
// use.
func (c *Change) withReferenceNames(created map[string]string) map[string]string {
	out := maps.Clone(created)
	for _, ref := range c.Resource.Refs {
		if created[ref.ID] != "" && ref.Name != "" {
			out[ref.ID] = ref.UnknownText()
		}
	}
	return out
}

// encodeValue encodes a value as JSON. Equal values give equal bytes: members are sorted,
// and each text is a reviewText. It replaces the ids in created by their reference
// texts, as before the resources existed.
func (r redactor) encodeValue(n *schema.Node, created map[string]string) (json.RawMessage, error) {
	if n == nil {
		return nil, nil
	}
	c := n.Clone()
	c.Walk(func(m *schema.Node) {
		if name := created[m.Text]; name != "" && m.Form == schema.Text && !m.Sensitive {
			m.Form, m.Text = schema.Unknown, name
		}
		slices.SortStableFunc(m.Members, func(a, b schema.Member) int { return cmp.Compare(a.Name, b.Name) })
		if text := r.tagNode(m); text != "" {
			*m = schema.Node{Form: schema.Text, Text: string(text)}
		}
	})
	return c.MarshalJSON()
}
