package report_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
)

// What action.yml says about the output resources.
type resourceEntry struct{ Kind, Name, ID, Action, URL, Status string }

// The plan's JSON form, as users read it.
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
		"planned, but wrong": {
			&report.Run{Mode: "plan", Plan: makePlan(t, "deployments: [{ name: new, workspaceId: cworkspace000000000000001 }]", nil, plan.Policy{})},
			[]resourceEntry{{"deployment", "new", "", "create", "", "failed"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []resourceEntry
			decodeStrict(t, outputValues(t, test.run)["resources"], &got)
			assertEqual(t, "resources", test.want, got)
		})
	}
}

// The output plan is the plan's own JSON form, and the digest is that of the
// whole plan.
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
	assertEqual(t, "changes", []string{
		"update data", "create new_one", "kept old", "unknown hidden", "update my_deployment", "unchanged vault", "create sandbox",
	}, actions)
	assertEqual(t, "version, unchanged, brief", []any{plan.JSONVersion, 2, false}, []any{d.Version, d.Unchanged, d.Brief})
	digest, err := r.Plan.Digest()
	if err != nil {
		t.Fatal(err)
	}
	assertEqual(t, "digest", digest, got["plan-digest"])
}

// The id of the one Deployment, whatever else is declared.
func TestDeploymentIDOutput(t *testing.T) {
	t.Parallel()
	const (
		one   = "deployments: [{ name: vault, workspaceId: cworkspace000000000000001 }"
		other = ", { name: new, workspaceId: cworkspace000000000000001, type: STANDARD, cloudProvider: AWS, region: r }"
	)
	for name, test := range map[string]struct{ text, want string }{
		"one":            {one + "]", "cdeployment00000000000002"},
		"and Workspaces": {one + "]\nworkspaces: [{ name: data }]", "cdeployment00000000000002"},
		"two":            {one + ", { name: my_deployment, workspaceId: cworkspace000000000000001 }]", ""},
		"and a new one":  {one + other + "]", ""},
		"not yet there":  {"deployments: [" + other[2:] + "]", ""},
		"none":           {"workspaces: [{ name: data }]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assertEqual(t, "deployment-id", test.want, outputValues(t, &report.Run{Mode: "plan", Plan: makePlan(t, test.text, fixtureLive, plan.Policy{})})["deployment-id"])
		})
	}
	created := &report.Run{Mode: "apply", Plan: makePlan(t, "deployments: ["+other[2:]+"]", nil, plan.Policy{})}
	created.Outcomes = outcomesFor(created.Plan, map[string]testOutcome{"new": {status: apply.Created}})
	created.Outcomes[0].Live = newLive(t, created.Plan.Changes[0], `{"id": "cdeployment00000000000009"}`)
	assertEqual(t, "deployment-id", "cdeployment00000000000009", outputValues(t, created)["deployment-id"])
}

// GitHub keeps 1 MB of outputs per job, in UTF-16. A plan of thousands of
// objects loses what changes in each of them, and the list what doesn't change.
func TestOutputLimit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		changed, same int
		brief         bool
		listed        int
	}{
		"small":          {3, 40, false, 43},
		"much to do":     {1900, 0, true, 1900},
		"much to list":   {3, 2500, false, 3},
		"much of either": {1400, 1200, true, 1400},
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
			assertEqual(t, "changes", test.changed, len(d.Changes))
			assertEqual(t, "unchanged", test.same, d.Unchanged)
			assertEqual(t, "brief", test.brief, d.Brief)
			assertEqual(t, "fields", test.brief, len(d.Changes[0].Fields) == 0)
			assertEqual(t, "listed", test.listed, len(list))
			digest, err := r.Plan.Digest()
			if err != nil {
				t.Fatal(err)
			}
			assertEqual(t, "digest", digest, got["plan-digest"])
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
