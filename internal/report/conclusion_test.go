package report_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/github"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// What is told of each outcome, and that the step fails with an error and not
// otherwise.
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
		apply.Failed:          {errors.New("create: the id is not known"), `workspace "w0"`, `workspace "w0": create: the id is not known`},
		apply.Unconfirmed:     {errTimeout, `workspace "w0": not confirmed`, `workspace "w0": the timeout of 30m0s is over`},
		apply.Skipped:         {errors.New(`needs workspace "x", which failed`), `workspace "w0": skipped`, `workspace "w0" was skipped: needs workspace "x", which failed`},
		apply.Stopped:         {errInterrupted, `workspace "w0": stopped`, `workspace "w0" was stopped: interrupt signal received`},
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
			assertEqual(t, "findings", want, got)
			assertEqual(t, "failed", want != nil, r.HasFailed())
			assertEqual(t, "status is fine", want == nil, status.IsOK())
		})
	}
}

// The runner adds nothing by itself, so a run that fails says why, and one
// that doesn't shows no error.
func TestFailedRunHasAnError(t *testing.T) {
	t.Parallel()
	live := liveAnswers{"w0": `{"id": "c1", "name": "w0", "description": "y"}`}
	p := func(text string, live liveAnswers) *plan.Plan { return makePlan(t, text, live, plan.Policy{}) }
	const incomplete = "deployments: [{ name: new, workspaceId: cworkspace000000000000001 }]"
	reported := p(manyWorkspaces(1), liveAnswers{"w0": resource.ErrReported})
	reported.Problems = []schema.Problem{problemAt(1, "two of them", false)}
	blocked := p(manyWorkspaces(2), nil)
	blocked.Changes[1].Action, blocked.Changes[1].Err = plan.Errored, &resource.BlockedError{Dependency: blocked.Changes[0].Resource}
	stopped := func(p *plan.Plan) []apply.Outcome {
		return outcomesFor(p, map[string]testOutcome{"w0": {status: apply.Stopped, err: errInterrupted}, "w1": {status: apply.Stopped, err: errInterrupted}})
	}
	for name, test := range map[string]struct {
		run  report.Run
		errs int
	}{
		"inputs":             {report.Run{Errors: []error{errors.New("no token")}}, 1},
		"manifest":           {report.Run{Mode: "validate", Problems: []schema.Problem{problemAt(1, "a", false), problemAt(2, "b", false)}}, 2},
		"remark":             {report.Run{Mode: "validate", Problems: []schema.Problem{problemAt(1, "a", true)}}, 0},
		"valid":              {report.Run{Mode: "validate"}, 0},
		"incomplete":         {report.Run{Mode: "plan", Plan: p(incomplete, nil)}, 1},
		"reported once":      {report.Run{Mode: "plan", Plan: reported}, 1},
		"unreadable":         {report.Run{Mode: "plan", Plan: p(manyWorkspaces(1), liveAnswers{"w0": errors.New("403")})}, 1},
		"blocked":            {report.Run{Mode: "plan", Plan: blocked}, 1},
		"planned":            {report.Run{Mode: "plan", Plan: p(manyWorkspaces(1), live)}, 0},
		"drift":              {report.Run{Mode: "drift", Plan: p(manyWorkspaces(1), live), FailOnDrift: true}, 1},
		"drift is fine":      {report.Run{Mode: "drift", Plan: p(manyWorkspaces(1), live)}, 0},
		"drift, unreadable":  {report.Run{Mode: "drift", Plan: p(manyWorkspaces(1), liveAnswers{"w0": errors.New("403")}), FailOnDrift: true}, 1},
		"drift, incomplete":  {report.Run{Mode: "drift", Plan: p(incomplete, nil), FailOnDrift: true}, 1},
		"drift in mode plan": {report.Run{Mode: "plan", Plan: p(manyWorkspaces(1), live), FailOnDrift: true}, 0},
		"stopped, planning":  {report.Run{Mode: "apply", StopErr: errInterrupted}, 1},
		"stopped, planned":   {report.Run{Mode: "plan", Plan: p(manyWorkspaces(1), live), StopErr: errInterrupted}, 1},
		"stopped, applying":  {report.Run{Mode: "apply", Plan: blocked, Outcomes: stopped(blocked), StopErr: errInterrupted}, 3},
		"stopped at the end": {report.Run{Mode: "apply", Plan: p("workspaces: []", nil), Outcomes: []apply.Outcome{}, StopErr: errTimeout}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := test.errs > 0
			assertEqual(t, "failed", failed, test.run.HasFailed())
			errs := 0
			for _, a := range test.run.Annotations() {
				if a.Level == github.Error {
					errs++
				}
				if a.Title == "" || a.Message == "" {
					t.Errorf("says nothing: %+v", a)
				}
			}
			assertEqual(t, "errors", test.errs, errs)
			assertEqual(t, "errors in the log", test.errs, strings.Count(test.run.FindingsText(), "error: "))
			text := test.run.Summary()
			if strings.HasPrefix(text, "## ❌ ") != failed || strings.Contains(text, fmt.Sprintf("### Errors (%d)\n", errs)) != failed {
				t.Errorf("the summary says %q", text)
			}
		})
	}
}

// Astro never returns secrets: which ones were left as they are is said, and
// no value is.
func TestUnverifiedSecrets(t *testing.T) {
	t.Parallel()
	const some = `deployments:
  - name: one
    workspaceId: cworkspace000000000000001
    environmentVariables:
`
	const variable = "      - { key: %s, value: correct-horse-battery, isSecret: true }\n"
	live := liveAnswers{"one": `{"id": "c1", "name": "one", "workspaceId": "cworkspace000000000000001", "type": "STANDARD",
		"environmentVariables": [{"key": "A", "value": "", "isSecret": true}, {"key": "B", "value": "", "isSecret": true}]}`}
	const always = "deployment \"one\": kept, not verified, because Astro doesn't return such values: %s; write-secrets: true writes them"
	for name, test := range map[string]struct {
		keys   []string
		policy plan.Policy
		want   []string
	}{
		"one":         {[]string{"A"}, plan.Policy{}, []string{fmt.Sprintf(always, "environmentVariables[A].value")}},
		"two":         {[]string{"A", "B"}, plan.Policy{}, []string{fmt.Sprintf(always, "environmentVariables[A].value, environmentVariables[B].value")}},
		"written":     {[]string{"A"}, plan.Policy{WriteSecrets: true}, nil},
		"one is new":  {[]string{"A", "C"}, plan.Policy{}, nil},
		"not secrets": {nil, plan.Policy{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := some
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
					assertEqual(t, "place", manifestPos(2, 11), f.Pos)
					got = append(got, f.Message)
				}
			}
			assertEqual(t, "notices", test.want, got)
		})
	}
}
