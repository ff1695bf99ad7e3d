package plan_test

import (
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	const (
		elsewhere = ". A Deployment can't be changed in this way. Create another one under a new name, move to it, and remove this one by hand"
		queue     = "astroMachine: A5, workerConcurrency: 1"
	)
	standard := withMembers(t, dedicatedJSON, `"type": "STANDARD", "clusterId": "cshared000000000000000001", "cloudProvider": "AWS"`)
	tests := map[string]struct {
		members, live string
		want          []string
	}{
		"type":          {"type: STANDARD", dedicatedJSON, []string{`type can't change once it is set: it is "DEDICATED" live and "STANDARD" here` + elsewhere}},
		"cluster":       {"clusterId: ccluster00000000000000009", dedicatedJSON, []string{`clusterId can't change once it is set: it is "ccluster00000000000000001" live and "ccluster00000000000000009" here` + elsewhere}},
		"cloud":         {"cloudProvider: GCP", standard, []string{`cloudProvider can't change once it is set: it is "AWS" live and "GCP" here` + elsewhere}},
		"region":        {"region: eu-west-1", standard, []string{`region can't change once it is set: it is "us-east-1" live and "eu-west-1" here` + elsewhere}},
		"workspace":     {"id: cdeployment00000000000001, workspaceId: cworkspace000000000000009", dedicatedJSON, []string{`workspaceId can't change once it is set: it is "cworkspace000000000000001" live and "cworkspace000000000000009" here. Transfer the Deployment in the Astro UI first`}},
		"same":          {"type: STANDARD, cloudProvider: AWS, region: us-east-1", standard, nil},
		"shared":        {"clusterId: cshared000000000000000001", standard, []string{"clusterId does not apply when type is STANDARD, only when it is DEDICATED or HYBRID"}},
		"dev mode":      {"isDevelopmentMode: true", dedicatedJSON, []string{"isDevelopmentMode: development mode can only be switched on when a Deployment is created" + elsewhere}},
		"variant":       {"scheduler: { au: 5, replicas: 1 }", dedicatedJSON, []string{"scheduler does not apply when type is DEDICATED, only when it is HYBRID"}},
		"executor":      {"workerQueues: [{ name: default, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1, nodePoolId: p }]", hybridJSON, []string{"workerQueues does not apply when executor is KUBERNETES, only when it is CELERY or ASTRO"}},
		"no dev mode":   {"scalingSpec: { hibernationSpec: { schedules: [] } }", withMembers(t, dedicatedJSON, `"isDevelopmentMode": false`), []string{"scalingSpec does not apply when isDevelopmentMode is false, only when it is true"}},
		"hibernation":   {"scalingSpec: { hibernationSpec: { override: { isHibernating: true } } }", dedicatedJSON, []string{"scalingSpec needs isDevelopmentMode: true; other Deployments can't hibernate"}},
		"queue":         {"workerQueues: [{ name: default }, { name: extra, " + queue + " }]", dedicatedJSON, []string{"workerQueues[extra].minWorkerCount is missing; something new needs it (a whole number of at least 0)", "workerQueues[extra].maxWorkerCount is missing; something new needs it (a whole number of at least 1)"}},
		"live memory":   {"resourceQuotaCpu: 2.5", dedicatedJSON, []string{`resourceQuotaMemory must be twice resourceQuotaCpu in Gi: 5Gi for 2.5 cores, here it is "20Gi"`}},
		"live dev mode": {"isHighAvailability: true", withMembers(t, dedicatedJSON, `"isDevelopmentMode": true`), []string{"isHighAvailability needs isDevelopmentMode: false, here it is true (a Deployment in development mode runs one scheduler)"}},
		"live size":     {"schedulerSize: LARGE", withMembers(t, dedicatedJSON, `"isDevelopmentMode": true`), []string{`isDevelopmentMode needs schedulerSize: SMALL, here it is "LARGE" (development mode has no other size)`}},
		"live minimum":  {"workerQueues: [{ name: default, minWorkerCount: 6 }]", dedicatedJSON, []string{`queue "default": minWorkerCount 6 is greater than maxWorkerCount 5`}},
		"live type":     {"executor: ASTRO", hybridJSON, []string{"executor ASTRO is not available on a HYBRID Deployment; use CELERY or KUBERNETES"}},
		"not remote":    {"executor: ASTRO, remoteExecution: { enabled: true }", standard, []string{`remoteExecution.enabled needs type: DEDICATED, here it is "STANDARD" (tasks only run remotely there)`}},
		"new":           {"description: x", "", []string{"type is missing; something new needs it (one of STANDARD, DEDICATED, HYBRID)"}},
		"half a place":  {"type: STANDARD, region: us-east-1", "", []string{"region needs cloudProvider beside it"}},
		"new queue":     {"type: STANDARD, workerQueues: [{ name: default, isDefault: true, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }]", "", []string{"workerQueues[default].astroMachine is missing; something new needs it (one of A5, A10, A20, A40, A60, A120, A160)"}},
		"new and hybrid": {
			"type: HYBRID, clusterId: ccluster00000000000000002, executor: CELERY, workerQueues: [{ name: default, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }]", "",
			[]string{"workerQueues[default].nodePoolId is missing; something new needs it (text)"},
		},
		"enough": {"type: DEDICATED, clusterId: ccluster00000000000000002", "", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, test.members, test.live, plan.Policy{})
			assertEqual(t, "problems", test.want, messagesOf(d.Problems))
			for _, p := range d.Problems {
				if p.Pos.File != "astro.yaml" || p.Pos.Line != 1 || p.Pos.Col < 15 || p.Warning {
					t.Errorf("place %v of %v", p.Pos, p)
				}
			}
		})
	}
}

