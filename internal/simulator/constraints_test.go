package simulator_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/simulator"
	"astro-apply/internal/simulator/constraint"
)

const constraintsFile = "constraint/constraints.json"

// documentSchema is a schema of the constraints.
type documentSchema struct {
	Ref        string `json:"$ref"`
	Type       string
	Required   []string
	Properties map[string]*documentSchema
	Items      *documentSchema
	Enum       []string
	Minimum    *int
	Maximum    *int
	MaxLength  *int
	MinItems   *int
	MaxItems   *int
}

type documentSchemas map[string]*documentSchema

func (s documentSchemas) resolveRef(v *documentSchema) *documentSchema {
	if v.Ref != "" {
		return s[v.Ref]
	}
	return v
}

func readDocumentSchemas(t *testing.T) documentSchemas {
	t.Helper()
	source, err := os.ReadFile(constraintsFile)
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Schemas documentSchemas }
	if err := json.Unmarshal(source, &document); err != nil {
		t.Fatal(err)
	}
	return document.Schemas
}

// violation is a body that violates one constraint, with the expected error.
type violation struct {
	field, code string
	body        any
}

// listViolations returns bodies that violate a constraint of the value at field; wrap returns a body with the value there.
func (s documentSchemas) listViolations(v *documentSchema, field string, wrap func(any) any) []violation {
	v = s.resolveRef(v)
	all := []violation{{field, "type", wrap(map[string]any{"string": 1, "boolean": "x", "integer": "x", "array": "x", "object": "x"}[v.Type])}}
	add := func(code string, limit *int, value func(n int) any, by int) {
		if limit != nil {
			all = append(all, violation{field, code, wrap(value(*limit + by))})
		}
	}
	number := func(n int) any { return n }
	letters := func(n int) any { return strings.Repeat("x", n) }
	things := func(n int) any { return slices.Repeat([]any{map[string]any{}}, n) }
	add("min", v.Minimum, number, -1)
	add("max", v.Maximum, number, 1)
	add("max", v.MaxLength, letters, 1)
	add("min", v.MinItems, things, -1)
	add("max", v.MaxItems, things, 1)
	if v.Enum != nil {
		all = append(all, violation{field, "oneof", wrap("nonsense")})
	}
	if v.Items != nil {
		return append(all, s.listViolations(v.Items, field+"[0]", func(member any) any { return wrap([]any{member}) })...)
	}
	if v.Properties != nil {
		all = append(all, s.memberViolations(v, field+".", wrap)...)
	}
	return all
}

func (s documentSchemas) memberViolations(v *documentSchema, prefix string, wrap func(any) any) []violation {
	var all []violation
	for name, member := range v.Properties {
		if prefix == "" && name == "type" {
			continue // selects the variant of the other members
		}
		inside := func(value any) any { return wrap(map[string]any{name: value}) }
		all = append(all, s.listViolations(member, prefix+name, inside)...)
	}
	for _, name := range v.Required {
		if prefix+name != "type" {
			all = append(all, violation{prefix + name, "required", wrap(map[string]any{})})
		}
	}
	return append(all, violation{prefix + "nonsense", "unknown", wrap(map[string]any{"nonsense": 1})})
}

// TestConstraintsAreEnforced violates every constraint of the requests, one at a time.
func TestConstraintsAreEnforced(t *testing.T) {
	t.Parallel()
	document := readDocumentSchemas(t)
	o, w := startPopulated(t, simulator.Options{})
	o.Seed("cluster", map[string]any{"type": "HYBRID"})
	paths := map[string]string{"CreateWorkspaceRequest": "/workspaces", "UpdateWorkspaceRequest": "/workspaces/" + w}
	types := map[string]string{}
	for kind, word := range map[string]string{"STANDARD": "Standard", "DEDICATED": "Dedicated", "HYBRID": "Hybrid"} {
		create, update := "Create"+word+"DeploymentRequest", "Update"+word+"DeploymentRequest"
		types[create], types[update] = kind, kind
		paths[create] = "/deployments"
		paths[update] = "/deployments/" + o.Seed("deployment", map[string]any{"type": kind, "workspaceId": w})
	}
	union := map[string]bool{}
	for name := range types {
		for member := range document[name].Properties {
			union[member] = true
		}
	}
	for name, place := range paths {
		t.Run(name, func(t *testing.T) {
			typed := func(body any) any {
				if kind, ok := types[name]; ok {
					return withChanges(body.(map[string]any), map[string]any{"type": kind})
				}
				return body
			}
			all := document.memberViolations(document[name], "", typed)
			for member := range maps.Keys(union) {
				if _, own := document[name].Properties[member]; !own {
					all = append(all, violation{member, "unknown", typed(map[string]any{member: "x"})})
				}
			}
			for _, broken := range all {
				// The document has one schema for the queues of all updates, but each type allows only one of these two.
				other := "workerQueues[0].nodePoolId"
				if types[name] == "HYBRID" {
					other = "workerQueues[0].astroMachine"
				}
				if broken.field == other {
					broken.code = "unknown"
				}
				f := o.wantRefusal(400, "POST", place, broken.body)
				if !slices.ContainsFunc(f.FieldErrors, func(e constraint.FieldError) bool { return e.Field == broken.field && e.Code == broken.code }) {
					t.Errorf("%s: no %q in %+v", broken.field, broken.code, f)
				}
			}
		})
	}
}
