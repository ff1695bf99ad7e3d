package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// fieldCase holds, for a field that an update carries, a declaration that says what
// is live and one that says something else.
type fieldCase struct {
	section, live, field string
	unchanged, changed   string
	want                 []string // the differences, of other
	sent                 string   // the members of the body that differ from what is live; after a =, all of it
}

const hibernationText = `scalingSpec: {hibernationSpec: {schedules: [{hibernateAtCron: "0 19 * * *", wakeAtCron: "0 7 * * *", isEnabled: true, description: "… → (none)`

var writableFields = []fieldCase{
	{"deployments", "dedicated", "name", "id: cdeployment00000000000001, name: one", "id: cdeployment00000000000001, name: two", []string{`name: "one" → "two"`}, `"name": "two"`},
	{"deployments", "dedicated", "description", "description: old", "description: new", []string{`description: "old" → "new"`}, `"description": "new"`},
	{"deployments", "dedicated", "executor", "executor: CELERY", "executor: ASTRO", []string{`executor: "CELERY" → "ASTRO"`}, `"executor": "ASTRO"`},
	{"deployments", "dedicated", "isCicdEnforced", "isCicdEnforced: true", "isCicdEnforced: false", []string{"isCicdEnforced: true → false"}, `"isCicdEnforced": false`},
	{"deployments", "dedicated", "isDagDeployEnabled", "isDagDeployEnabled: false", "isDagDeployEnabled: true", []string{"isDagDeployEnabled: false → true"}, `"isDagDeployEnabled": true`},
	{"deployments", "sleeping", "isDevelopmentMode", "isDevelopmentMode: true", "isDevelopmentMode: false", []string{"isDevelopmentMode: true → false", hibernationText}, `"isDevelopmentMode": false`},
	{"deployments", "dedicated", "isHighAvailability", "isHighAvailability: false", "isHighAvailability: true", []string{"isHighAvailability: false → true"}, `"isHighAvailability": true`},
	{"deployments", "dedicated", "schedulerSize", "schedulerSize: SMALL", "schedulerSize: LARGE", []string{`schedulerSize: "SMALL" → "LARGE"`}, `"schedulerSize": "LARGE"`},
	{
		"deployments", "hybrid", "scheduler", "scheduler: { replicas: 2, au: 10 }", "scheduler: { au: 12 }",
		[]string{"scheduler.au: 10 → 12"},
		`"scheduler": {"au": 12, "replicas": 2}`,
	},
	{"deployments", "hybrid", "taskPodNodePoolId", "taskPodNodePoolId: pool1", "taskPodNodePoolId: pool2", []string{`taskPodNodePoolId: "pool1" → "pool2"`}, `"taskPodNodePoolId": "pool2"`},
	{
		"deployments", "dedicated", "resourceQuotaCpu", "resourceQuotaCpu: 10000m", "resourceQuotaCpu: 5, resourceQuotaMemory: 10Gi",
		[]string{`resourceQuotaCpu: "10" → 5`, `resourceQuotaMemory: "20Gi" → "10Gi"`},
		`"resourceQuotaCpu": "5", "resourceQuotaMemory": "10Gi"`,
	},
	{
		"deployments", "dedicated", "resourceQuotaMemory", "resourceQuotaMemory: 20480Mi", "resourceQuotaMemory: 1Gi, resourceQuotaCpu: 0.5",
		[]string{`resourceQuotaCpu: "10" → 0.5`, `resourceQuotaMemory: "20Gi" → "1Gi"`},
		`"resourceQuotaCpu": "0.5", "resourceQuotaMemory": "1Gi"`,
	},
	{
		"deployments", "dedicated", "defaultTaskPodCpu", "defaultTaskPodCpu: 250m", "defaultTaskPodCpu: 500m, defaultTaskPodMemory: 1Gi",
		[]string{`defaultTaskPodCpu: "0.25" → "500m"`, `defaultTaskPodMemory: "0.5Gi" → "1Gi"`},
		`"defaultTaskPodCpu": "500m", "defaultTaskPodMemory": "1Gi"`,
	},
	{
		"deployments", "dedicated", "defaultTaskPodMemory", "defaultTaskPodMemory: 512Mi", "defaultTaskPodMemory: 2Gi, defaultTaskPodCpu: 1",
		[]string{`defaultTaskPodCpu: "0.25" → 1`, `defaultTaskPodMemory: "0.5Gi" → "2Gi"`},
		`"defaultTaskPodCpu": "1", "defaultTaskPodMemory": "2Gi"`,
	},
	{"deployments", "dedicated", "workloadIdentity", "workloadIdentity: 'arn:default'", "workloadIdentity: 'arn:mine'", []string{`workloadIdentity: "arn:default" → "arn:mine"`}, `"workloadIdentity": "arn:mine"`},
	{"deployments", "dedicated", "drWorkloadIdentity", "drWorkloadIdentity: 'arn:dr'", "drWorkloadIdentity: 'arn:mine'", []string{`drWorkloadIdentity: "arn:dr" → "arn:mine"`}, `"drWorkloadIdentity": "arn:mine"`},
	{
		"deployments", "dedicated", "contactEmails", "contactEmails: [b@example.com, a@example.com]", "contactEmails: [a@example.com, c@example.com, b@example.com]",
		[]string{`contactEmails: (none) → "c@example.com"`},
		`"contactEmails": ["a@example.com", "c@example.com", "b@example.com"]`,
	},
	{
		"deployments", "dedicated", "environmentVariables", "environmentVariables: [{ key: S }, { key: A, value: '1' }]", "environmentVariables: [{ key: A, value: '2' }, { key: S }]",
		[]string{`environmentVariables[A].value: "1" → "2"`},
		`"environmentVariables": [{"key": "A", "value": "2", "isSecret": false}, {"key": "S", "isSecret": true}]`,
	},
	{
		"deployments", "dedicated", "workerQueues", "workerQueues: [{ name: heavy, astroMachine: A20 }, { name: default, minWorkerCount: 1 }]", "workerQueues: [{ name: default, maxWorkerCount: 6 }, { name: heavy }]",
		[]string{"workerQueues[default].maxWorkerCount: 5 → 6"},
		`"workerQueues": [
			{"id": "q1", "name": "default", "isDefault": true, "astroMachine": "A5", "minWorkerCount": 1, "maxWorkerCount": 6, "workerConcurrency": 5, "podEphemeralStorage": "10Gi"},
			{"id": "q2", "name": "heavy", "isDefault": false, "astroMachine": "A20", "minWorkerCount": 0, "maxWorkerCount": 3, "workerConcurrency": 10, "podEphemeralStorage": "20Gi"}]`,
	},
	{
		"deployments", "remote", "remoteExecution", "remoteExecution: { enabled: true, allowedIpAddressRanges: [10.1.2.3/8] }", "remoteExecution: { enabled: true, taskLogBucket: other }",
		[]string{`remoteExecution.taskLogBucket: "logs" → "other"`},
		`"remoteExecution": {"enabled": true, "allowedIpAddressRanges": ["10.0.0.0/8"], "taskLogBucket": "other", "taskLogUrlPattern": "p"}`,
	},
	{
		"deployments", "sleeping", "scalingSpec", "scalingSpec: { hibernationSpec: { override: { overrideUntil: '2099-01-01T01:00:00+01:00', isHibernating: true } } }",
		"scalingSpec: { hibernationSpec: { override: { isHibernating: false } } }",
		[]string{"scalingSpec.hibernationSpec.override.isHibernating: true → false"},
		`={"isHibernating": false, "overrideUntil": "2099-01-01T00:00:00Z"}`,
	},
	{
		"deployments", "sleeping", "scalingSpec", "scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: 0 1 * * 6, wakeAtCron: 0 1 * * 1 }, { hibernateAtCron: 0 19 * * *, wakeAtCron: 0 7 * * * }] } }",
		"scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: 0 1 * * 6, wakeAtCron: 0 1 * * 1, isEnabled: true }, { hibernateAtCron: 0 19 * * *, wakeAtCron: 0 7 * * * }] } }",
		[]string{"scalingSpec.hibernationSpec.schedules[0 1 * * 6, 0 1 * * 1].isEnabled: false → true"},
		`"scalingSpec": {"hibernationSpec": {
			"schedules": [
				{"hibernateAtCron": "0 1 * * 6", "wakeAtCron": "0 1 * * 1", "isEnabled": true},
				{"hibernateAtCron": "0 19 * * *", "wakeAtCron": "0 7 * * *", "isEnabled": true, "description": "nights"}],
			"override": {"isHibernating": true, "overrideUntil": "2099-01-01T00:00:00Z"}}}`,
	},
	{"workspaces", "workspace", "name", "id: cworkspace000000000000001, name: one", "id: cworkspace000000000000001, name: two", []string{`name: "one" → "two"`}, `"name": "two"`},
	{"workspaces", "workspace", "description", "description: old", "description: ''", []string{`description: "old" → ""`}, `"description": ""`},
	{"workspaces", "workspace", "cicdEnforcedDefault", "cicdEnforcedDefault: true", "cicdEnforcedDefault: false", []string{"cicdEnforcedDefault: true → false"}, `"cicdEnforcedDefault": false`},
	{"workspaces", "workspace", "defaultClusterId", "defaultClusterId: ccluster00000000000000001", "defaultClusterId: ccluster00000000000000002", []string{`defaultClusterId: "ccluster00000000000000001" → "ccluster00000000000000002"`}, `"defaultClusterId": "ccluster00000000000000002"`},
	{"workspaces", "shared", "defaultCloudProvider", "defaultCloudProvider: AWS", "defaultCloudProvider: GCP", []string{`defaultCloudProvider: "AWS" → "GCP"`}, `"defaultCloudProvider": "GCP"`},
	{"organization", "organization", "name", "name: one", "name: two", []string{`name: "one" → "two"`}, `"name": "two"`},
	{"organization", "organization", "billingEmail", "billingEmail: a@example.com", "billingEmail: b@example.com", []string{`billingEmail: "a@example.com" → "b@example.com"`}, `"billingEmail": "b@example.com"`},
	{"organization", "organization", "isScimEnabled", "isScimEnabled: true", "isScimEnabled: false", []string{`isScimEnabled: true → false`}, `"isScimEnabled": false`},
	{"organization", "organization", "allowEnhancedSupportAccess", "allowEnhancedSupportAccess: true", "allowEnhancedSupportAccess: false", []string{`allowEnhancedSupportAccess: true → false`}, `"allowEnhancedSupportAccess": false`},
	{"organization", "organization", "hasAiFeaturesDisabled", "hasAiFeaturesDisabled: false", "hasAiFeaturesDisabled: true", []string{`hasAiFeaturesDisabled: (none) → true`}, `"hasAiFeaturesDisabled": true`},
	{"organization", "organization", "shouldEnforceDedicatedClusters", "shouldEnforceDedicatedClusters: true", "shouldEnforceDedicatedClusters: false", []string{`shouldEnforceDedicatedClusters: true → false`}, `"shouldEnforceDedicatedClusters": false`},
	{"customRoles", "role", "name", "id: crole00000000000000000001, name: one", "id: crole00000000000000000001, name: two", []string{`name: "one" → "two"`}, `"name": "two"`},
	{"customRoles", "role", "description", "description: old", "description: new", []string{`description: "old" → "new"`}, `"description": "new"`},
	{
		"customRoles", "role", "permissions", "permissions: [deployment.update, deployment.get]", "permissions: [deployment.get, deployment.update, deployment.delete]",
		[]string{`permissions: (none) → "deployment.delete"`},
		`"permissions": ["deployment.get", "deployment.update", "deployment.delete"]`,
	},
	{
		"customRoles", "role", "restrictedWorkspaceIds", "restrictedWorkspaceIds: [cworkspace000000000000001]", "restrictedWorkspaceIds: [cworkspace000000000000001, cworkspace000000000000002]",
		[]string{`restrictedWorkspaceIds: (none) → "cworkspace000000000000002"`},
		`"restrictedWorkspaceIds": ["cworkspace000000000000001", "cworkspace000000000000002"]`,
	},
	{"workspaces", "shared", "defaultRegion", "defaultRegion: us-east-1", "defaultRegion: us-west-2", []string{`defaultRegion: "us-east-1" → "us-west-2"`}, `"defaultRegion": "us-west-2"`},
}

