package report_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// findingHeaders returns the level, position and title of each finding.
func findingHeaders(findings []report.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s [%s]", f.Level, f.Pos, f.Title)))
	}
	return out
}

// firstLines returns the position and the first line of each finding.
func firstLines(findings []report.Finding) []string {
	var out []string
	for _, f := range findings {
		first, _, _ := strings.Cut(f.Message, "\n")
		out = append(out, f.Pos.String()+" "+first)
	}
	return out
}

func TestFindingOrder(t *testing.T) {
	t.Parallel()
	everything := plannedRun(t, plan.Policy{})
	everything.Errors = []error{errors.New("the log is full")}
	everything.Problems = []schema.Problem{problemAt(90, "a warning", true), problemAt(91, "an error", false)}
	everything.Plan.Problems = []schema.Problem{problemAt(92, "only the comparison with Astro shows it", false)}
	everything.Outcomes = outcomesFor(everything.Plan, map[string]testOutcome{
		"data": {status: apply.Stopped, err: errInterrupted}, "new_one": {status: apply.Skipped, err: errInterrupted}, "hidden": {status: apply.Failed, err: fixtureLive["hidden"].(error)},
		"settled": {status: apply.Unchanged}, "my_deployment": {status: apply.Unconfirmed, err: errInterrupted}, "vault": {status: apply.Unchanged},
		"old": {status: apply.DeletePrevented}, "sandbox": {status: apply.Failed, err: badRequest()},
	})
	everything.StopErr = errInterrupted
	findChange(t, everything.Plan, "sandbox").Notes = []schema.Problem{{Pos: manifestPos(26, 11), Message: "has a later position, but is more useful than a notice about kept secrets"}}

	waiting := plannedRun(t, plan.Policy{})
	findChange(t, waiting.Plan, "data").Err = &current.BlockedError{Dependency: findChange(t, waiting.Plan, "hidden").Resource}
	for name, test := range map[string]struct {
		run  *report.Run
		want []string
	}{
		"everything": {everything, []string{
			"error  [astro-apply]",
			"error astro.yaml:91:3 [manifest]",
			"error astro.yaml:92:3 [manifest]",
			`error astro.yaml:5:13 [Workspace "hidden": 403]`,
			`error astro.yaml:8:11 [Deployment "my_deployment": not confirmed]`,
			`error astro.yaml:26:11 [Deployment "sandbox": 400]`,
			"error  [astro-apply stopped early]",
			`error astro.yaml:2:13 [Workspace "data": stopped]`,
			`error astro.yaml:3:13 [Workspace "new_one": skipped]`,
			"warning astro.yaml:90:3 [manifest]",
			`warning astro.yaml:4:13 [Workspace "old"]`,
			`warning astro.yaml:15:7 [Deployment "my_deployment"]`,
			`warning astro.yaml:23:20 [Deployment "vault"]`,
			`notice astro.yaml:26:11 [Deployment "sandbox"]`,
			"notice  [astro-apply]",
		}},
		"a blocked resource comes last": {waiting, []string{
			`error astro.yaml:5:13 [Workspace "hidden": 403]`,
			`error astro.yaml:2:13 [Workspace "data"]`,
			`warning astro.yaml:4:13 [Workspace "old"]`,
			`warning astro.yaml:15:7 [Deployment "my_deployment"]`,
			`warning astro.yaml:23:20 [Deployment "vault"]`,
			"notice  [astro-apply]",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.AssertEqual(t, "findings", test.want, findingHeaders(test.run.Findings()))
			testkit.AssertEqual(t, "second call", findingHeaders(test.run.Findings()), findingHeaders(test.run.Findings()))
		})
	}
}

