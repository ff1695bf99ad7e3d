package plan

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// JSONVersion is the version of the plan's JSON form. It grows when a member changes its meaning or is removed; members
// may be added at any time.
const JSONVersion = 1

// jsonPlan is the form for later steps: the changes of a review, with notes.
type jsonPlan struct {
	Version        int             `json:"version"`
	OrganizationID string          `json:"organizationId"`
	Unchanged      int             `json:"unchanged"`
	Brief          bool            `json:"brief,omitempty"`
	Changes        []annotatedJSON `json:"changes"`
}

type annotatedJSON struct {
	jsonChange
	Kept     []jsonField `json:"kept,omitempty"`
	Notes    []string    `json:"notes,omitempty"`
	Problem  string      `json:"problem,omitempty"`
	Visible  string      `json:"visible,omitempty"`  // Change.VisibleText, such as "0 Workspaces"
	Unusable string      `json:"unusable,omitempty"` // why a resource that exists doesn't work
}

type jsonChange struct {
	Kind     string      `json:"kind"`
	Name     reviewText  `json:"name"`
	ID       string      `json:"id,omitempty"`
	ParentID string      `json:"parent,omitempty"`
	SaveTo   reviewText  `json:"saveTo,omitempty"` // only in a review
	Action   Action      `json:"action"`
	Fields   []jsonField `json:"fields,omitempty"`
}

type jsonField struct {
	Path reviewText   `json:"path"`
	Old  *schema.Node `json:"old,omitempty"`
	New  *schema.Node `json:"new,omitempty"`
	// Unverified reports that the value may not have changed, because secrets can't be compared. A review doesn't
	// contain it.
	Unverified bool `json:"unverified,omitempty"`
}

// JSON returns the plan in its versioned form, on one line and without secrets. It contains only the number of
// unchanged resources. If it is longer than limit bytes, JSON leaves out the fields and notes of the changes.
func (p *Plan) JSON(limit int) ([]byte, error) {
	e := encoder{redactor: newRedactor(p.Redact)}
	doc := jsonPlan{Version: JSONVersion, OrganizationID: p.OrganizationID, Changes: []annotatedJSON{}}
	for _, c := range p.Changes {
		if c.Action == Unchanged {
			doc.Unchanged++
			if len(c.Kept) == 0 && c.UnusableReason == "" {
				continue
			}
		}
		out := annotatedJSON{
			jsonChange: e.encodeChange(c), Kept: e.encodeFields(c.Kept),
			Visible: c.VisibleText, Unusable: e.redactText(c.UnusableReason),
		}
		if c.Err != nil {
			out.Problem = e.redactText(c.Err.Error())
		}
		for _, note := range c.Notes {
			out.Notes = append(out.Notes, e.redactText(note.Message))
		}
		doc.Changes = append(doc.Changes, out)
	}
	data, err := json.Marshal(doc)
	if err != nil || len(data) <= limit {
		return data, err
	}
	doc.Brief = true
	for i := range doc.Changes {
		c := &doc.Changes[i]
		c.Fields, c.Kept, c.Notes = nil, nil, nil
	}
	return json.Marshal(doc)
}

// encoder encodes the content of changes, without secrets.
type encoder struct {
	redactor
	// isReview selects the form of a review: each text has a tag, and equal values give equal bytes.
	isReview bool
	// created maps the ids of resources to addresses, which replace the ids, as before the resources existed.
	created map[string]string
}

func (e encoder) encodeText(t reviewText) reviewText {
	if e.isReview {
		return t
	}
	return reviewText(t.displayText())
}

func (e encoder) encodeChange(c *Change) jsonChange {
	e.created = c.withAddresses(e.created)
	out := jsonChange{
		Kind: c.Resource.Kind.Name, Name: e.encodeText(e.tagText(c.Resource.Name())),
		ParentID: c.ParentID, Action: c.Action, Fields: e.encodeFields(c.Fields),
	}
	if e.created[c.ParentID] != "" {
		out.ParentID = ""
	}
	if c.Live != nil {
		out.ID = c.Live.ID
	}
	if sink := c.Resource.SecretSink(); sink != nil && c.Action != Delete && e.isReview {
		out.SaveTo = e.tagText(sink.Text)
	}
	return out
}

// withAddresses returns a copy of created with the addresses that the references of c use.
func (c *Change) withAddresses(created map[string]string) map[string]string {
	out := maps.Clone(created)
	for _, ref := range c.Resource.Refs {
		if created[ref.ID] != "" && ref.Name != "" {
			out[ref.ID] = ref.Address()
		}
	}
	return out
}

func (e encoder) encodeFields(fields []Field) (out []jsonField) {
	for _, f := range fields {
		path := f.Path // items that refer to created resources have names instead of ids
		for id, address := range e.created {
			path = strings.ReplaceAll(path, "["+id+"]", "["+address+"]")
		}
		out = append(out, jsonField{
			Path: e.encodeText(e.tagPath(path)), Old: e.encodeValue(f.Old), New: e.encodeValue(f.New),
			Unverified: f.Rewrite && !e.isReview,
		})
	}
	return out
}

// encodeValue returns a value without secrets and unknown values. In a review, members are sorted, and each text is a
// reviewText.
func (e encoder) encodeValue(n *schema.Node) *schema.Node {
	c := n.Clone()
	c.Walk(func(m *schema.Node) {
		if address := e.created[m.Text]; address != "" && m.Form == schema.Text && !m.Sensitive {
			m.Form, m.Text = schema.Unknown, schema.UnknownID(address).Text
		}
		if e.isReview {
			slices.SortStableFunc(m.Members, func(a, b schema.Member) int { return cmp.Compare(a.Name, b.Name) })
		}
		if tagged := e.tagNode(m); tagged != "" && (e.isReview || tagged != nullText) {
			*m = schema.Node{Form: schema.Text, Text: string(e.encodeText(tagged))}
		}
	})
	return c
}
