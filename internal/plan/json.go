package plan

import "encoding/json"

// JSONVersion is the version of the plan's JSON form. It grows when a member
// changes its meaning or goes away; members may be added at any time.
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
	// Visible is how many of the kind the token sees, for an object that it may lack the role to see.
	Visible string `json:"visible,omitempty"`
	// Unusable is why the object doesn't work although it exists.
	Unusable string `json:"unusable,omitempty"`
}

type jsonField struct {
	Path string `json:"path"`
	Old  any    `json:"old,omitempty"`
	New  any    `json:"new,omitempty"`
	// Unverified says that the value may be the same as before.
	Unverified bool `json:"unverified,omitempty"`
}

// JSON returns the plan in its versioned form, on one line and without
// secrets. Unchanged objects are only counted.
func (p *Plan) JSON() ([]byte, error) {
	return json.Marshal(p.toJSONPlan())
}

// BriefJSON is JSON without what changes in each object, for plans that are too
// large for where they go.
func (p *Plan) BriefJSON() ([]byte, error) {
	d := p.toJSONPlan()
	d.Brief = true
	for i := range d.Changes {
		d.Changes[i].Fields, d.Changes[i].Kept, d.Changes[i].Notes = nil, nil, nil
	}
	return json.Marshal(d)
}

func (p *Plan) toJSONPlan() jsonPlan {
	s := newRedactor(p.Redact)
	d := jsonPlan{Version: JSONVersion, OrganizationID: p.OrganizationID, Changes: []jsonChange{}}
	for _, c := range p.Changes {
		if c.Action == Unchanged {
			d.Unchanged++
			if len(c.Kept) == 0 && c.UnusableReason == "" {
				continue
			}
		}
		out := jsonChange{Kind: c.Resource.Kind.Name, Name: s.redactText(c.Resource.Name()), Parent: c.ParentID, Action: c.Action, Fields: s.toJSONFields(c.Fields), Kept: s.toJSONFields(c.Kept), Visible: c.VisibleText, Unusable: s.redactText(c.UnusableReason)}
		if c.Live != nil {
			out.ID = c.Live.ID
		}
		for _, n := range c.Notes {
			out.Notes = append(out.Notes, s.redactText(n.Message))
		}
		if c.Err != nil {
			out.Problem = s.redactText(c.Err.Error())
		}
		d.Changes = append(d.Changes, out)
	}
	return d
}

func (s redactor) toJSONFields(in []Field) []jsonField {
	var out []jsonField
	for _, f := range in {
		out = append(out, jsonField{Path: s.redactPath(f.Path), Old: s.redactNode(f.Old), New: s.redactNode(f.New), Unverified: f.Rewrite})
	}
	return out
}
