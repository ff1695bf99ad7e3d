package report_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

var updateGolden = flag.Bool("update", false, "rewrite the expected texts in testdata")

// checkGolden compares got with the file name in testdata.
func checkGolden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *updateGolden {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	testkit.AssertEqual(t, path, string(want), got)
}

// Golden files show the summaries.
func TestSummary(t *testing.T) {
	t.Parallel()
	stopped := appliedRun(t)
	stopped.StopErr = errInterrupted
	stopped.Outcomes = outcomesFor(stopped.Plan, map[string]testOutcome{
		"data": {status: apply.Updated}, "new_one": {status: apply.Created}, "settled": {status: apply.Unchanged},
		"hidden":        {status: apply.Failed, err: fixtureLive["hidden"].(error)},
		"my_deployment": {status: apply.Unconfirmed, writtenStatus: apply.Updated, err: fmt.Errorf("accepted, not confirmed: last seen DEPLOYING (%w)", errInterrupted)},
		"vault":         {status: apply.Stopped, err: errInterrupted}, "sandbox": {status: apply.Stopped, err: errInterrupted}, "old": {status: apply.Stopped, err: errInterrupted},
	})
	ready := plannedRun(t, plan.Policy{})
	ready.Plan = makePlan(t, "workspaces: [{ name: data, description: new }, { name: settled }]", fixtureLive, plan.Policy{})
	drift := plannedRun(t, plan.Policy{})
	drift.Mode, drift.ModeReason, drift.FailOnDrift = "drift", "started by schedule", true
	drift.Unmanaged = unmanagedDeployments(t)
	broken := plannedRun(t, plan.Policy{})
	broken.Plan = makePlan(t, "deployments: [{ name: my_deployment, workspaceId: cworkspace000000000000001, type: STANDARD }]", fixtureLive, plan.Policy{})
	simulated := &report.Run{Mode: "apply", ModeReason: "the input mode says so", Simulated: true, Plan: makePlan(t, "workspaces: [{ name: a_b }]", nil, plan.Policy{})}
	simulated.Outcomes = outcomesFor(simulated.Plan, map[string]testOutcome{"a_b": {status: apply.Created}})
	valid := &report.Run{Mode: "validate", ModeReason: "a pull request without a token", DeclaredCount: 8}
	valid.Problems = []schema.Problem{problemAt(16, "${secret:DB_PASSWORD}: the environment variable DB_PASSWORD is unset or empty", true)}
	invalid := &report.Run{Mode: "validate", ModeReason: "the input mode says so", Problems: []schema.Problem{
		problemAt(9, `executor must be one of CELERY, KUBERNETES, ASTRO, not "CELLERY"; did you mean "CELERY"?`, false),
		problemAt(12, `unknown field "regoin"; did you mean "region"?`, false), valid.Problems[0],
	}}
	for name, run := range map[string]*report.Run{
		"first.md": firstApplyRun(t), "thousand.md": thousandWorkspacesRun(t),
		"plan.md": plannedRun(t, plan.Policy{}), "ready.md": ready, "apply.md": appliedRun(t), "stopped.md": stopped, "drift.md": drift, "broken.md": broken,
		"simulated.md": simulated, "validate.md": valid, "invalid.md": invalid,
		"inputs.md": {Errors: []error{errors.New(`input wait is "perhaps": it must be true or false`)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := run.Summary()
			checkGolden(t, name, text)
			checkMarkdown(t, text)
		})
	}
}

// The runner keeps only ten annotations, but the summary lists every failure.
func TestSummaryListsAllFailures(t *testing.T) {
	t.Parallel()
	text := fortyFailures(t, "/x", "Invalid request").Summary()
	if !strings.Contains(text, "\n#### Errors (40)\n") {
		t.Errorf("no count in %q", text[:200])
	}
	for i := range 40 {
		want := fmt.Sprintf("\n- `astro.yaml:%d:13` Workspace \"w%d\": create: POST /x: 400 Bad Request: Invalid request (requestId f004d12a-29c8-40d8-b239-2b1b615ea4%02d)\n", i+2, i, i)
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
		if row := fmt.Sprintf("\n| ❌ | Workspace `w%d` | create | failed |  |\n", i); !strings.Contains(text, row) {
			t.Errorf("no %q", row)
		}
	}
}

// The table has one row per resource that differs. Unchanged resources are only counted.
func TestSummaryRows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ declared, unchanged int }{{2, 1}, {60, 0}, {60, 60}} {
		live := liveAnswers{}
		for i := range test.unchanged {
			live[fmt.Sprintf("w%d", i)] = fmt.Sprintf(`{"id": "c%d", "name": "w%d", "description": "x"}`, i, i)
		}
		r := report.Run{Mode: "plan", Plan: makePlan(t, manyWorkspaces(test.declared), live, plan.Policy{})}
		text := r.Summary()
		rows := test.declared - test.unchanged
		testkit.AssertEqual(t, "rows", rows, strings.Count(text, "\n| ")-2*min(rows, 1))
		testkit.AssertEqual(t, "counted", test.unchanged > 0, strings.Contains(text, fmt.Sprintf("%d unchanged.", test.unchanged)))
		checkMarkdown(t, text)
	}
}

