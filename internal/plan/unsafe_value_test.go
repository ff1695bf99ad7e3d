package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/testkit"
)

// repeatedItem is a case of TestRepeatedItems: an update of a resource with a list.
type repeatedItem struct {
	manifest string // declares a change that sends the list
	answer   string
	list     string // path of the list in the answer
	member   string // member of an item that the list's key doesn't contain
}

const (
	userWithRoles = `{"id": "cuser00000000000000000001", "username": "a@example.com", "status": "ACTIVE", "organizationRole": "ORGANIZATION_OWNER",
		"workspaceRoles": [{"workspaceId": "cworkspace000000000000001", "role": "WORKSPACE_MEMBER"}],
		"deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "viewer"}],
		"dagRoles": [{"deploymentId": "cdeployment00000000000001", "dagTag": "t", "role": "DAG_VIEWER"}]}`
	teamWithRoles = `{"id": "cteam00000000000000000001", "name": "one", "organizationRole": "ORGANIZATION_MEMBER",
		"workspaceRoles": [{"workspaceId": "cworkspace000000000000001", "role": "WORKSPACE_MEMBER"}],
		"deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "DEPLOYMENT_ADMIN"}]}`
	tokenWithRoles = `{"id": "ctoken0000000000000000001", "name": "one", "scope": "WORKSPACE", "kind": "STANDARD", "expiryPeriodInDays": 30, "roles": [
		{"entityType": "DEPLOYMENT", "entityId": "cdeployment00000000000001", "role": "DEPLOYMENT_ADMIN"},
		{"entityType": "WORKSPACE", "entityId": "cworkspace000000000000001", "role": "WORKSPACE_MEMBER"},
		{"entityType": "DAG", "entityId": "dag", "deploymentId": "cdeployment00000000000001", "role": "DAG_VIEWER"}]}`
	clusterWithTags = `{"id": "ccluster00000000000000001", "type": "DEDICATED", "name": "one", "cloudProvider": "AWS", "region": "us-east-1",
		"vpcSubnetRange": "172.20.0.0/20", "status": "CREATED", "tags": [{"key": "a", "value": "1"}, {"key": "platform", "value": "x"}],
		"workspaceIds": ["cworkspace000000000000001"], "nodePools": []}`
	variableWithLinks = `{"id": "cobject0000000000000000001", "objectType": "ENVIRONMENT_VARIABLE", "objectKey": "A", "scope": "WORKSPACE",
		"scopeEntityId": "cworkspace000000000000001", "environmentVariable": {"value": "1", "isSecret": false}, "setFields": ["value"],
		"links": [{"scope": "DEPLOYMENT", "scopeEntityId": "cdeployment00000000000001", "environmentVariableOverrides": {"value": "2"}, "setFields": ["value"]}]}`
	hibernationSchedules = `"isDevelopmentMode": true, "scalingSpec": {"hibernationSpec": {"schedules": [
		{"hibernateAtCron": "0 19 * * *", "wakeAtCron": "0 7 * * *", "isEnabled": true, "description": "nights"},
		{"hibernateAtCron": "0 1 * * 6", "wakeAtCron": "0 1 * * 1", "isEnabled": false}]}}`
)

// An update never sends two items with the same key: equal items are sent once, and
// different ones make the update an error, because the right one is not known.
func TestRepeatedItems(t *testing.T) {
	t.Parallel()
	const changeOfUser = "users: [{ username: a@example.com, organizationRole: ORGANIZATION_MEMBER }]"
	const changeOfDeployment = "deployments: [{ name: one, workspaceId: cworkspace000000000000001, description: new }]"
	tests := map[string]repeatedItem{
		"a user's Workspace roles":  {manifest: changeOfUser, answer: userWithRoles, list: "workspaceRoles", member: "role"},
		"a user's Deployment roles": {manifest: changeOfUser, answer: userWithRoles, list: "deploymentRoles", member: "role"},
		"a user's DAG roles":        {manifest: changeOfUser, answer: userWithRoles, list: "dagRoles", member: "role"},
		"a user's declared Deployment roles": {
			manifest: `users:
  - username: a@example.com
    organizationRole: ORGANIZATION_MEMBER
    deploymentRoles: [{ deploymentId: cdeployment00000000000001, role: viewer }]`,
			answer: userWithRoles, list: "deploymentRoles", member: "role",
		},
		"a Team's Workspace roles": {
			manifest: "teams: [{ name: one, organizationRole: ORGANIZATION_OWNER }]",
			answer:   teamWithRoles, list: "workspaceRoles", member: "role",
		},
		"an API token's roles": {
			manifest: `apiTokens:
  - id: ctoken0000000000000000001
    roles:
      - { role: WORKSPACE_MEMBER }
      - { deploymentId: cdeployment00000000000001, role: DEPLOYMENT_ADMIN }
      - { deploymentId: cdeployment00000000000001, dagId: dag, role: DAG_VIEWER }
      - { deploymentId: cdeployment00000000000002, role: DEPLOYMENT_ADMIN }`,
			answer: tokenWithRoles, list: "roles", member: "role",
		},
		"environment variables": {manifest: changeOfDeployment, answer: dedicatedJSON, list: "environmentVariables", member: "value"},
		"worker queues":         {manifest: changeOfDeployment, answer: dedicatedJSON, list: "workerQueues", member: "id"},
		"hibernation schedules": {
			manifest: `deployments:
  - name: one
    workspaceId: cworkspace000000000000001
    scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: 0 1 * * *, wakeAtCron: 0 2 * * * }] } }`,
			answer: withMembers(t, dedicatedJSON, hibernationSchedules), list: "scalingSpec.hibernationSpec.schedules", member: "description",
		},
		"links of an environment object": {
			manifest: "environmentObjects: [{ id: cobject0000000000000000001, description: new }]",
			answer:   variableWithLinks, list: "links", member: "environmentVariableOverrides",
		},
		"a cluster's tags": {
			manifest: "clusters: [{ id: ccluster00000000000000001, name: two }]",
			answer:   clusterWithTags, list: "tags", member: "value",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, different := range []bool{false, true} {
				answer := decodeJSON(t, test.answer)
				names := strings.Split(test.list, ".")
				level := answer
				for _, name := range names[:len(names)-1] {
					level = level[name].(map[string]any)
				}
				last := names[len(names)-1]
				items := level[last].([]any)
				text, err := json.Marshal(items[0])
				if err != nil {
					t.Fatal(err)
				}
				again := decodeJSON(t, string(text))
				if different {
					if again[test.member] = any("WORKSPACE_AUTHOR"); test.member == "environmentVariableOverrides" {
						again[test.member] = map[string]any{"value": "3"}
					}
				}
				level[last] = slices.Insert(slices.Clone(items), 1, any(again))
				text, err = json.Marshal(answer)
				if err != nil {
					t.Fatal(err)
				}
				for _, policy := range []plan.Policy{{}, {AllowDelete: true}} {
					want := compareManifest(t, test.manifest, test.answer, policy)
					got := compareManifest(t, test.manifest, string(text), policy)
					if len(got.Problems) > 0 || !want.NeedsUpdate() {
						t.Fatalf("problems %v, %d requests expected", got.Problems, len(want.Updates))
					}
					if different {
						if got.UnsafeErr == nil && !policy.AllowDelete {
							t.Errorf("two different items are sent: %v", updateBody(t, got))
						}
						continue
					}
					testkit.AssertEqual(t, "refusal", nil, got.UnsafeErr)
					testkit.AssertEqual(t, "body", updateBody(t, want), updateBody(t, got))
				}
			}
		})
	}
}
