package report

import (
	"encoding/json"
	"fmt"
	"strconv"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
)

// Output is one output of the action.
type Output struct{ Name, Value string }

// object is an entry of the output resources.
type object struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	ID     string `json:"id"`
	Action string `json:"action"`
	URL    string `json:"url"`
	Status string `json:"status"`
}

// Outputs returns all outputs of action.yml, in its order.
func (r *Run) Outputs() ([]Output, error) {
	c := r.Counts()
	out := []Output{
		{"mode", r.Mode},
		{"changed", strconv.FormatBool(c.Changed() > 0)},
		{"created", strconv.Itoa(c.Created)},
		{"updated", strconv.Itoa(c.Updated)},
		{"deleted", strconv.Itoa(c.Deleted)},
		{"unchanged", strconv.Itoa(c.Unchanged)},
		{"failed", strconv.Itoa(c.Failed)},
	}
	drift := ""
	list := []object{}
	for _, x := range r.rows() {
		o := x.change.Object
		list = append(list, object{o.Kind.Name, o.Name(), x.id, string(x.change.Action), x.page, string(x.status)})
	}
	if r.Plan != nil {
		drift = strconv.FormatBool(r.Drift())
	}
	resources, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("output resources: %w", err)
	}
	document, digest, err := document(r.Plan)
	if err != nil {
		return nil, err
	}
	ids := r.RequestIDs
	if ids == nil {
		ids = []string{}
	}
	requests, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("output request-ids: %w", err)
	}
	out = append(out, Output{"drift", drift})
	for _, k := range resource.Kinds() {
		if k.Output != "" {
			out = append(out, Output{k.Output, only(list, k.Name)})
		}
	}
	return append(out,
		Output{"resources", string(resources)},
		Output{"plan", document},
		Output{"plan-digest", digest},
		Output{"request-ids", string(requests)},
	), nil
}

// only is the id of the one object of a kind that is declared.
func only(list []object, kind string) string {
	id, n := "", 0
	for _, x := range list {
		if x.Kind == kind {
			id, n = x.ID, n+1
		}
	}
	if n != 1 {
		return ""
	}
	return id
}

func document(p *plan.Plan) (text, digest string, err error) {
	if p == nil {
		return "", "", nil
	}
	data, err := p.JSON()
	if err != nil {
		return "", "", fmt.Errorf("output plan: %w", err)
	}
	digest, err = p.Digest()
	return string(data), digest, err
}