// The table links only to pages of resources that exist after the run.
func TestSummaryLinks(t *testing.T) {
	t.Parallel()
	const (
		data    = "[Workspace `data`](https://cloud.astronomer.io/cworkspace000000000000001)"
		vault   = "[Deployment `vault` in `data`](https://cloud.astronomer.io/cworkspace000000000000001/deployments/cdeployment00000000000002)"
		created = "[Workspace `new_one`](https://cloud.astronomer.io/cworkspace000000000000004)"
		deleted = "[Workspace `old`]"
		hidden  = "[Workspace `hidden`]"
	)
	unknown := appliedRun(t)
	unknown.UIURL = ""
	for name, test := range map[string]struct {
		run  *report.Run
		want []string
		not  []string
	}{
		"planned":               {plannedRun(t, plan.Policy{}), []string{data, vault, deleted}, []string{created, hidden}},
		"applied":               {appliedRun(t), []string{data, vault, created}, []string{deleted, hidden}},
		"unknown address of UI": {unknown, nil, []string{"](", "https:"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := test.run.Summary()
			for _, s := range test.want {
				if !strings.Contains(text, "| "+s) {
					t.Errorf("no %s", s)
				}
			}
			for _, s := range test.not {
				if strings.Contains(text, s) {
					t.Errorf("%s in\n%s", s, text)
				}
			}
		})
	}
}

// GitHub drops a summary of more than 1 MiB. The summary of a thousand changes is much
// smaller and complete.
func TestSummarySize(t *testing.T) {
	t.Parallel()
	live := liveAnswers{}
	for i := range 1000 {
		live[fmt.Sprintf("w%d", i)] = fmt.Sprintf(`{"id": "cworkspace%015d", "name": "w%d", "description": "as it was before"}`, i, i)
	}
	r := report.Run{Mode: "plan", UIURL: "https://cloud.astronomer.io", Plan: makePlan(t, manyWorkspaces(1000), live, plan.Policy{})}
	text := r.Summary()
	for i := range 1000 {
		if name := fmt.Sprintf("Workspace `w%d`", i); !strings.Contains(text, name) {
			t.Errorf("no %s", name)
		}
	}
	if len(text) > 600<<10 {
		t.Errorf("%d KiB", len(text)>>10)
	}
}

// A comment that is too long for GitHub leaves out notices first, then parts of long values,
// then details. It never leaves out the name of a changed resource, or a removal.
func TestLongComment(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]string{
		40: "", 165: "It omits notices and parts of long values.", 300: "It omits notices and all details but removals.",
		1000: "It omits notices, links and all details but removals.", 2500: "It omits notices, links and all details but removals.",
	} {
		live := liveAnswers{}
		var manifest strings.Builder
		manifest.WriteString("deployments:\n")
		for i := range count {
			name := fmt.Sprintf("d%d", i)
			fmt.Fprintf(&manifest, "  - { name: %s, workspaceId: cworkspace000000000000001, description: %s, contactEmails: [] }\n", name, strings.Repeat("x", 300))
			live[name] = fmt.Sprintf(`{"id": "cdeployment%014d", "name": %q, "workspaceId": "cworkspace000000000000001", "type": "STANDARD", "executor": "ASTRO",
				"schedulerSize": "SMALL", "description": %q, "contactEmails": []}`, i, name, strings.Repeat("y", 300))
		}
		live["d7"] = strings.Replace(live["d7"].(string), `"contactEmails": []`, `"contactEmails": ["removed@example.com"]`, 1)
		r := report.Run{Mode: "plan", UIURL: "https://cloud.astronomer.io", Plan: makePlan(t, manifest.String(), live, plan.Policy{AllowDelete: true})}
		text, err := r.Comment(report.Marker{}, "https://github.com/acme/data/pull/7/checks")
		if err != nil || len(text) > 65536 {
			t.Fatalf("%d: %d bytes, %v", count, len(text), err)
		}
		for i := range count {
			if name := fmt.Sprintf(" `d%d`", i); !strings.Contains(text, name) {
				t.Errorf("%d: no %s", count, name)
			}
		}
		if !strings.Contains(text, "-     contactEmails: \"removed@example.com\"") {
			t.Errorf("%d: the removal is missing", count)
		}
		if !strings.Contains(text, want) || (want == "") != !strings.Contains(text, "too long") {
			t.Errorf("%d: no %q in %s", count, want, text[:600])
		}
	}
}
