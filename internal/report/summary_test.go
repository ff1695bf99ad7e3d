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
)

var update = flag.Bool("update", false, "rewrite the expected texts in testdata")

// golden compares a text with the file of that name in testdata.
func golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	same(t, path, string(want), got)
}

// Summaries as people see them.
func TestSummary(t *testing.T) {
	t.Parallel()
	stopped := applying(t)
	stopped.Stopped = errStop
	stopped.Outcomes = applied(stopped.Plan, map[string]outcome{
		"data": {status: apply.Updated}, "new_one": {status: apply.Created}, "settled": {status: apply.Unchanged},
		"hidden":        {status: apply.Failed, err: landscape["hidden"].(error)},
		"my_deployment": {status: apply.Unconfirmed, wrote: apply.Updated, err: fmt.Errorf("accepted, not confirmed: last seen DEPLOYING (%w)", errStop)},
		"vault":         {status: apply.Stopped, err: errStop}, "sandbox": {status: apply.Stopped, err: errStop}, "old": {status: apply.Stopped, err: errStop},
	})
	ready := planning(t, plan.Policy{})
	ready.Plan = planned(t, "workspaces: [{ name: data, description: new }, { name: settled }]", landscape, plan.Policy{})
	drift := planning(t, plan.Policy{})
	drift.Mode, drift.Why, drift.FailDrift = "drift", "started by schedule", true
	drift.Unmanaged = unmanaged(t)
	broken := planning(t, plan.Policy{})
	broken.Plan = planned(t, "deployments: [{ name: my_deployment, workspaceId: cworkspace000000000000001, type: STANDARD }]", landscape, plan.Policy{})
	simulated := &report.Run{Mode: "apply", Why: "the input mode says so", Simulated: true, Plan: planned(t, "workspaces: [{ name: a_b }]", nil, plan.Policy{})}
	simulated.Outcomes = applied(simulated.Plan, map[string]outcome{"a_b": {status: apply.Created}})
	valid := &report.Run{Mode: "validate", Why: "a pull request without a token", Declared: 8}
	valid.Problems = []schema.Problem{wrong(16, "${secret:DB_PASSWORD}: the environment variable DB_PASSWORD is unset or empty", true)}
	invalid := &report.Run{Mode: "validate", Why: "the input mode says so", Problems: []schema.Problem{
		wrong(9, `executor is "CELLERY", must be one of CELERY, KUBERNETES, ASTRO, did you mean "CELERY"?`, false),
		wrong(12, `unknown field "regoin", did you mean "region"?`, false), valid.Problems[0],
	}}
	for name, run := range map[string]*report.Run{
		"first.md": first(t), "thousand.md": thousand(t),
		"plan.md": planning(t, plan.Policy{}), "ready.md": ready, "apply.md": applying(t), "stopped.md": stopped, "drift.md": drift, "broken.md": broken,
		"simulated.md": simulated, "validate.md": valid, "invalid.md": invalid,
		"inputs.md": {Errors: []error{errors.New(`input wait is "perhaps": it must be true or false`)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := run.Summary()
			golden(t, name, text)
			sound(t, text)
		})
	}
}

// There is room for ten annotations; the summary has every failure.
func TestSummaryListsAllFailures(t *testing.T) {
	t.Parallel()
	text := forty(t, "/x", "Invalid request").Summary()
	if !strings.Contains(text, "\n### Errors (40)\n") {
		t.Errorf("no count in %q", text[:200])
	}
	for i := range 40 {
		want := fmt.Sprintf("\n- astro.yaml:%d:13: workspace \"w%d\": create: POST /x: 400 Bad Request: Invalid request (requestId f004d12a-29c8-40d8-b239-2b1b615ea4%02d)\n", i+2, i, i)
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
		if row := fmt.Sprintf("\n| ❌ | workspace \"w%d\" | create | failed |  |\n", i); !strings.Contains(text, row) {
			t.Errorf("no %q", row)
		}
	}
}

// A table of hundreds of objects shows those that something is about.
func TestSummaryRows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		declared, same int
		rows           int
		said           string
	}{
		"50":                    {50, 49, 50, ""},
		"51":                    {51, 49, 2, "\n\n49 unchanged objects not listed.\n\n"},
		"one of them unchanged": {51, 1, 50, "\n\n1 unchanged object not listed.\n\n"},
		"all of them changed":   {60, 0, 60, ""},
		"all of them unchanged": {60, 60, 0, "\n\n60 unchanged objects not listed.\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live := world{}
			for i := range test.same {
				live[fmt.Sprintf("w%d", i)] = fmt.Sprintf(`{"id": "c%d", "name": "w%d", "description": "x"}`, i, i)
			}
			r := report.Run{Mode: "plan", Plan: planned(t, many(test.declared), live, plan.Policy{})}
			text := r.Summary()
			same(t, "rows", test.rows, strings.Count(text, "\n| ")-2*min(test.rows, 1))
			same(t, "headings", min(test.rows, 1), strings.Count(text, "\n| --- |"))
			if !strings.Contains(text, test.said) || (test.said == "") != !strings.Contains(text, "not listed") {
				t.Errorf("should say %q:\n%s", test.said, text)
			}
			sound(t, text)
		})
	}
}

// Links lead to pages that are there.
func TestSummaryLinks(t *testing.T) {
	t.Parallel()
	const (
		data   = "[workspace \"data\"](https://cloud.astronomer.io/cworkspace000000000000001)"
		vault  = "[deployment \"vault\"](https://cloud.astronomer.io/cworkspace000000000000001/deployments/cdeployment00000000000002)"
		made   = "[workspace \"new\\_one\"](https://cloud.astronomer.io/cworkspace000000000000004)"
		gone   = "[workspace \"old\"]"
		hidden = "[workspace \"hidden\"]"
	)
	unknown := applying(t)
	unknown.Interface = ""
	for name, test := range map[string]struct {
		run  *report.Run
		want []string
		not  []string
	}{
		"planned":                  {planning(t, plan.Policy{}), []string{data, vault, gone}, []string{made, hidden}},
		"applied":                  {applying(t), []string{data, vault, made}, []string{gone, hidden}},
		"where the UI isn't known": {unknown, nil, []string{"](", "https:"}},
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

// GitHub drops a summary of more than 1 MiB as a whole; a thousand changes are
// far from that, so that nothing has to be cut.
func TestSummarySize(t *testing.T) {
	t.Parallel()
	live := world{}
	for i := range 1000 {
		live[fmt.Sprintf("w%d", i)] = fmt.Sprintf(`{"id": "cworkspace%015d", "name": "w%d", "description": "as it was before"}`, i, i)
	}
	r := report.Run{Mode: "plan", Interface: "https://cloud.astronomer.io", Plan: planned(t, many(1000), live, plan.Policy{})}
	text := r.Summary()
	same(t, "objects", 1000, strings.Count(text, "<details>"))
	if len(text) > 600<<10 {
		t.Errorf("%d KiB", len(text)>>10)
	}
}