// An error about a field has the position of the field's value in the manifest.
func TestFieldErrors(t *testing.T) {
	t.Parallel()
	const resourceError = "astro.yaml:8:11 Deployment \"my_deployment\": create: POST /x: 400 Bad Request: Invalid request"
	type fields = [][3]string // field, code, message
	for name, test := range map[string]struct {
		fields fields
		want   []string
	}{
		"one": {
			fields{{"workerQueues[1].maxWorkerCount", "max", "must be at most 10"}},
			[]string{`astro.yaml:20:80 Deployment "my_deployment": workerQueues[1].maxWorkerCount: must be at most 10`},
		},
		"several": {
			fields{{"workerQueues[0].workerConcurrency", "max", "too many"}, {"description", "ban", "no"}, {"environmentVariables[1].value", "len", "short"}},
			[]string{
				`astro.yaml:19:102 Deployment "my_deployment": workerQueues[0].workerConcurrency: too many`,
				`astro.yaml:10:18 Deployment "my_deployment": description: no`,
				`astro.yaml:16:36 Deployment "my_deployment": environmentVariables[1].value: short`,
			},
		},
		"in the capitals of Go field names": {
			fields{{"WorkerQueues[1].MaxWorkerCount", "max", ""}},
			[]string{`astro.yaml:20:80 Deployment "my_deployment": WorkerQueues[1].MaxWorkerCount: max`},
		},
		"undeclared field of a declared queue": {
			fields{{"workerQueues[1].podCpu", "max", "no"}},
			[]string{`astro.yaml:20:9 Deployment "my_deployment": workerQueues[1].podCpu: no`},
		},
		"current value, not declared": {fields{{"clusterId", "gone", "no"}}, []string{resourceError + ": clusterId: no (requestId r-1)"}},
		"not a field of the body":     {fields{{"cluster.nodePools", "max", "no"}}, []string{resourceError + ": cluster.nodePools: no (requestId r-1)"}},
		"no field":                    {nil, []string{resourceError + " (requestId r-1)"}},
		"one of two": {
			fields{{"nonsense", "a", "b"}, {"schedulerSize", "max", "too big"}},
			[]string{`astro.yaml:12:20 Deployment "my_deployment": schedulerSize: too big`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := makePlan(t, fixtureManifest, fixtureLive, plan.Policy{})
			p.Changes = []*plan.Change{findChange(t, p, "my_deployment")}
			p.Changes[0].Notes = nil
			var wrong []astro.FieldError
			for _, f := range test.fields {
				wrong = append(wrong, astro.FieldError{Field: f[0], Code: f[1], Message: f[2]})
			}
			r := report.Run{Mode: "apply", Plan: p, Outcomes: outcomesFor(p, map[string]testOutcome{"my_deployment": {status: apply.Failed, err: badRequest(wrong...)}})}
			got := r.Findings()
			testkit.AssertEqual(t, "findings", test.want, firstLines(got))
			for _, f := range got {
				for _, field := range test.fields {
					if !strings.Contains(f.Message, field[0]) || !strings.Contains(f.Message, "(requestId r-1)") {
						t.Errorf("%s is missing in %q", field[0], f.Message)
					}
				}
			}
		})
	}
}

func TestRemedies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err   astro.Error
		title string
		want  string
	}{
		"bad request":     {astro.Error{StatusCode: 400}, "400", ""},
		"unauthorized":    {astro.Error{StatusCode: 401}, "401", "\nAstro doesn't accept the token in ASTRO_API_TOKEN, which may be revoked, rotated or expired; set a valid token."},
		"forbidden":       {astro.Error{StatusCode: 403}, "403", "\nThe token's role doesn't allow this, or the Organization's Astro subscription doesn't include it; use a token with a role that allows it."},
		"not found":       {astro.Error{StatusCode: 404}, "404", "\nNot found, or not visible to this token; check the id, organization-id and api-url."},
		"of no use":       {astro.Error{StatusCode: 200, Err: errors.New("the body is empty")}, "no usable response from Astro", "\nThe response is probably not from the Astro API; check api-url and your proxy."},
		"too many":        {astro.Error{StatusCode: 429}, "429", "\nToo many requests with this token at the same time; use a separate token for each workflow."},
		"Astro is broken": {astro.Error{StatusCode: 500}, "500", "\nThis is on Astro's side; run again. If the error persists, send the requestId to Astronomer support."},
		"Astro is down":   {astro.Error{StatusCode: 503}, "503", "\nThis is on Astro's side; run again. If the error persists, send the requestId to Astronomer support."},
		"no answer":       {astro.Error{Err: errors.New("EOF")}, "no response from Astro", "\nAstro didn't respond; check the network, your proxy and api-url."},
		"interrupted":     {astro.Error{Err: fmt.Errorf("%w, after: EOF", context.Canceled)}, "no response from Astro", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.err.Method, test.err.Path = "GET", "/x"
			err := fmt.Errorf("read: %w", &test.err)
			p := makePlan(t, manyWorkspaces(1), liveAnswers{"w0": err}, plan.Policy{})
			for where, r := range map[string]report.Run{
				"planned":           {Mode: "plan", Plan: p},
				"applied":           {Mode: "apply", Plan: p, Outcomes: outcomesFor(p, map[string]testOutcome{"w0": {status: apply.Failed, err: err}})},
				"applied, not seen": {Mode: "apply", Plan: p, Outcomes: outcomesFor(p, map[string]testOutcome{"w0": {status: apply.Unconfirmed, err: err}})},
				"before":            {Errors: []error{err}},
			} {
				all := r.Findings()
				if len(all) != 1 {
					t.Fatalf("%s: %d findings", where, len(all))
				}
				f := all[0]
				_, text, _ := strings.Cut(f.Message, "read: ")
				testkit.AssertEqual(t, where, test.err.Error()+test.want, text)
				if where == "planned" || where == "applied" {
					testkit.AssertEqual(t, where+": title", `Workspace "w0": `+test.title, f.Title)
				}
			}
		})
	}
}