func answersByName(t testing.TB) map[string]string {
	const workspace = `{"id": "cworkspace000000000000001", "name": "one", "description": "old", "cicdEnforcedDefault": true, "organizationName": "o"`
	return map[string]string{
		"dedicated": dedicatedJSON, "hybrid": hybridJSON, "remote": remoteJSON, "sleeping": withMembers(t, dedicatedJSON, hibernationJSON),
		"organization": `{"id": "corg", "name": "one", "billingEmail": "a@example.com", "isScimEnabled": true, "allowEnhancedSupportAccess": true,
			"shouldEnforceDedicatedClusters": true, "productPlans": []}`,
		"role": `{"id": "crole00000000000000000001", "name": "one", "description": "old", "scopeType": "DEPLOYMENT",
			"permissions": ["deployment.get", "deployment.update"], "restrictedWorkspaceIds": ["cworkspace000000000000001"], "createdAt": "2026-01-01T00:00:00Z"}`,
		"workspace": workspace + `, "defaultClusterId": "ccluster00000000000000001"}`,
		"shared":    workspace + `, "defaultCloudProvider": "AWS", "defaultRegion": "us-east-1"}`,
	}
}

// renameUpdateBody is the body of an update that changes no more than the name.
func renameUpdateBody(t testing.TB, section, answer string) map[string]any {
	t.Helper()
	out := requestBody(t, compareMembers(t, section, "id: "+decodeJSON(t, answer)["id"].(string)+", name: renamed", answer, plan.Policy{}))
	out["name"] = "one"
	return out
}

