package plan_test

import (
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// An additive list keeps the undeclared items: an update sends them back, and the plan
// has no notes about them.
func TestAdditiveList(t *testing.T) {
	t.Parallel()
	for _, policy := range []plan.Policy{{}, {AllowDelete: true}} {
		for members, want := range map[string][]string{
			"[]":                       nil,
			"[{ key: A, value: '1' }]": nil,
			"[{ key: B, value: '2' }]": {`environmentVariables[B]: (none) → {key: "B", value: "2", isSecret: false}`},
			"[{ key: S }]":             nil,
		} {
			o := declareManifest(t, "deployments: [{ name: one, workspaceId: cworkspace000000000000001, environmentVariables: "+members+" }]").Resources[0]
			o.AdditiveLists = []string{"environmentVariables"}
			d := plan.Compare(o, newLive(t, o, dedicatedJSON), policy)
			testkit.AssertEqual(t, members, want, describeFields(d.Fields))
			testkit.AssertEqual(t, "kept", 0, len(d.Kept))
			testkit.AssertEqual(t, "notes", []string(nil), messagesOf(d.Notes))
			if want != nil {
				testkit.AssertEqual(t, "body", []any{
					map[string]any{"key": "B", "value": "2", "isSecret": false},
					map[string]any{"key": "A", "value": "1", "isSecret": false},
					map[string]any{"key": "S", "isSecret": true},
				}, updateBody(t, d)["environmentVariables"])
			}
		}
	}
}

// Defaults for a create are sent with a new resource or item, and are not compared with
// the current values.
func TestCreateDefaults(t *testing.T) {
	t.Parallel()
	o := declareManifest(t, `deployments: [{ name: one, type: DEDICATED, workspaceId: cworkspace000000000000001, isHighAvailability: false,
		workerQueues: [{ name: default, astroMachine: A5, maxWorkerCount: 3, workerConcurrency: 5 }] }]`).Resources[0]
	o.CreateDefaults = map[string]*schema.Node{
		"isDagDeployEnabled": schema.Boolean(true), "isHighAvailability": schema.Boolean(true), // the manifest declares the latter
		"workerQueues[default].minWorkerCount": schema.Int(2),
	}
	created := decodeNode(t, plan.Compare(o, nil, plan.Policy{}).After)
	testkit.AssertEqual(t, "create", []any{true, false, 2.0}, []any{
		created["isDagDeployEnabled"], created["isHighAvailability"], created["workerQueues"].([]any)[0].(map[string]any)["minWorkerCount"],
	})
	d := plan.Compare(o, newLive(t, o, dedicatedJSON), plan.Policy{})
	testkit.AssertEqual(t, "update", []string{"workerQueues[default].maxWorkerCount: 5 → 3"}, describeFields(d.Fields))
}
