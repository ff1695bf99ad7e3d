package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"astro-apply/internal/apply"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
)

// outputLimit is the size above which the outputs plan and resources contain only
// changes. GitHub keeps 1 MB of outputs per job, counted in UTF-16, so about 500,000
// characters; each of these two outputs may take half of that.
const outputLimit = 240 << 10

// Output is one output of the action.
type Output struct{ Name, Value string }

// outputResource is an item of the output resources.
type outputResource struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	ID     string `json:"id"`
	Action string `json:"action"`
	URL    string `json:"url"`
	Status string `json:"status"`
}

// Outputs returns all outputs of action.yml, in its order. It redacts secrets in names
// and texts. It doesn't redact structure that later steps parse, such as the action
// update, even if a secret has the same value.
func (r *Run) Outputs() ([]Output, error) {
	c, list, drift := r.Counts(), r.outputResources(), ""
	if r.Plan != nil {
		drift = strconv.FormatBool(r.HasDrift())
	}
	out := []Output{{"mode", string(r.Mode)}, {"changed", strconv.FormatBool(c.Changed() > 0)}}
	for _, status := range []apply.Status{apply.Created, apply.Updated, apply.Deleted, apply.Unchanged} {
		out = append(out, Output{string(status), strconv.Itoa(c[status])})
	}
	out = append(out, Output{"failed", strconv.Itoa(c.Unsuccessful())}, Output{"drift", drift})
	for _, k := range kind.All() {
		if k.IDOutput != "" {
			out = append(out, Output{k.IDOutput, singleID(list, k.Name)})
		}
	}
	var document []byte
	digest := ""
	if r.Plan != nil {
		var err, digestErr error
		document, err = r.Plan.JSON(outputLimit)
		digest, digestErr = r.Plan.Digest()
		if err := errors.Join(err, digestErr); err != nil {
			return nil, fmt.Errorf("output plan: %w", err)
		}
	}
	return append(out,
		Output{"resources", resourcesJSON(list)},
		Output{"plan", string(document)},
		Output{"plan-digest", digest},
		Output{"request-ids", compactJSON(r.failedRequestIDs())},
	), nil
}

func (r *Run) outputResources() []outputResource {
	list := []outputResource{}
	for _, x := range r.resourceRows() {
		c := x.change
		name := r.Secrets.Redact(c.Resource.Name()).String()
		list = append(list, outputResource{c.Resource.Kind.Name, name, x.id, string(c.Action), x.pageURL, string(x.status)})
	}
	return list
}

func resourcesJSON(list []outputResource) string {
	text := compactJSON(list)
	if len(text) <= outputLimit {
		return text
	}
	return compactJSON(slices.DeleteFunc(list, func(o outputResource) bool { return o.Action == string(plan.Unchanged) }))
}

// compactJSON encodes v as JSON on one line. It has no error result, because v
// contains only strings, and encoding those can't fail.
func compactJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}

// singleID returns the id of the resource of a kind, "" if list doesn't have exactly
// one resource of that kind.
func singleID(list []outputResource, kind string) string {
	isOther := func(x outputResource) bool { return x.Kind != kind }
	if found := slices.DeleteFunc(slices.Clone(list), isOther); len(found) == 1 {
		return found[0].ID
	}
	return ""
}
