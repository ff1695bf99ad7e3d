package report_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/testkit"
)

// Golden files show the texts of the log.
func TestLogTexts(t *testing.T) {
	t.Parallel()
	everything := plannedRun(t, plan.Policy{})
	everything.Errors = []error{errors.New("the log is full")}
	for name, text := range map[string]string{
		"plan.txt":             plannedRun(t, plan.Policy{}).PlanText(),
		"plan_removals.txt":    plannedRun(t, plan.Policy{AllowDelete: true}).PlanText(),
		"plan_secrets.txt":     plannedRun(t, plan.Policy{WriteSecrets: true}).PlanText(),
		"findings.txt":         everything.FindingsText(),
		"findings_applied.txt": appliedRun(t).FindingsText(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkGolden(t, name, text)
		})
	}
	for name, r := range map[string]*report.Run{
		"nothing to do": {Mode: "plan", Plan: makePlan(t, "workspaces: [{ name: settled }]", fixtureLive, plan.Policy{})},
		"no objects":    {Mode: "plan", Plan: makePlan(t, "workspaces: []", nil, plan.Policy{})},
	} {
		testkit.AssertEqual(t, name, "", r.PlanText()+r.FindingsText())
	}
}

// OutcomeLine describes the outcome of a resource in one line.
func TestOutcomeLine(t *testing.T) {
	t.Parallel()
	run := appliedRun(t)
	for name, test := range map[string]struct {
		object string
		change apply.Outcome
		want   string
	}{
		"created":         {"new_one", apply.Outcome{Status: apply.Created}, `created Workspace "new_one" (cworkspace000000000000004), 2s`},
		"updated":         {"my_deployment", apply.Outcome{Status: apply.Updated, Duration: 61400 * time.Millisecond}, `updated Deployment "my_deployment" (cdeployment00000000000001), HEALTHY, 1m1s`},
		"within a second": {"data", apply.Outcome{Status: apply.Updated, Duration: 999 * time.Millisecond}, `updated Workspace "data" (cworkspace000000000000001)`},
		"deleted":         {"old", apply.Outcome{Status: apply.Deleted}, `deleted Workspace "old" (cworkspace000000000000002)`},
		"pending":         {"sandbox", apply.Outcome{Status: apply.Created}, `created Deployment "sandbox" (cdeployment00000000000003), DEPLOYING, 1m28s`},
		"unconfirmed":     {"sandbox", apply.Outcome{Status: apply.Unconfirmed, Err: errTimeout}, `unconfirmed Deployment "sandbox" (cdeployment00000000000003), 1m28s: the timeout of 30m0s is over`},
		"skipped":         {"hidden", apply.Outcome{Status: apply.Skipped, Err: errors.New(`needs Workspace "x", which failed`)}, `skipped Workspace "hidden": needs Workspace "x", which failed`},
		"several reasons": {"hidden", apply.Outcome{Status: apply.Failed, Err: errors.Join(errors.New("update: 502"), errInterrupted)}, `failed Workspace "hidden": update: 502; interrupt signal received`},
		"refused":         {"my_deployment", apply.Outcome{Status: apply.Failed, Err: badRequest()}, `failed Deployment "my_deployment" (cdeployment00000000000001): create: POST /x: 400 Bad Request: Invalid request (requestId r-1)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := findOutcome(t, run, test.object)
			o.Status, o.Err = test.change.Status, test.change.Err
			if test.change.Duration > 0 {
				o.Duration = test.change.Duration
			}
			testkit.AssertEqual(t, "line", test.want, report.OutcomeLine(o))
		})
	}
}

func findOutcome(t testing.TB, r *report.Run, name string) apply.Outcome {
	t.Helper()
	for _, o := range r.Outcomes {
		if o.Change.Resource.Name() == name {
			return o
		}
	}
	t.Fatalf("no outcome of %s", name)
	return apply.Outcome{}
}

// The log has no limit, so it lists every finding.
func TestFindingsTextListsAll(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSuffix(fortyFailures(t, "/x", "Invalid request").FindingsText(), "\n"), "\n")
	testkit.AssertEqual(t, "lines", 40, len(lines))
	for i, l := range lines {
		want := fmt.Sprintf(`astro.yaml:%d:13: error: Workspace "w%d": create: POST /x: 400 Bad Request: Invalid request (requestId `, i+2, i)
		if !strings.HasPrefix(l, want) {
			t.Errorf("%q should start with %q", l, want)
		}
	}
}
