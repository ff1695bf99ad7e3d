package plan_test

import (
	"slices"
	"testing"

	"astro-apply/internal/plan"
)

// What an update sends when nothing but the name changes: everything that is
// live and that the API would otherwise drop, and nothing else.
func TestUndeclaredIsSentBack(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ section, live, want string }{
		"dedicated": {"deployments", "dedicated", `{
			"type": "DEDICATED", "name": "one", "workspaceId": "cworkspace000000000000001", "description": "old", "executor": "CELERY",
			"isCicdEnforced": true, "isDagDeployEnabled": false, "isHighAvailability": false, "schedulerSize": "SMALL",
			"resourceQuotaCpu": "10", "resourceQuotaMemory": "20Gi", "defaultTaskPodCpu": "0.25", "defaultTaskPodMemory": "0.5Gi",
			"contactEmails": ["a@example.com", "b@example.com"],
			"environmentVariables": [{"key": "A", "value": "1", "isSecret": false}, {"key": "S", "isSecret": true}],
			"workerQueues": [
				{"id": "q1", "name": "default", "isDefault": true, "astroMachine": "A5", "minWorkerCount": 1, "maxWorkerCount": 5, "workerConcurrency": 5, "podEphemeralStorage": "10Gi"},
				{"id": "q2", "name": "heavy", "isDefault": false, "astroMachine": "A20", "minWorkerCount": 0, "maxWorkerCount": 3, "workerConcurrency": 10, "podEphemeralStorage": "20Gi"}]}`},
		"what the update needs is filled in": {"deployments", "hybrid", `{
			"type": "HYBRID", "name": "one", "workspaceId": "cworkspace000000000000001", "executor": "KUBERNETES", "isCicdEnforced": false,
			"isDagDeployEnabled": true, "scheduler": {"au": 10, "replicas": 2}, "taskPodNodePoolId": "pool1", "environmentVariables": []}`},
		"remote": {"deployments", "remote", `{
			"type": "DEDICATED", "name": "one", "workspaceId": "cworkspace000000000000001", "executor": "ASTRO", "schedulerSize": "SMALL",
			"isCicdEnforced": false, "isDagDeployEnabled": false, "isHighAvailability": false, "environmentVariables": [],
			"remoteExecution": {"enabled": true, "allowedIpAddressRanges": ["10.0.0.0/8"], "taskLogBucket": "logs", "taskLogUrlPattern": "p"}}`},
		"workspace": {"workspaces", "workspace", `{
			"name": "one", "description": "old", "cicdEnforcedDefault": true, "defaultClusterId": "ccluster00000000000000001"}`},
		"workspace with a shared destination": {"workspaces", "shared", `{
			"name": "one", "description": "old", "cicdEnforcedDefault": true, "defaultCloudProvider": "AWS", "defaultRegion": "us-east-1"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assertEqual(t, "body", decodeJSON(t, test.want), renameUpdateBody(t, test.section, answersByName(t)[test.live]))
		})
	}
	t.Run("an empty value", func(t *testing.T) {
		t.Parallel()
		got := renameUpdateBody(t, "deployments", `{"id": "cdeployment00000000000001", "name": "x", "type": "STANDARD", "workspaceId": "cworkspace000000000000001", "environmentVariables": [
			{"key": "EMPTY", "isSecret": false}, {"key": "S", "isSecret": true, "value": ""}]}`)
		want := decodeJSON(t, `{"environmentVariables": [{"key": "EMPTY", "value": "", "isSecret": false}, {"key": "S", "isSecret": true}]}`)
		assertEqual(t, "variables", want["environmentVariables"], got["environmentVariables"])
	})
	t.Run("bare workspace", func(t *testing.T) {
		t.Parallel()
		want := decodeJSON(t, `{"name": "one", "description": "", "cicdEnforcedDefault": false}`)
		assertEqual(t, "body", want, renameUpdateBody(t, "workspaces", `{"id": "cworkspace000000000000001", "name": "x"}`))
	})
}

// A hibernation spec is never sent back by itself; when its schedules change,
// an override that is in force survives, and one that ended isn't revived.
func TestHibernationOverride(t *testing.T) {
	t.Parallel()
	sleeping := answersByName(t)["sleeping"]
	if _, sent := renameUpdateBody(t, "deployments", sleeping)["scalingSpec"]; sent {
		t.Error("an undeclared scalingSpec is sent")
	}
	ended := withMembers(t, dedicatedJSON, `"isDevelopmentMode": true, "scalingSpec": {"hibernationSpec": {
		"schedules": [], "override": {"isHibernating": true, "overrideUntil": "2020-01-01T00:00:00Z", "isActive": false}}}`)
	const change = "scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: 0 20 * * *, wakeAtCron: 0 7 * * * }] } }"
	schedule := map[string]any{"hibernateAtCron": "0 20 * * *", "wakeAtCron": "0 7 * * *", "isEnabled": true}
	override := map[string]any{"isHibernating": true, "overrideUntil": "2099-01-01T00:00:00Z"}
	for name, test := range map[string]struct {
		answer   string
		override any
	}{"in force": {sleeping, override}, "ended": {ended, nil}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, change, test.answer, plan.Policy{AllowDelete: true})
			spec := requestBody(t, d)["scalingSpec"].(map[string]any)["hibernationSpec"].(map[string]any)
			first := spec["schedules"].([]any)[0].(map[string]any)
			delete(first, "description") // kept: the schedule it belongs to was changed
			assertEqual(t, "schedule", schedule, first)
			assertEqual(t, "override", test.override, spec["override"])
		})
	}
}

func TestChangeOfExecutor(t *testing.T) {
	t.Parallel()
	const queues = "workerQueues: [{ name: default, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }]"
	gone := []string{
		`workerQueues[default]: {name: "default", isDefault: true, minWorkerCount: 1, maxWorkerCount: 5, workerConcurrency: 5, astroMachine: "A5", podE… → (none)`,
		`workerQueues[heavy]: {name: "heavy", isDefault: false, minWorkerCount: 0, maxWorkerCount: 3, workerConcurrency: 10, astroMachine: "A20", pod… → (none)`,
	}
	tests := map[string]struct {
		live, members string
		fields        []string
		dropped, kept []string // members of the body
	}{
		"to KUBERNETES drops the queues": {
			"dedicated", "executor: KUBERNETES", append([]string{`executor: "CELERY" → "KUBERNETES"`}, gone...), []string{"workerQueues"}, []string{"resourceQuotaCpu"},
		},
		"to ASTRO keeps them": {"dedicated", "executor: ASTRO", []string{`executor: "CELERY" → "ASTRO"`}, []string{"remoteExecution"}, []string{"workerQueues"}},
		"to ASTRO with remote execution drops them": {
			"dedicated", "executor: ASTRO, remoteExecution: { enabled: true, taskLogBucket: logs }",
			slices.Concat([]string{`executor: "CELERY" → "ASTRO"`}, gone, []string{"remoteExecution.enabled: (none) → true", `remoteExecution.taskLogBucket: (none) → "logs"`}),
			[]string{"workerQueues"},
			[]string{"remoteExecution"},
		},
		"from remote execution to queues": {
			"remote", "executor: CELERY, " + queues,
			[]string{
				`executor: "ASTRO" → "CELERY"`,
				`workerQueues[default]: (none) → {name: "default", isDefault: true, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1, astroMachine: "A5"}`,
				`remoteExecution: {enabled: true, allowedIpAddressRanges: ["10.0.0.0/8"], taskLogBucket: "logs", taskLogUrlPattern: "p"} → (none)`,
			},
			[]string{"remoteExecution"},
			[]string{"workerQueues"},
		},
		"remote execution switched off": {
			"remote", "remoteExecution: { enabled: false }, " + queues,
			[]string{
				`workerQueues[default]: (none) → {name: "default", isDefault: true, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1, astroMachine: "A5"}`,
				"remoteExecution.enabled: true → false",
				`remoteExecution.allowedIpAddressRanges: "10.0.0.0/8" → (none)`,
				`remoteExecution.taskLogBucket: "logs" → (none)`,
				`remoteExecution.taskLogUrlPattern: "p" → (none)`,
			},
			nil,
			[]string{"remoteExecution", "workerQueues"},
		},
		"HYBRID to CELERY drops the task pods' node pool": {
			"hybrid", "executor: CELERY", []string{`executor: "KUBERNETES" → "CELERY"`, `taskPodNodePoolId: "pool1" → (none)`}, []string{"taskPodNodePoolId"}, []string{"scheduler"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := compareDeployment(t, test.members, answersByName(t)[test.live], plan.Policy{})
			assertEqual(t, "problems", []string(nil), messagesOf(d.Problems))
			assertEqual(t, "differences", test.fields, describeFields(d.Fields))
			sent := requestBody(t, d)
			for _, name := range test.dropped {
				if _, ok := sent[name]; ok {
					t.Errorf("%s is sent", name)
				}
			}
			for _, name := range test.kept {
				if _, ok := sent[name]; !ok {
					t.Errorf("%s is not sent", name)
				}
			}
		})
	}
}

// A Workspace has one default destination of two sorts: declaring one is
// taking the other back.
func TestDefaultDestinationsConflict(t *testing.T) {
	t.Parallel()
	d := compareMembers(t, "workspaces", "defaultCloudProvider: GCP, defaultRegion: us-west1", answersByName(t)["workspace"], plan.Policy{})
	assertEqual(t, "differences", []string{
		`defaultClusterId: "ccluster00000000000000001" → (none)`, `defaultCloudProvider: (none) → "GCP"`, `defaultRegion: (none) → "us-west1"`,
	}, describeFields(d.Fields))
	assertEqual(t, "body", decodeJSON(t, `{"name": "one", "description": "old", "cicdEnforcedDefault": true, "defaultCloudProvider": "GCP", "defaultRegion": "us-west1"}`), requestBody(t, d))

	d = compareMembers(t, "workspaces", "defaultClusterId: ccluster00000000000000001", answersByName(t)["shared"], plan.Policy{})
	assertEqual(t, "differences", []string{
		`defaultClusterId: (none) → "ccluster00000000000000001"`, `defaultCloudProvider: "AWS" → (none)`, `defaultRegion: "us-east-1" → (none)`,
	}, describeFields(d.Fields))
	assertEqual(t, "body", decodeJSON(t, `{"name": "one", "description": "old", "cicdEnforcedDefault": true, "defaultClusterId": "ccluster00000000000000001"}`), requestBody(t, d))

	empty := withMembers(t, answersByName(t)["shared"], `"defaultClusterId": ""`)
	d = compareMembers(t, "workspaces", "defaultCloudProvider: AWS, defaultRegion: us-east-1", empty, plan.Policy{})
	assertEqual(t, "an empty one is none: differences", []string(nil), describeFields(d.Fields))
}
