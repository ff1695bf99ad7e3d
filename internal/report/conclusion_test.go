package report_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/current"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// Each outcome has its findings, and the step fails if and only if one is an error.
func TestOutcomeFindings(t *testing.T) {
	t.Parallel()
	for status, test := range map[apply.Status]struct {
		err   error
		title string
		want  string
	}{
		apply.Created:         {},
		apply.Updated:         {},
		apply.Deleted:         {},
		apply.Unchanged:       {},
		apply.DeletePrevented: {},
		apply.Failed:          {errors.New("create: the id is not known"), `Workspace "w0"`, `Workspace "w0": create: the id is not known`},
		apply.Unconfirmed:     {errTimeout, `Workspace "w0": not confirmed`, `Workspace "w0": the timeout of 30m0s is over`},
		apply.Skipped:         {errors.New(`needs Workspace "x", which failed`), `Workspace "w0": skipped`, `Workspace "w0": skipped: needs Workspace "x", which failed`},
		apply.Stopped:         {errInterrupted, `Workspace "w0": stopped`, `Workspace "w0": stopped: interrupt signal received`},
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			p := makePlan(t, manyWorkspaces(1), nil, plan.Policy{})
			r := report.Run{Mode: "apply", Plan: p, Outcomes: outcomesFor(p, map[string]testOutcome{"w0": {status: status, err: test.err}})}
			var want []string
			if test.title != "" {
				want = []string{"error astro.yaml:2:13 [" + test.title + "]", test.want}
			}
			var got []string
			for _, f := range r.Findings() {
				got = append(got, findingHeaders([]report.Finding{f})[0], f.Message)
			}
			testkit.AssertEqual(t, "findings", want, got)
			testkit.AssertEqual(t, "failed", want != nil, r.HasFailed())
			testkit.AssertEqual(t, "status is fine", want == nil, status.IsOK())
		})
	}
}

