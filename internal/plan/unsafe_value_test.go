package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/plan"
)

// An update never sends two items with one key: an item that occurs twice is sent
// once, and of two that differ nobody knows which one to send.
func TestOneItemForEachKey(t *testing.T) {
	t.Parallel()
	const grant = `{"workspaceId": "` + w1 + `", "role": "WORKSPACE_MEMBER"}`
	tests := map[string]struct {
		section, members, answer string
		list                     string // path in the answer
		differs                  string // a member of an item, of which another value is another item
	}{
		"a user's roles":              {"users", "organizationRole: ORGANIZATION_MEMBER", moreAnswers["granted"], "workspaceRoles", "role"},
		"a user's Deployments":        {"users", "organizationRole: ORGANIZATION_MEMBER", moreAnswers["granted"], "deploymentRoles", "role"},
		"a user's DAGs":               {"users", "organizationRole: ORGANIZATION_MEMBER", moreAnswers["granted"], "dagRoles", "role"},
		"declared beside it":          {"users", "organizationRole: ORGANIZATION_MEMBER, deploymentRoles: [{ deploymentId: " + d1 + ", role: viewer }]", moreAnswers["granted"], "deploymentRoles", "role"},
		"a Team's roles":              {"teams", "organizationRole: ORGANIZATION_OWNER", moreAnswers["team"], "workspaceRoles", "role"},
		"a token's roles":             {"apiTokens", aToken + "roles: " + ownRoles + ", { deploymentId: " + d2 + ", role: DEPLOYMENT_ADMIN }]", moreAnswers["token"], "roles", "role"},
		"variables":                   {"deployments", "description: new", dedicatedJSON, "environmentVariables", "value"},
		"queues":                      {"deployments", "description: new", dedicatedJSON, "workerQueues", "id"},
		"schedules":                   {"deployments", "scalingSpec: { hibernationSpec: { schedules: [{ hibernateAtCron: 0 1 * * *, wakeAtCron: 0 2 * * * }] } }", withMembers(t, dedicatedJSON, hibernationJSON), "scalingSpec.hibernationSpec.schedules", "description"},
		"links of a variable":         {"environmentObjects", object1 + "description: new", moreAnswers["variable"], "links", "environmentVariableOverrides"},
		"a cluster's tags":            {"clusters", aCluster + "name: two", moreAnswers["cluster"], "tags", "value"},
		"items of a set, in a Team's": {"teams", "organizationRole: ORGANIZATION_OWNER", withMembers(t, moreAnswers["team"], `"workspaceRoles": [`+grant+`]`), "workspaceRoles", "role"},
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
					if again[test.differs] = any("WORKSPACE_AUTHOR"); test.differs == "environmentVariableOverrides" {
						again[test.differs] = map[string]any{"value": "3"}
					}
				}
				level[last] = slices.Insert(slices.Clone(items), 1, any(again))
				text, err = json.Marshal(answer)
				if err != nil {
					t.Fatal(err)
				}
				for _, policy := range []plan.Policy{{}, {AllowDelete: true}} {
					want := compareMembers(t, test.section, test.members, test.answer, policy)
					got := compareMembers(t, test.section, test.members, string(text), policy)
					if len(got.Problems) > 0 || len(want.Requests) == 0 {
						t.Fatalf("problems %v, %d requests expected", got.Problems, len(want.Requests))
					}
					if different {
						if got.UnsafeErr == nil && !policy.AllowDelete {
							t.Errorf("two different items are sent: %v", requestBody(t, got))
						}
						continue
					}
					assertEqual(t, "refusal", nil, got.UnsafeErr)
					assertEqual(t, "body", requestBody(t, want), requestBody(t, got))
				}
			}
		})
	}
}
