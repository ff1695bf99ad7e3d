package plan

import "encoding/json"

// JSONVersion is the version of the plan's JSON form. It grows when a member
// changes its meaning or is removed; members may be added at any time.
const JSONVersion = 1

type jsonPlan struct {
	Version        int          `json:"version"`
	OrganizationID string       `json:"organizationId"`
	Unchanged      int          `json:"unchanged"`
	Brief          bool         `json:"brief,omitempty"`
	Changes        []jsonChange `json:"changes"`
}

type jsonChange struct {
	Kind    string      `json:"kind"`
	Name    string      `json:"name"`
	ID      string      `json:"id,omitempty"`
	Parent  string      `json:"parent,omitempty"`
	Action  Action      `json:"action"`
	Fields  []jsonField `json:"fields,omitempty"`
	Kept    []jsonField `json:"kept,omitempty"`
	Notes   []string    `json:"notes,omitempty"`
	Problem string      `json:"problem,omitempty"`
	// Visible holds Change.VisibleText, such as "0 Workspaces".
	Visible string `json:"visible,omitempty"`
	// Unusable holds the reason why a resource that exists doesn't work.
	Unusable string `json:"unusable,omitempty"`
}

type jsonField struct {
	Path string `json:"path"`
	Old  any    `json:"old,omitempty"`
	New  any    `json:"new,omitempty"`
	// Unverified reports that the value may not have changed, because secrets can't be compared.
	Unverified bool `json:"unverified,omitempty"`
}

// JSON returns the plan in its versioned form, on one line and without secrets. It
// contains only the number of unchanged resources.
func (p *Plan) JSON() ([]byte, error) {
	return json.Marshal(p.toJSONPlan())
}

// BriefJSON returns the plan without the fields and notes of its changes, for outputs
// with a size limit.
func (p *Plan) BriefJSON() ([]byte, error) {
	doc := p.toJSONPlan()
	doc.Brief = true
	for i := range doc.Changes {
		doc.Changes[i].Fields, doc.Changes[i].Kept, doc.Changes[i].Notes = nil, nil, nil
	}
	return json.Marshal(doc)
}

func (p *Plan) toJSONPlan() jsonPlan {
	rd := newRedactor(p.Redact)
	doc := jsonPlan{Version: JSONVersion, OrganizationID: p.OrganizationID, Changes: []jsonChange{}}
	for _, c := range p.Changes {
		if c.Action == Unchanged {
			doc.Unchanged++
			if len(c.Kept) == 0 && c.UnusableReason == "" {
				continue
			}
		}
		change := jsonChange{Kind: c.Resource.Kind.Name, Name: rd.redactText(c.Resource.Name()), Parent: c.ParentID, Action: c.Action, Fields: rd.toJSONFields(c.Fields), Kept: rd.toJSONFields(c.Kept), Visible: c.VisibleText, Unusable: rd.redactText(c.UnusableReason)}
		if c.Live != nil {
			change.ID = c.Live.ID
		}
		for _, note := range c.Notes {
			change.Notes = append(change.Notes, rd.redactText(note.Message))
		}
		if c.Err != nil {
			change.Problem = rd.redactText(c.Err.Error())
		}
		doc.Changes = append(doc.Changes, change)
	}
	return doc
}

func (r redactor) toJSONFields(in []Field) []jsonField {
	var out []jsonField
	for _, f := range in {
		out = append(out, jsonField{Path: r.redactPath(f.Path), Old: r.redactNode(f.Old), New: r.redactNode(f.New), Unverified: f.Rewrite})
	}
	return out
}
