package report_test

import (
	"errors"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/current"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// ResultLine describes every way in which a run can end, and HasFailed decides whether
// the step fails.
func TestResultLine(t *testing.T) {
	t.Parallel()
	const (
		three = "workspaces: [{ name: new }, { name: changed, description: x }, { name: same }]"
		gone  = "workspaces: [{ name: gone, state: absent }]"
		loose = "deployments: [{ name: one, workspaceId: cworkspace000000000000001, contactEmails: [] }]"
	)
	live := liveAnswers{
		"changed": `{"id": "c1", "name": "changed"}`, "same": `{"id": "c2", "name": "same"}`, "gone": `{"id": "c3", "name": "gone"}`,
		"one": `{"id": "c4", "name": "one", "workspaceId": "cworkspace000000000000001", "type": "STANDARD", "contactEmails": ["a@example.com"]}`,
	}
	some := makePlan(t, three, live, plan.Policy{})
	nothing := makePlan(t, "workspaces: [{ name: same }]", live, plan.Policy{})
	unreadable := makePlan(t, "workspaces: [{ name: same }, { name: x }]", liveAnswers{"same": live["same"], "x": errors.New("403")}, plan.Policy{})
	broken := makePlan(t, "deployments: [{ name: new, workspaceId: cworkspace000000000000001 }]", nil, plan.Policy{})
	twice := makePlan(t, "workspaces: [{ name: x }]", liveAnswers{"x": current.ErrReported}, plan.Policy{})
	twice.Problems = []schema.Problem{problemAt(1, "two of them", false)}
	done := outcomesFor(some, map[string]testOutcome{"new": {status: apply.Created}, "changed": {status: apply.Updated}, "same": {status: apply.Unchanged}})
	half := outcomesFor(some, map[string]testOutcome{"new": {status: apply.Created}, "changed": {status: apply.Stopped, err: errInterrupted}, "same": {status: apply.Unchanged}})
	bad := outcomesFor(some, map[string]testOutcome{"new": {status: apply.Failed, err: badRequest()}, "changed": {apply.Unconfirmed, apply.Updated, errInterrupted}, "same": {status: apply.Unchanged}})
	found := outcomesFor(some, map[string]testOutcome{"new": {apply.Failed, apply.Created, badRequest()}, "changed": {status: apply.Updated}, "same": {status: apply.Unchanged}})
	slow := outcomesFor(some, map[string]testOutcome{"new": {status: apply.Created}, "changed": {apply.Unconfirmed, apply.Updated, errInterrupted}, "same": {status: apply.Unchanged}})
	errs := []error{errors.New("no token")}
	tests := map[string]struct {
		run    report.Run
		want   string
		failed bool
		drift  bool
	}{
		"bad inputs":           {report.Run{Errors: errs}, "Stopped: 1 error. This run compared nothing with Astro and changed nothing.", true, false},
		"bad inputs, manifest": {report.Run{Errors: errs, Problems: []schema.Problem{problemAt(1, "a", false), problemAt(2, "b", true)}}, "Stopped: 2 errors. This run compared nothing with Astro and changed nothing.", true, false},
		"bad manifest":         {report.Run{Mode: "validate", Problems: []schema.Problem{problemAt(1, "a", false)}}, "The manifest has 1 error.", true, false},
		"bad manifest, plan":   {report.Run{Mode: "plan", Problems: []schema.Problem{problemAt(1, "a", false)}}, "Stopped: 1 error. This run compared nothing with Astro and changed nothing.", true, false},
		"valid":                {report.Run{Mode: "validate", DeclaredCount: 1}, "The manifest is valid: 1 resource. This run compared nothing with Astro.", false, false},
		"valid with a remark":  {report.Run{Mode: "validate", DeclaredCount: 2, Problems: []schema.Problem{problemAt(1, "a", true)}}, "The manifest is valid: 2 resources. This run compared nothing with Astro.", false, false},
		"plan":                 {report.Run{Mode: "plan", Plan: some}, "Plan: 1 to update, 1 to create, 1 unchanged.", false, true},
		"plan of nothing":      {report.Run{Mode: "plan", Plan: nothing}, "Plan: no changes. 1 unchanged.", false, false},
		"plan, unreadable":     {report.Run{Mode: "plan", Plan: unreadable}, "Plan: 1 unchanged, 1 failed.", true, false},
		"plan of a deletion":   {report.Run{Mode: "plan", Plan: makePlan(t, gone, live, plan.Policy{AllowDelete: true})}, "Plan: 1 to delete.", false, true},
		"plan of what is kept": {report.Run{Mode: "plan", Plan: makePlan(t, gone, live, plan.Policy{})}, "Plan: no changes. 1 kept.", false, true},
		"broken plan":          {report.Run{Mode: "apply", Plan: broken}, "No changes made: the comparison with Astro found 1 error in the manifest.", true, true},
		"ambiguous plan":       {report.Run{Mode: "drift", Plan: twice, FailOnDrift: true}, "No changes made: the comparison with Astro found 1 error in the manifest.", true, false},
		"no objects":           {report.Run{Mode: "plan", Plan: makePlan(t, "workspaces: []", nil, plan.Policy{})}, "Plan: no changes. The manifest declares no resources.", false, false},
		"drift":                {report.Run{Mode: "drift", Plan: some, FailOnDrift: true}, "Drift: 1 to update, 1 to create, 1 unchanged.", true, true},
		"tolerated drift":      {report.Run{Mode: "drift", Plan: some}, "Drift: 1 to update, 1 to create, 1 unchanged.", false, true},
		"no drift":             {report.Run{Mode: "drift", Plan: nothing, FailOnDrift: true}, "No drift: 1 unchanged.", false, false},
		"drift of a removal":   {report.Run{Mode: "drift", Plan: makePlan(t, gone, live, plan.Policy{}), FailOnDrift: true}, "Drift: 1 kept.", true, true},
		"drift of elements":    {report.Run{Mode: "drift", Plan: makePlan(t, loose, live, plan.Policy{}), FailOnDrift: true}, "Drift: 1 unchanged. 1 resource has undeclared items.", true, true},
		"unreadable drift":     {report.Run{Mode: "drift", Plan: unreadable}, "No drift found, but not everything could be compared: 1 unchanged, 1 failed.", true, false},
		"applied":              {report.Run{Mode: "apply", Plan: some, Outcomes: done}, "Applied: 1 updated, 1 created, 1 unchanged.", false, true},
		"nothing to apply":     {report.Run{Mode: "apply", Plan: nothing, Outcomes: outcomesFor(nothing, map[string]testOutcome{"same": {status: apply.Unchanged}})}, "No changes: 1 unchanged.", false, false},
		"applied in part":      {report.Run{Mode: "apply", Plan: some, Outcomes: bad}, "1 of 3 resources not applied. 1 updated, 1 unchanged, 1 failed, 1 not confirmed.", true, true},
		"applied, not ready":   {report.Run{Mode: "apply", Plan: some, Outcomes: slow}, "Accepted, but not everything is confirmed: 1 updated, 1 created, 1 unchanged, 1 not confirmed.", true, true},
		"made, then refused":   {report.Run{Mode: "apply", Plan: some, Outcomes: found}, "1 of 3 resources not applied. 1 updated, 1 created, 1 unchanged, 1 failed.", true, true},
		"stopped":              {report.Run{Mode: "apply", Plan: some, Outcomes: half, StopErr: errInterrupted}, "Stopped early (interrupt signal received): 2 of 3 done, safe to run again. 1 created, 1 unchanged, 1 stopped.", true, true},
		"stopped before":       {report.Run{Mode: "apply", StopErr: errInterrupted}, "Stopped early (interrupt signal received); no changes made.", true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.AssertEqual(t, "sentence", test.want, test.run.ResultLine())
			testkit.AssertEqual(t, "failed", test.failed, test.run.HasFailed())
			testkit.AssertEqual(t, "drift", test.drift, test.run.HasDrift())
			errs := 0
			for _, a := range test.run.Annotations() {
				if a.Level == "error" {
					errs++
				}
			}
			if (errs > 0) != test.failed {
				t.Errorf("failed: %t, with %d error annotations", test.failed, errs)
			}
		})
	}
}
