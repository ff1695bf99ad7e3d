package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"astro-apply/internal/schema"
)

// review is what of a plan has to be agreed to: what is done, not what is only
// said.
type review struct {
	Version        int        `json:"version"`
	OrganizationID string     `json:"organizationId"`
	Changes        []reviewed `json:"changes"`
}

type reviewed struct {
	Kind   string          `json:"kind"`
	Name   string          `json:"name"`
	ID     string          `json:"id,omitempty"`
	In     string          `json:"in,omitempty"` // the id of what it lives in
	SaveTo string          `json:"saveTo,omitempty"`
	Action Action          `json:"action"`
	Fields []reviewedField `json:"fields,omitempty"`
}

type reviewedField struct {
	Path string          `json:"path"`
	Old  json.RawMessage `json:"old,omitempty"`
	New  json.RawMessage `json:"new,omitempty"`
}

// Review is the plan as a reviewer agrees to it: JSON on one line, without
// secrets.
func (p *Plan) Review() ([]byte, error) { return p.reviewed(nil) }

// reviewed is Review as it was before the objects of made were, by id.
func (p *Plan) reviewed(made map[string]string) ([]byte, error) {
	r, err := p.review(made)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(r)
	if p.Hide != nil {
		data = []byte(p.Hide(string(data)))
	}
	return data, err
}

// Digest is the SHA-256 of Review, in hex: two plans with one digest do the same
// to the same live objects, secret values aside.
func (p *Plan) Digest() (string, error) {
	data, err := p.Review()
	if err != nil {
		return "", fmt.Errorf("plan digest: %w", err)
	}
	return Sum(data), nil
}

// Sum is the digest of what Review returned.
func Sum(review []byte) string {
	sum := sha256.Sum256(review)
	return hex.EncodeToString(sum[:])
}

func (p *Plan) review(made map[string]string) (review, error) {
	r := review{Version: Version, OrganizationID: p.OrganizationID, Changes: []reviewed{}}
	for _, c := range p.Changes {
		if !c.Active() {
			continue
		}
		x := reviewed{Kind: c.Object.Kind.Name, Name: c.Object.Name(), Action: c.Action, In: c.Parent}
		if made[c.Parent] != "" {
			x.In = ""
		}
		if c.Live != nil {
			x.ID = c.Live.ID
		}
		if sink := c.Object.Sink(); sink != nil && c.Action != Delete {
			x.SaveTo = sink.Text
		}
		for _, f := range c.Fields {
			before, err := agreed(f.Old, made)
			if err != nil {
				return review{}, err
			}
			after, err := agreed(f.New, made)
			if err != nil {
				return review{}, err
			}
			x.Fields = append(x.Fields, reviewedField{named(f.Path, made), before, after})
		}
		r.Changes = append(r.Changes, x)
	}
	return r, nil
}

// agreed is a value as JSON. What was made since goes by its name, as before.
func agreed(n *schema.Node, made map[string]string) (json.RawMessage, error) {
	if n == nil {
		return nil, nil
	}
	c := n.Clone()
	c.Walk(func(m *schema.Node) {
		if name := made[m.Text]; name != "" && m.Form == schema.Text && !m.Secret {
			*m = schema.Node{Form: schema.Pending, Text: name}
		}
	})
	return json.Marshal(c.Redacted())
}
