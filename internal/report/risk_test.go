package report_test

import (
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/testkit"
)

// Risk lists the effects of a plan, the gravest first.
func TestRisk(t *testing.T) {
	t.Parallel()
	const workspace = "workspaceId: cworkspace000000000000001"
	live := liveAnswers{
		"data": `{"id": "c1", "name": "data"}`, "old": `{"id": "c2", "name": "old"}`, "older": `{"id": "c3", "name": "older"}`,
		"one": `{"id": "c4", "name": "one", "workspaceId": "cworkspace000000000000001", "type": "DEDICATED", "clusterId": "ccluster00000000000000001", "executor": "CELERY",
			"schedulerSize": "SMALL", "isDagDeployEnabled": false, "contactEmails": ["a@example.com", "b@example.com"], "environmentVariables": [{"key": "A", "value": "", "isSecret": true}]}`,
		"two": `{"id": "c5", "name": "two", "workspaceId": "cworkspace000000000000001", "type": "DEDICATED", "clusterId": "ccluster00000000000000001", "executor": "CELERY",
			"schedulerSize": "SMALL", "isDagDeployEnabled": false, "contactEmails": [], "environmentVariables": []}`,
		"three":        `{"id": "c7", "name": "three", "workspaceId": "cworkspace000000000000001", "type": "STANDARD", "executor": "ASTRO", "schedulerSize": "SMALL", "isDevelopmentMode": true, "environmentVariables": []}`,
		"organization": `{"id": "c6", "name": "o", "billingEmail": "a@example.com", "isScimEnabled": false}`,
	}
	for name, test := range map[string]struct {
		manifest string
		policy   plan.Policy
		want     string
	}{
		"nothing":         {"workspaces: [{ name: data }]", plan.Policy{}, ""},
		"a removal, kept": {"workspaces: [{ name: old, state: absent }]", plan.Policy{}, ""},
		"creations":       {"workspaces: [{ name: a }, { name: b }]", plan.Policy{}, "Risk: low – no restarts."},
		"an update":       {"workspaces: [{ name: data, description: x }, { name: b }]", plan.Policy{}, "Risk: low – no restarts."},
		"a restart":       {"deployments: [{ name: one, " + workspace + ", schedulerSize: LARGE }]", plan.Policy{}, "Risk: medium – restarts 1 Deployment."},
		"variables":       {"deployments: [{ name: one, " + workspace + ", environmentVariables: [{ key: B, value: x }] }]", plan.Policy{}, "Risk: medium – restarts 1 Deployment."},
		"two restarts":    {"deployments: [{ name: one, " + workspace + ", schedulerSize: LARGE }, { name: two, " + workspace + ", isHighAvailability: true }]", plan.Policy{}, "Risk: medium – restarts 2 Deployments."},
		"removed items":   {"deployments: [{ name: one, " + workspace + ", contactEmails: [] }]", plan.Policy{AllowDelete: true}, "Risk: medium – removes 2 items, no restarts."},
		"an added item":   {"deployments: [{ name: two, " + workspace + ", contactEmails: [a@example.com] }]", plan.Policy{}, "Risk: low – no restarts."},
		"the executor":    {"deployments: [{ name: one, " + workspace + ", executor: ASTRO }]", plan.Policy{}, "Risk: high – changes 1 Deployment's executor."},
		"two fields":      {"deployments: [{ name: two, " + workspace + ", executor: ASTRO, isDagDeployEnabled: true }]", plan.Policy{}, "Risk: high – changes 1 Deployment's executor, changes 1 Deployment's isDagDeployEnabled."},
		"two executors":   {"deployments: [{ name: one, " + workspace + ", executor: ASTRO }, { name: two, " + workspace + ", executor: ASTRO }]", plan.Policy{}, "Risk: high – changes 2 Deployments' executor."},
		"removals": {
			"workspaces: [{ name: old, state: absent }, { name: older, state: absent }, { name: data, description: x }]",
			plan.Policy{AllowDelete: true},
			"Risk: high – deletes 2 Workspaces.",
		},
		"hibernation":     {"deployments: [{ name: three, " + workspace + ", scalingSpec: { hibernationSpec: { override: { isHibernating: true } } } }]", plan.Policy{}, "Risk: high – changes 1 Deployment's override."},
		"the first range": {"allowedIpAddressRanges: [203.0.113.0/24]", plan.Policy{}, "Risk: high – changes the IP access list's allowedIpAddressRanges."},
		"a singleton":     {"organization: { isScimEnabled: true }", plan.Policy{}, "Risk: high – changes the Organization's isScimEnabled."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report.Run{Mode: "plan", Plan: makePlan(t, test.manifest, live, test.policy)}
			testkit.AssertEqual(t, "problems", 0, len(r.Plan.Problems))
			testkit.AssertEqual(t, "risk", test.want, r.Risk())
		})
	}
	testkit.AssertEqual(t, "without a plan", "", (&report.Run{Mode: "plan"}).Risk())
}
