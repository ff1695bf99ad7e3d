package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

func outputValues(t testing.TB, r *report.Run) map[string]string {
	t.Helper()
	list, err := r.Outputs()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, o := range list {
		out[o.Name] = o.Value
		if strings.ContainsAny(o.Value, "\r\n") {
			t.Errorf("output %s has more than one line: %q", o.Name, o.Value)
		}
	}
	return out
}

// decodeStrict decodes JSON that has the members of v and no other.
func decodeStrict(t testing.TB, text string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil || d.More() {
		t.Fatalf("%v in %.200q", err, text)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil || compact.Len() != len(text) {
		t.Errorf("%v, %d bytes that could be %d", err, len(text), compact.Len())
	}
}

// The outputs are those of action.yml, in its order.
func TestOutputNames(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var action struct{ Outputs yaml.Node }
	if err := yaml.Unmarshal(text, &action); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := 0; i < len(action.Outputs.Content); i += 2 {
		if name := action.Outputs.Content[i].Value; name != "tokens" { // of secrets, so none of the report's
			want = append(want, name)
		}
	}
	for name, r := range map[string]*report.Run{"nothing": {}, "plan": plannedRun(t, plan.Policy{}), "apply": appliedRun(t)} {
		list, err := r.Outputs()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range list {
			got = append(got, o.Name)
		}
		assertEqual(t, name, want, got)
	}
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	inSync := &report.Run{Mode: "drift", Plan: makePlan(t, "workspaces: [{ name: settled }]", fixtureLive, plan.Policy{})}
	kept := &report.Run{Mode: "plan", Plan: makePlan(t, "workspaces: [{ name: old, state: absent }]", fixtureLive, plan.Policy{})}
	wrong := &report.Run{Mode: "plan", Plan: makePlan(t, "deployments: [{ name: new, workspaceId: cworkspace000000000000001 }]", nil, plan.Policy{})}
	one := &report.Run{Mode: "plan", Plan: makePlan(t, manyWorkspaces(1), nil, plan.Policy{})}
	for name, test := range map[string]struct {
		run  *report.Run
		want string // mode changed created updated deleted unchanged failed drift
		ids  string
	}{
		"plan":     {plannedRun(t, plan.Policy{}), "plan true 2 2 0 2 1 true", "[]"},
		"removals": {plannedRun(t, plan.Policy{AllowDelete: true}), "plan true 2 3 1 1 1 true", "[]"},
		"apply":    {appliedRun(t), "apply true 2 2 1 1 3 true", `["0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0","f004d12a-29c8-40d8-b239-2b1b615ea45b"]`},
		"in sync":  {inSync, "drift false 0 0 0 1 0 false", "[]"},
		"wrong":    {wrong, "plan false 0 0 0 0 1 true", "[]"},
		"one":      {one, "plan true 1 0 0 0 0 true", "[]"},
		"kept":     {kept, "plan false 0 0 0 0 0 true", "[]"},
		"validate": {&report.Run{Mode: "validate", DeclaredCount: 3}, "validate false 0 0 0 0 0 ", "[]"},
		"inputs":   {&report.Run{Errors: []error{errors.New("no")}, FailedRequests: []report.FailedRequest{{RequestID: "a\n\"b<"}}}, " false 0 0 0 0 0 ", `["a\n\"b\u003c"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outputValues(t, test.run)
			var values []string
			for _, n := range []string{"mode", "changed", "created", "updated", "deleted", "unchanged", "failed", "drift"} {
				values = append(values, got[n])
			}
			assertEqual(t, "values", test.want, strings.Join(values, " "))
			assertEqual(t, "request-ids", test.ids, got["request-ids"])
			if (got["plan"] == "") != (test.run.Plan == nil) || (got["plan-digest"] == "") != (got["plan"] == "") {
				t.Errorf("plan %q, digest %q", got["plan"], got["plan-digest"])
			}
		})
	}
}
