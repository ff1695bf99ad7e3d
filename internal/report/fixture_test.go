package report_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"astro-apply/internal/apply"
	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
)

// fixtureManifest is a typical manifest of a team. Together with fixtureLive it gives a
// create, an update, a delete, an unchanged resource and an error.
const (
	fixtureSecret   = "correct-horse-battery"
	fixtureManifest = `workspaces:
  - { name: data, description: Pipelines of the data platform team }
  - { name: new_one, description: "" }
  - { name: old, state: absent }
  - { name: hidden }
  - { name: settled, description: as it is }
deployments:
  - name: my_deployment
    workspaceId: cworkspace000000000000001
    description: Nightly loads
    executor: CELERY
    schedulerSize: MEDIUM
    contactEmails: [data@example.com]
    environmentVariables:
      - { key: LOG_LEVEL, value: DEBUG }
      - { key: DB_PASSWORD, value: correct-horse-battery, isSecret: true }
      - { key: API_KEY, value: correct-horse-battery, isSecret: true }
    workerQueues:
      - { name: default, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 10, workerConcurrency: 5 }
      - { name: heavy,   astroMachine: A20, minWorkerCount: 0, maxWorkerCount: 30, workerConcurrency: 10 }
  - name: vault
    workspaceId: cworkspace000000000000001
    contactEmails: []
    environmentVariables:
      - { key: DB_PASSWORD, value: correct-horse-battery, isSecret: true }
  - name: sandbox
    workspace: new_one
    type: STANDARD
    cloudProvider: AWS
    region: us-east-1
    executor: ASTRO
`
)

var fixtureLive = liveAnswers{
	"data":    `{"id": "cworkspace000000000000001", "name": "data", "description": "Pipelines", "updatedAt": "2026-11-23T09:00:00.5Z", "updatedBy": {"id": "ctoken", "subjectType": "SERVICEKEY", "apiTokenName": "terraform"}}`,
	"old":     `{"id": "cworkspace000000000000002", "name": "old"}`,
	"settled": `{"id": "cworkspace000000000000003", "name": "settled", "description": "as it is"}`,
	"hidden": &astro.Error{
		Method: "GET", Path: "/organizations/{organizationId}/workspaces/{id}", StatusCode: 403,
		Message: "You are not allowed to do this", RequestID: "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0",
	},
	"my_deployment": `{
		"id": "cdeployment00000000000001", "name": "my_deployment", "workspaceId": "cworkspace000000000000001", "type": "DEDICATED",
		"clusterId": "ccluster00000000000000001", "description": "Loads", "executor": "CELERY", "schedulerSize": "SMALL", "status": "HEALTHY",
		"updatedAt": "2026-11-23T18:04:05Z", "updatedBy": {"id": "cuser", "subjectType": "USER", "fullName": "Jane Doe", "username": "jane@example.com"},
		"contactEmails": ["data@example.com"],
		"environmentVariables": [
			{"key": "LOG_LEVEL", "value": "INFO", "isSecret": false}, {"key": "LEGACY", "value": "1", "isSecret": false},
			{"key": "DB_PASSWORD", "value": "", "isSecret": true}],
		"workerQueues": [
			{"id": "cqueue0000000000000000001", "name": "default", "isDefault": true, "astroMachine": "A5", "minWorkerCount": 0, "maxWorkerCount": 10, "workerConcurrency": 5}]}`,
	"vault": `{
		"id": "cdeployment00000000000002", "name": "vault", "workspaceId": "cworkspace000000000000001", "type": "STANDARD", "executor": "ASTRO", "schedulerSize": "SMALL",
		"contactEmails": ["old@example.com"], "environmentVariables": [{"key": "DB_PASSWORD", "value": "", "isSecret": true}]}`,
}

var errTimeout = errors.New("the timeout of 30m0s is over")

// invalidQueueError returns the error of the API about the second queue of my_deployment.
func invalidQueueError() error {
	return fmt.Errorf("update: %w", &astro.Error{
		Method: "POST", Path: "/organizations/{organizationId}/deployments/{id}", StatusCode: 400,
		Message: "Invalid request", RequestID: "f004d12a-29c8-40d8-b239-2b1b615ea45b",
		FieldErrors: []astro.FieldError{{Field: "workerQueues[1].maxWorkerCount", Code: "max", Message: "must be at most 10"}},
	})
}

// plannedRun returns a run that plans fixtureManifest.
func plannedRun(t testing.TB, policy plan.Policy) *report.Run {
	t.Helper()
	return &report.Run{
		Mode: "plan", ModeReason: "pull request #7 is not the default branch", DeclaredCount: 8, UIURL: "https://cloud.astronomer.io",
		Name: "production", Files: []string{"astro.yaml"},
		Plan: makePlan(t, fixtureManifest, fixtureLive, policy), Duration: 1800 * time.Millisecond,
	}
}