// The runner doesn't add an error on its own. So a failed run shows an error with the
// reason, and a successful one shows none.
func TestFailedRunHasAnError(t *testing.T) {
	t.Parallel()
	live := liveAnswers{"w0": `{"id": "c1", "name": "w0", "description": "y"}`}
	p := func(text string, live liveAnswers) *plan.Plan { return makePlan(t, text, live, plan.Policy{}) }
	const missingFields = "deployments: [{ name: new, workspaceId: cworkspace000000000000001 }]"
	reported := p(manyWorkspaces(1), liveAnswers{"w0": current.ErrReported})
	reported.Problems = []schema.Problem{problemAt(1, "two of them", false)}
	blocked := p(manyWorkspaces(2), nil)
	blocked.Changes[1].Action, blocked.Changes[1].Err = plan.Errored, &current.BlockedError{Dependency: blocked.Changes[0].Resource}
	stopped := func(p *plan.Plan) []apply.Outcome {
		return outcomesFor(p, map[string]testOutcome{"w0": {status: apply.Stopped, err: errInterrupted}, "w1": {status: apply.Stopped, err: errInterrupted}})
	}
	for name, test := range map[string]struct {
		run  report.Run
		errs int
	}{
		"inputs":             {report.Run{Errors: []error{errors.New("no token")}}, 1},
		"manifest":           {report.Run{Mode: "validate", Problems: []schema.Problem{problemAt(1, "a", false), problemAt(2, "b", false)}}, 2},
		"warning":            {report.Run{Mode: "validate", Problems: []schema.Problem{problemAt(1, "a", true)}}, 0},
		"valid":              {report.Run{Mode: "validate"}, 0},
		"missing fields":     {report.Run{Mode: "plan", Plan: p(missingFields, nil)}, 1},
		"reported once":      {report.Run{Mode: "plan", Plan: reported}, 1},
		"unreadable":         {report.Run{Mode: "plan", Plan: p(manyWorkspaces(1), liveAnswers{"w0": errors.New("403")})}, 1},
		"blocked":            {report.Run{Mode: "plan", Plan: blocked}, 1},
		"planned":            {report.Run{Mode: "plan", Plan: p(manyWorkspaces(1), live)}, 0},
		"drift":              {report.Run{Mode: "drift", Plan: p(manyWorkspaces(1), live), FailOnDrift: true}, 1},
		"drift, allowed":     {report.Run{Mode: "drift", Plan: p(manyWorkspaces(1), live)}, 0},
		"drift, unreadable":  {report.Run{Mode: "drift", Plan: p(manyWorkspaces(1), liveAnswers{"w0": errors.New("403")}), FailOnDrift: true}, 1},
		"drift, missing":     {report.Run{Mode: "drift", Plan: p(missingFields, nil), FailOnDrift: true}, 1},
		"drift in mode plan": {report.Run{Mode: "plan", Plan: p(manyWorkspaces(1), live), FailOnDrift: true}, 0},
		"stopped, planning":  {report.Run{Mode: "apply", StopErr: errInterrupted}, 1},
		"stopped, planned":   {report.Run{Mode: "plan", Plan: p(manyWorkspaces(1), live), StopErr: errInterrupted}, 1},
		"stopped, applying":  {report.Run{Mode: "apply", Plan: blocked, Outcomes: stopped(blocked), StopErr: errInterrupted}, 3},
		"stopped at the end": {report.Run{Mode: "apply", Plan: p("workspaces: []", nil), Outcomes: []apply.Outcome{}, StopErr: errTimeout}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := test.errs > 0
			testkit.AssertEqual(t, "failed", failed, test.run.HasFailed())
			errs := 0
			for _, a := range test.run.Annotations() {
				if a.Level == github.Error {
					errs++
				}
				if a.Title == "" || a.Message == "" {
					t.Errorf("an annotation has no title or no message: %+v", a)
				}
			}
			testkit.AssertEqual(t, "errors", test.errs, errs)
			testkit.AssertEqual(t, "errors in the log", test.errs, strings.Count(test.run.FindingsText(), "error: "))
			text := test.run.Summary()
			if strings.HasPrefix(text, "### ❌ ") != failed || strings.Contains(text, fmt.Sprintf("### Errors (%d)\n", errs)) != failed {
				t.Errorf("the icon or the number of errors is wrong in the summary %q", text)
			}
		})
	}
}

// Astro never returns secrets. A notice lists the ones that the run kept without
// comparing them, but not their values.
func TestUnverifiedSecrets(t *testing.T) {
	t.Parallel()
	const deployment = `deployments:
  - name: one
    workspaceId: cworkspace000000000000001
    environmentVariables:
`
	const variable = "      - { key: %s, value: correct-horse-battery, isSecret: true }\n"
	live := liveAnswers{"one": `{"id": "c1", "name": "one", "workspaceId": "cworkspace000000000000001", "type": "STANDARD",
		"environmentVariables": [{"key": "A", "value": "", "isSecret": true}, {"key": "B", "value": "", "isSecret": true}]}`}
	for name, test := range map[string]struct {
		keys   []string
		policy plan.Policy
		want   []string
	}{
		"one":         {[]string{"A"}, plan.Policy{}, []string{"1 secret is not verified, because Astro never returns secrets; set write-secrets: true to write them"}},
		"two":         {[]string{"A", "B"}, plan.Policy{}, []string{"2 secrets are not verified, because Astro never returns secrets; set write-secrets: true to write them"}},
		"written":     {[]string{"A"}, plan.Policy{WriteSecrets: true}, nil},
		"one is new":  {[]string{"A", "C"}, plan.Policy{}, nil},
		"not secrets": {nil, plan.Policy{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := deployment
			for _, k := range test.keys {
				text += fmt.Sprintf(variable, k)
			}
			if test.keys == nil {
				text = strings.TrimSuffix(text, "    environmentVariables:\n")
			}
			r := report.Run{Mode: "plan", Plan: makePlan(t, text, live, test.policy)}
			var got []string
			for _, f := range r.Findings() {
				if f.Level == github.Notice {
					got = append(got, f.Message)
				}
			}
			testkit.AssertEqual(t, "notices", test.want, got)
		})
	}
}
