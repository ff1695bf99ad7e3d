package plan

import "encoding/json"

// Version is the version of the plan's JSON form. It grows when a member
// changes its meaning or goes away; members may be added at any time.
const Version = 1

type document struct {
	Version        int      `json:"version"`
	OrganizationID string   `json:"organizationId"`
	Unchanged      int      `json:"unchanged"`
	Brief          bool     `json:"brief,omitempty"`
	Changes        []change `json:"changes"`
}

type change struct {
	Kind    string   `json:"kind"`
	Name    string   `json:"name"`
	ID      string   `json:"id,omitempty"`
	Parent  string   `json:"parent,omitempty"`
	Action  Action   `json:"action"`
	Fields  []field  `json:"fields,omitempty"`
	Kept    []field  `json:"kept,omitempty"`
	Notes   []string `json:"notes,omitempty"`
	Problem string   `json:"problem,omitempty"`
	// Visible is how many of the kind the token sees, for an object that it may lack the role to see.
	Visible string `json:"visible,omitempty"`
	// Unusable is why the object doesn't work although it exists.
	Unusable string `json:"unusable,omitempty"`
}

type field struct {
	Path string `json:"path"`
	Old  any    `json:"old,omitempty"`
	New  any    `json:"new,omitempty"`
	// Unverified says that the value may be the same as before.
	Unverified bool `json:"unverified,omitempty"`
}

// JSON returns the plan in its versioned form, on one line and without
// secrets. Unchanged objects are only counted.
func (p *Plan) JSON() ([]byte, error) {
	return json.Marshal(p.document())
}

// Brief is JSON without what changes in each object, for plans that are too
// large for where they go.
func (p *Plan) Brief() ([]byte, error) {
	d := p.document()
	d.Brief = true
	for i := range d.Changes {
		d.Changes[i].Fields, d.Changes[i].Kept, d.Changes[i].Notes = nil, nil, nil
	}
	return json.Marshal(d)
}

func (p *Plan) document() document {
	s := newScrubber(p.Scrub)
	d := document{Version: Version, OrganizationID: p.OrganizationID, Changes: []change{}}
	for _, c := range p.Changes {
		if c.Action == Unchanged {
			d.Unchanged++
			if len(c.Kept) == 0 && c.Unusable == "" {
				continue
			}
		}
		out := change{Kind: c.Object.Kind.Name, Name: s.text(c.Object.Name()), Parent: c.Parent, Action: c.Action, Fields: s.fields(c.Fields), Kept: s.fields(c.Kept), Visible: c.Visible, Unusable: s.text(c.Unusable)}
		if c.Live != nil {
			out.ID = c.Live.ID
		}
		for _, n := range c.Notes {
			out.Notes = append(out.Notes, s.text(n.Message))
		}
		if c.Err != nil {
			out.Problem = s.text(c.Err.Error())
		}
		d.Changes = append(d.Changes, out)
	}
	return d
}

func (s scrubber) fields(in []Field) []field {
	var out []field
	for _, f := range in {
		out = append(out, field{Path: s.path(f.Path), Old: s.redact(f.Old), New: s.redact(f.New), Unverified: f.Again})
	}
	return out
}