// appliedRun returns a run that applied fixtureManifest, and in which some changes failed.
func appliedRun(t testing.TB) *report.Run {
	t.Helper()
	r := plannedRun(t, plan.Policy{AllowDelete: true})
	r.Mode, r.ModeReason, r.Duration = "apply", "push to main, the default branch", 95*time.Second
	at := time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	r.FailedRequests = []astro.Attempt{
		{Start: at, Method: "GET", Path: "/organizations/{organizationId}/workspaces/{id}", StatusCode: 403, Number: 1, RequestID: "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"},
		{Start: at.Add(3200 * time.Millisecond), Method: "POST", Path: "/organizations/{organizationId}/deployments/{id}", Number: 1},
		{Start: at.Add(4 * time.Second), Method: "POST", Path: "/organizations/{organizationId}/deployments/{id}", StatusCode: 400, Number: 2, RequestID: "f004d12a-29c8-40d8-b239-2b1b615ea45b"},
	}
	r.Outcomes = outcomesFor(r.Plan, map[string]testOutcome{
		"data": {status: apply.Updated}, "new_one": {status: apply.Created}, "old": {status: apply.Deleted},
		"hidden": {status: apply.Failed, err: fixtureLive["hidden"].(error)}, "settled": {status: apply.Unchanged},
		"my_deployment": {status: apply.Failed, err: invalidQueueError()},
		"vault":         {status: apply.Updated},
		"sandbox":       {status: apply.Unconfirmed, writtenStatus: apply.Created, err: fmt.Errorf("accepted, not confirmed: last seen DEPLOYING (%w)", errTimeout)},
	})
	for i := range r.Outcomes {
		switch o := &r.Outcomes[i]; o.Change.Resource.Name() {
		case "new_one":
			o.Live, o.Duration = newLive(t, o.Change, `{"id": "cworkspace000000000000004", "name": "new_one"}`), 2*time.Second
		case "sandbox":
			o.Live = newLive(t, o.Change, `{"id": "cdeployment00000000000003", "workspaceId": "cworkspace000000000000004", "status": "DEPLOYING"}`)
			o.Duration = 88 * time.Second
		case "old":
			o.Duration = 400 * time.Millisecond
		}
	}
	return r
}

// fortyFailures returns a run in which 40 resources failed, each with a different request id.
func fortyFailures(t testing.TB, path, message string) *report.Run {
	t.Helper()
	p := makePlan(t, manyWorkspaces(40), nil, plan.Policy{})
	outcomes := map[string]testOutcome{}
	for i := range 40 {
		outcomes[fmt.Sprintf("w%d", i)] = testOutcome{status: apply.Failed, err: fmt.Errorf("create: %w", &astro.Error{
			Method: "POST", Path: path, StatusCode: 400, Message: message,
			RequestID: fmt.Sprintf("f004d12a-29c8-40d8-b239-2b1b615ea4%02d", i),
		})}
	}
	return &report.Run{Mode: "apply", Plan: p, Outcomes: outcomesFor(p, outcomes)}
}

func newLive(t testing.TB, c *plan.Change, answer string) *current.Live {
	t.Helper()
	l, err := current.NewLive(c.Resource.Kind, []byte(answer))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// findChange returns the change of the resource with this name.
func findChange(t testing.TB, p *plan.Plan, name string) *plan.Change {
	t.Helper()
	for _, c := range p.Changes {
		if c.Resource.Name() == name {
			return c
		}
	}
	t.Fatalf("no change of %s", name)
	return nil
}

// manifestPos returns a position in the manifest of a test.
func manifestPos(line, col int) schema.Pos {
	return schema.Pos{File: "astro.yaml", Line: line, Col: col}
}

// unmanagedDeployments returns a Deployment in Workspace data that fixtureManifest
// doesn't declare.
func unmanagedDeployments(t testing.TB) []current.UnmanagedResource {
	t.Helper()
	k := kind.All().Kind("deployment")
	l, err := current.NewLive(k, []byte(`{"id": "cdeployment00000000000009", "name": "scratch_pad", "workspaceId": "cworkspace000000000000001",
		"updatedAt": "2026-11-20T08:00:00Z", "updatedBy": {"username": "jo@example.com"}}`))
	if err != nil {
		t.Fatal(err)
	}
	return []current.UnmanagedResource{{Kind: k, Live: l, RootKind: kind.All().Kind("workspace"), RootName: "data"}}
}

// firstApplyRun returns a team's first apply, which creates every resource.
func firstApplyRun(t testing.TB) *report.Run {
	t.Helper()
	const text = `workspaces:
  - { name: data-platform, description: Pipelines of the data platform team }
deployments:
  - name: etl
    workspace: data-platform
    type: STANDARD
    cloudProvider: AWS
    region: us-east-1
    executor: CELERY
    environmentVariables: [{ key: DB_PASSWORD, value: correct-horse-battery, isSecret: true }]
`
	p := makePlan(t, text, nil, plan.Policy{})
	r := &report.Run{Mode: "apply", ModeReason: "push to the default branch main", DeclaredCount: 2, UIURL: "https://cloud.astronomer.io", Plan: p, Duration: 202 * time.Second}
	r.Outcomes = outcomesFor(p, map[string]testOutcome{"data-platform": {status: apply.Created}, "etl": {status: apply.Created}})
	r.Outcomes[0].Live, r.Outcomes[0].Duration = newLive(t, p.Changes[0], `{"id": "cworkspace000000000000001", "name": "data-platform"}`), time.Second
	r.Outcomes[1].Live = newLive(t, p.Changes[1], `{"id": "cdeployment00000000000001", "name": "etl", "workspaceId": "cworkspace000000000000001", "status": "HEALTHY"}`)
	r.Outcomes[1].Duration = 198 * time.Second
	return r
}

// thousandWorkspacesRun returns a plan of 1,000 Workspaces, of which three differ.
func thousandWorkspacesRun(t testing.TB) *report.Run {
	t.Helper()
	live := liveAnswers{}
	for i := range 1000 {
		description := "x"
		if i%400 == 0 {
			description = "by hand"
		}
		live[fmt.Sprintf("w%d", i)] = fmt.Sprintf(`{"id": "cworkspace%015d", "name": "w%d", "description": %q}`, i, i, description)
	}
	return &report.Run{
		Mode: "plan", ModeReason: "pull request", DeclaredCount: 1000, UIURL: "https://cloud.astronomer.io",
		Plan: makePlan(t, manyWorkspaces(1000), live, plan.Policy{}), Duration: 9 * time.Second,
	}
}
