package report_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// liveAnswers holds the current state in a test. It maps the name of a resource to the
// answer of the API: JSON as a string, or an error.
type liveAnswers map[string]any

// makePlan returns the plan for the manifest text and the current state live.
func makePlan(t testing.TB, text string, live liveAnswers, policy plan.Policy) *plan.Plan {
	t.Helper()
	parsed := manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}, manifest.Environment{})
	d := desired.Load(kind.All(), parsed.Documents, "")
	for _, p := range append(parsed.Problems, d.Problems...) {
		if p.Warning {
			continue
		}
		t.Fatalf("manifest: %v\n%s", p, text)
	}
	w := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{}, Errs: map[*desired.Resource]error{}}
	for _, o := range d.Resources {
		switch answer := live[o.Name()].(type) {
		case string:
			l, err := current.NewLive(o.Kind, []byte(answer))
			if err != nil {
				t.Fatal(err)
			}
			w.Live[o] = l
		case error:
			w.Errs[o] = answer
		}
	}
	return plan.Make("corg", w, policy)
}

// testOutcome is the outcome of a resource in a test.
type testOutcome struct {
	status        apply.Status
	writtenStatus apply.Status
	err           error
}

// outcomesFor returns an outcome for every change of a plan; of maps names of resources
// to outcomes.
func outcomesFor(p *plan.Plan, of map[string]testOutcome) []apply.Outcome {
	out := []apply.Outcome{}
	for _, c := range p.Changes {
		o := of[c.Resource.Name()]
		x := apply.Outcome{Change: c, Live: c.Live, Status: o.status, AcceptedWrite: o.writtenStatus, Err: o.err}
		if c.Action == plan.Create || c.Action == plan.Update {
			requests := apply.BuildRequests(c.Resource.Kind, plan.Compare(c.Resource, c.Live, plan.Policy{}), c.Live)
			if len(requests) > 0 { // without a rotation
				x.RequestBody = requests[0].Body
			}
		}
		out = append(out, x)
	}
	return out
}

// manyWorkspaces declares n Workspaces, one per line.
func manyWorkspaces(n int) string {
	if n == 0 {
		return "workspaces: []"
	}
	var b strings.Builder
	b.WriteString("workspaces:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - { name: w%d, description: x }\n", i)
	}
	return b.String()
}

// badRequest returns the error of the API about a bad request.
func badRequest(fields ...astro.FieldError) error {
	return fmt.Errorf("create: %w", &astro.Error{
		Method: "POST", Path: "/x", StatusCode: 400, Message: "Invalid request", RequestID: "r-1", FieldErrors: fields,
	})
}

func problemAt(line int, message string, warning bool) schema.Problem {
	return schema.Problem{Pos: schema.Pos{File: "astro.yaml", Line: line, Col: 3}, Message: message, Warning: warning}
}

var errInterrupted = errors.New("interrupt signal received")