// A problem sits on the value that it is about.
func TestProblemPosition(t *testing.T) {
	t.Parallel()
	d := compareDeployment(t, "name: one, type: STANDARD", dedicatedJSON, plan.Policy{})
	want := schema.Pos{File: "astro.yaml", Line: 1, Col: len("deployments: [{workspaceId: cworkspace000000000000001, name: one, type: ") + 1}
	assertEqual(t, "place", want, d.Problems[0].Pos)
}

// A STANDARD Deployment runs on a cluster that is Astronomer's choice: it is
// neither compared nor sent.
func TestSharedCluster(t *testing.T) {
	t.Parallel()
	standard := withMembers(t, dedicatedJSON, `"type": "STANDARD", "clusterId": "cshared000000000000000001", "cloudProvider": "AWS"`)
	sent := renameUpdateBody(t, "deployments", standard)
	for _, name := range []string{"clusterId", "cloudProvider", "region"} {
		if v, ok := sent[name]; ok {
			t.Errorf("%s %v is sent", name, v)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		members string
		want    []schema.Problem
	}{
		"the runtime is only told": {"astroRuntimeVersion: 3.2-1", []schema.Problem{{
			Message: `astroRuntimeVersion is "3.1-2" live and "3.2-1" here: set when the Deployment is created; later it changes with the image that is deployed`,
		}}},
		"unless it is the same": {"astroRuntimeVersion: 3.1-2", nil},
		"DAG deploys on": {"isDagDeployEnabled: true", []schema.Problem{{
			Warning: true, Message: "isDagDeployEnabled changes from false to true: no DAG is scheduled until DAGs are deployed once",
		}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, test.members, dedicatedJSON, plan.Policy{})
			for i := range d.Notes {
				d.Notes[i].Pos = schema.Pos{}
			}
			assertEqual(t, "notes", test.want, d.Notes)
			if _, sent := requestBody(t, d)["astroRuntimeVersion"]; sent {
				t.Error("the runtime is sent")
			}
		})
	}
	d := compareDeployment(t, "isDagDeployEnabled: false", hybridJSON, plan.Policy{})
	assertEqual(t, "notes", []string{"isDagDeployEnabled changes from true to false: no DAG is scheduled until an image that contains them is deployed"}, messagesOf(d.Notes))
	d = compareDeployment(t, "type: DEDICATED, astroRuntimeVersion: 3.1-2, isDagDeployEnabled: true", "", plan.Policy{})
	assertEqual(t, "a new one: notes", []string(nil), messagesOf(d.Notes))
	assertEqual(t, "a new one: runtime", any("3.1-2"), requestBody(t, d)["astroRuntimeVersion"])
}
