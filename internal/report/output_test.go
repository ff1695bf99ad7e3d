package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/testkit"

	"go.yaml.in/yaml/v4"
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
			t.Errorf("output %s must be one line: %q", o.Name, o.Value)
		}
	}
	return out
}

// decodeStrict decodes compact JSON that has only the members of v.
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
		if name := action.Outputs.Content[i].Value; name != "tokens" { // contains secrets, so package report doesn't write it
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
		testkit.AssertEqual(t, name, want, got)
	}
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	inSync := &report.Run{Mode: "drift", Plan: makePlan(t, "workspaces: [{ name: settled }]", fixtureLive, plan.Policy{})}
	kept := &report.Run{Mode: "plan", Plan: makePlan(t, "workspaces: [{ name: old, state: absent }]", fixtureLive, plan.Policy{})}
	invalid := &report.Run{Mode: "plan", Plan: makePlan(t, "deployments: [{ name: new, workspaceId: cworkspace000000000000001 }]", nil, plan.Policy{})}
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
		"invalid":  {invalid, "plan false 0 0 0 0 1 true", "[]"},
		"one":      {one, "plan true 1 0 0 0 0 true", "[]"},
		"kept":     {kept, "plan false 0 0 0 0 0 true", "[]"},
		"validate": {&report.Run{Mode: "validate", DeclaredCount: 3}, "validate false 0 0 0 0 0 ", "[]"},
		"inputs":   {&report.Run{Errors: []error{errors.New("no")}, FailedRequests: []astro.Attempt{{RequestID: "a\n\"b<"}}}, " false 0 0 0 0 0 ", `["a\n\"b\u003c"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outputValues(t, test.run)
			var values []string
			for _, n := range []string{"mode", "changed", "created", "updated", "deleted", "unchanged", "failed", "drift"} {
				values = append(values, got[n])
			}
			testkit.AssertEqual(t, "values", test.want, strings.Join(values, " "))
			testkit.AssertEqual(t, "request-ids", test.ids, got["request-ids"])
			if (got["plan"] == "") != (test.run.Plan == nil) || (got["plan-digest"] == "") != (got["plan"] == "") {
				t.Errorf("plan %q, digest %q", got["plan"], got["plan-digest"])
			}
		})
	}
}

// resourceEntry is an item of the output resources, as action.yml documents it.
type resourceEntry struct{ Kind, Name, ID, Action, URL, Status string }

// planDocument and planChange are the JSON format of the output plan, as users decode it.
type (
	planDocument struct {
		Version        int
		OrganizationID string
		Unchanged      int
		Brief          bool
		Changes        []planChange
	}
	planChange struct {
		Kind, Name, ID, Parent, Action string
		Fields, Kept                   []struct {
			Path       string
			Old, New   any
			Unverified bool
		}
		Notes   []string
		Problem string
	}
)

func TestResourcesOutput(t *testing.T) {
	t.Parallel()
	const ui = "https://cloud.astronomer.io/"
	for name, test := range map[string]struct {
		run  *report.Run
		want []resourceEntry
	}{
		"nothing compared": {&report.Run{Mode: "validate", DeclaredCount: 2}, []resourceEntry{}},
		"planned": {plannedRun(t, plan.Policy{}), []resourceEntry{
			{"workspace", "data", "cworkspace000000000000001", "update", ui + "cworkspace000000000000001", "planned"},
			{"workspace", "new_one", "", "create", "", "planned"},
			{"workspace", "old", "cworkspace000000000000002", "kept", ui + "cworkspace000000000000002", "kept"},
			{"workspace", "hidden", "", "unknown", "", "failed"},
			{"workspace", "settled", "cworkspace000000000000003", "unchanged", ui + "cworkspace000000000000003", "unchanged"},
			{"deployment", "my_deployment", "cdeployment00000000000001", "update", ui + "cworkspace000000000000001/deployments/cdeployment00000000000001", "planned"},
			{"deployment", "vault", "cdeployment00000000000002", "unchanged", ui + "cworkspace000000000000001/deployments/cdeployment00000000000002", "unchanged"},
			{"deployment", "sandbox", "", "create", "", "planned"},
		}},
		"applied": {appliedRun(t), []resourceEntry{
			{"workspace", "data", "cworkspace000000000000001", "update", ui + "cworkspace000000000000001", "updated"},
			{"workspace", "new_one", "cworkspace000000000000004", "create", ui + "cworkspace000000000000004", "created"},
			{"workspace", "hidden", "", "unknown", "", "failed"},
			{"workspace", "settled", "cworkspace000000000000003", "unchanged", ui + "cworkspace000000000000003", "unchanged"},
			{"deployment", "my_deployment", "cdeployment00000000000001", "update", ui + "cworkspace000000000000001/deployments/cdeployment00000000000001", "failed"},
			{"deployment", "vault", "cdeployment00000000000002", "update", ui + "cworkspace000000000000001/deployments/cdeployment00000000000002", "updated"},
			{"deployment", "sandbox", "cdeployment00000000000003", "create", ui + "cworkspace000000000000004/deployments/cdeployment00000000000003", "unconfirmed"},
			{"workspace", "old", "cworkspace000000000000002", "delete", "", "deleted"},
		}},
		"planned, but invalid": {
			&report.Run{Mode: "plan", Plan: makePlan(t, "deployments: [{ name: new, workspaceId: cworkspace000000000000001 }]", nil, plan.Policy{})},
			[]resourceEntry{{"deployment", "new", "", "create", "", "failed"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []resourceEntry
			decodeStrict(t, outputValues(t, test.run)["resources"], &got)
			testkit.AssertEqual(t, "resources", test.want, got)
		})
	}
}

// The output plan is the JSON of the plan, and the output plan-digest is the digest of
// the complete plan.
func TestPlanOutput(t *testing.T) {
	t.Parallel()
	r := plannedRun(t, plan.Policy{})
	got := outputValues(t, r)
	var d planDocument
	decodeStrict(t, got["plan"], &d)
	var actions []string
	for _, c := range d.Changes {
		actions = append(actions, c.Action+" "+c.Name)
	}
	testkit.AssertEqual(t, "changes", []string{
		"update data", "create new_one", "kept old", "unknown hidden", "update my_deployment", "unchanged vault", "create sandbox",
	}, actions)
	testkit.AssertEqual(t, "version, unchanged, brief", []any{plan.JSONVersion, 2, false}, []any{d.Version, d.Unchanged, d.Brief})
	digest, err := r.Plan.Digest()
	if err != nil {
		t.Fatal(err)
	}
	testkit.AssertEqual(t, "digest", digest, got["plan-digest"])
}

// The output deployment-id has a value only if the manifest declares exactly one Deployment.
func TestDeploymentIDOutput(t *testing.T) {
	t.Parallel()
	const (
		one   = "deployments: [{ name: vault, workspaceId: cworkspace000000000000001 }"
		other = ", { name: new, workspaceId: cworkspace000000000000001, type: STANDARD, cloudProvider: AWS, region: r }"
	)
	for name, test := range map[string]struct{ text, want string }{
		"one":                 {one + "]", "cdeployment00000000000002"},
		"one and a Workspace": {one + "]\nworkspaces: [{ name: data }]", "cdeployment00000000000002"},
		"two":                 {one + ", { name: my_deployment, workspaceId: cworkspace000000000000001 }]", ""},
		"one and a new one":   {one + other + "]", ""},
		"one to create":       {"deployments: [" + other[2:] + "]", ""},
		"none":                {"workspaces: [{ name: data }]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.AssertEqual(t, "deployment-id", test.want, outputValues(t, &report.Run{Mode: "plan", Plan: makePlan(t, test.text, fixtureLive, plan.Policy{})})["deployment-id"])
		})
	}
	created := &report.Run{Mode: "apply", Plan: makePlan(t, "deployments: ["+other[2:]+"]", nil, plan.Policy{})}
	created.Outcomes = outcomesFor(created.Plan, map[string]testOutcome{"new": {status: apply.Created}})
	created.Outcomes[0].Live = newLive(t, created.Plan.Changes[0], `{"id": "cdeployment00000000000009"}`)
	testkit.AssertEqual(t, "deployment-id", "cdeployment00000000000009", outputValues(t, created)["deployment-id"])
}

// GitHub keeps 1 MB of outputs per job, in UTF-16. So for thousands of resources the
// output plan leaves out the fields, and the output resources leaves out the unchanged.
func TestOutputLimit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		changed, same int
		brief         bool
		listed        int
	}{
		"few resources":              {3, 40, false, 43},
		"many changes":               {1900, 0, true, 1900},
		"many unchanged":             {3, 2500, false, 3},
		"many changes and unchanged": {1400, 1200, true, 1400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live := liveAnswers{}
			for i := range test.changed + test.same {
				description := "x"
				if i < test.changed {
					description = "as it was before the manifest was changed"
				}
				live[fmt.Sprintf("w%d", i)] = fmt.Sprintf(`{"id": "cworkspace%015d", "name": "w%d", "description": %q}`, i, i, description)
			}
			r := &report.Run{Mode: "plan", Plan: makePlan(t, manyWorkspaces(test.changed+test.same), live, plan.Policy{})}
			got := outputValues(t, r)
			var d planDocument
			decodeStrict(t, got["plan"], &d)
			var list []resourceEntry
			decodeStrict(t, got["resources"], &list)
			testkit.AssertEqual(t, "changes", test.changed, len(d.Changes))
			testkit.AssertEqual(t, "unchanged", test.same, d.Unchanged)
			testkit.AssertEqual(t, "brief", test.brief, d.Brief)
			testkit.AssertEqual(t, "fields", test.brief, len(d.Changes[0].Fields) == 0)
			testkit.AssertEqual(t, "listed", test.listed, len(list))
			digest, err := r.Plan.Digest()
			if err != nil {
				t.Fatal(err)
			}
			testkit.AssertEqual(t, "digest", digest, got["plan-digest"])
			var all strings.Builder
			for name, value := range got {
				all.WriteString(name + value)
			}
			if n := 2 * len(utf16.Encode([]rune(all.String()))); n > 1<<20 {
				t.Errorf("%d bytes of outputs", n)
			}
		})
	}
}