func TestEveryWritableField(t *testing.T) {
	t.Parallel()
	for _, w := range append(writableFields, otherKindFields...) {
		t.Run(w.section+"/"+w.field, func(t *testing.T) {
			t.Parallel()
			answer := answersByName(t)[w.live] + moreAnswers[w.live]
			d := compareMembers(t, w.section, w.unchanged, answer, plan.Policy{})
			if len(d.Requests)+len(d.Fields)+len(d.Problems)+len(d.Notes) > 0 {
				t.Errorf("what is live is declared: %q %q %q", describeFields(d.Fields), messagesOf(d.Problems), messagesOf(d.Notes))
			}
			d = compareMembers(t, w.section, w.changed, answer, plan.Policy{})
			assertEqual(t, "problems", []string(nil), messagesOf(d.Problems))
			assertEqual(t, "differences", w.want, describeFields(d.Fields))
			whole, alone := strings.CutPrefix(w.sent, "=")
			if alone {
				assertEqual(t, "body", decodeJSON(t, whole), requestBody(t, d))
				return
			}
			want := renameUpdateBody(t, w.section, answer)
			maps.Copy(want, decodeJSON(t, "{"+w.sent+"}"))
			assertEqual(t, "body", want, requestBody(t, d))
		})
	}
}

// The table above is complete: a field that is added to a kind needs a row.
func TestEveryWritableFieldHasACase(t *testing.T) {
	t.Parallel()
	for _, k := range resource.Kinds() {
		for _, f := range k.Fields {
			covered := slices.ContainsFunc(append(writableFields, otherKindFields...), func(w fieldCase) bool {
				return w.section == k.Section && w.field == f.Name && strings.Contains(w.changed, f.Name)
			})
			if k.Section != "" && f.Has(schema.Update) && !f.Has(schema.Immutable) && !covered {
				t.Errorf("%s.%s has no row", k.Name, f.Name)
			}
		}
	}
}
