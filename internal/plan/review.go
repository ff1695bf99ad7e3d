package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"astro-apply/internal/schema"
)

// review is what of a plan has to be agreed to: what is done, not what is only
// said. What is referred to goes by its name, whether it is there yet or not, so
// that a run can go on where another one stopped.
type review struct {
	Version        int        `json:"version"`
	OrganizationID string     `json:"organizationId"`
	Changes        []reviewed `json:"changes"`
}

type reviewed struct {
	Kind   string          `json:"kind"`
	Name   string          `json:"name"`
	ID     string          `json:"id,omitempty"`
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
func (p *Plan) Review() ([]byte, error) {
	r, err := p.review()
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
	return Sum(data), nil
}

// Sum is the digest of what Review returned.
func Sum(review []byte) string {
	sum := sha256.Sum256(review)
	return hex.EncodeToString(sum[:])
}

func (p *Plan) review() (review, error) {
	r := review{Version: Version, OrganizationID: p.OrganizationID, Changes: []reviewed{}}
	for _, c := range p.Changes {
		if !active(c) {
			continue
		}
		x := reviewed{Kind: c.Object.Kind.Name, Name: c.Object.Name(), Action: c.Action}
		if c.Live != nil {
			x.ID = c.Live.ID
		}
		for _, f := range c.Fields {
			before, err := agreed(f.Old)
			if err != nil {
				return review{}, err
			}
			after, err := agreed(f.New)
			if err != nil {
				return review{}, err
			}
			x.Fields = append(x.Fields, reviewedField{f.Path, before, after})
		}
		r.Changes = append(r.Changes, x)
	}
	return r, nil
}

// agreed is a value as JSON, references by name.
func agreed(n *schema.Node) (json.RawMessage, error) {
	if n == nil {
		return nil, nil
	}
	c := n.Clone()
	c.Walk(func(m *schema.Node) {
		if m.Called != "" && !m.Secret && (m.Form == schema.Pending || m.Form == schema.Text) {
			*m = schema.Node{Form: schema.Text, Text: m.Called}
		}
	})
	return json.Marshal(c.Redacted())
}

// Beyond says, a line each, what the plan does that another one, of which before
// is the Review, doesn't do. Nothing is left to say where it does a part of it.
func (p *Plan) Beyond(before []byte) ([]string, error) {
	var old review
	if err := json.Unmarshal(before, &old); err != nil {
		return nil, fmt.Errorf("reviewed plan: %w", err)
	}
	now, err := p.review()
	if err != nil {
		return nil, err
	}
	if old.OrganizationID != now.OrganizationID {
		return []string{fmt.Sprintf("the reviewed plan is of Organization %s, this one of %s", old.OrganizationID, now.OrganizationID)}, nil
	}
	var lines []string
	for _, c := range now.Changes {
		name := fmt.Sprintf("%s %s %q", c.Action, c.Kind, c.Name)
		i := slices.IndexFunc(old.Changes, func(o reviewed) bool {
			return o.Kind == c.Kind && o.Name == c.Name && o.ID == c.ID && o.Action == c.Action
		})
		if i < 0 {
			lines = append(lines, name+": the reviewed plan doesn't do it"+instead(c, old.Changes))
			continue
		}
		for _, f := range c.Fields {
			lines = append(lines, f.beyond(name, old.Changes[i].Fields)...)
		}
		if c.Action == Create {
			for _, f := range dropped(old.Changes[i].Fields, c.Fields) {
				lines = append(lines, fmt.Sprintf("%s: %s: reviewed %s, now not set", name, f.Path, f.text()))
			}
		}
	}
	return lines, nil
}

func dropped(of, in []reviewedField) (out []reviewedField) {
	for _, f := range of {
		if !slices.ContainsFunc(in, func(g reviewedField) bool { return g.Path == f.Path }) {
			out = append(out, f)
		}
	}
	return out
}

// instead says what was to be done with the object.
func instead(c reviewed, old []reviewed) string {
	for _, o := range old {
		if o.Kind == c.Kind && o.Name == c.Name {
			return fmt.Sprintf(", but to %s it", o.Action)
		}
	}
	return ""
}

// beyond says in what a field's change is none of those before.
func (f reviewedField) beyond(name string, before []reviewedField) []string {
	was := ""
	for _, o := range before {
		if o.Path == f.Path && bytes.Equal(o.Old, f.Old) && bytes.Equal(o.New, f.New) {
			return nil
		}
		if o.Path == f.Path {
			was = o.text()
		}
	}
	if was == "" {
		was = "no change"
	}
	return []string{fmt.Sprintf("%s: %s: reviewed %s, now %s", name, f.Path, was, f.text())}
}

func (f reviewedField) text() string {
	switch {
	case f.Old == nil:
		return string(f.New)
	case f.New == nil:
		return string(f.Old) + " → (none)"
	}
	return string(f.Old) + " → " + string(f.New)
}
