package plan_test

import (
	"strings"
	"testing"

	"astro-apply/internal/plan"
)

// CheckRemovals counts deleted resources, removed items, and lists that don't apply after
// a change. It doesn't count what the run keeps or doesn't plan.
func TestCheckRemovals(t *testing.T) {
	t.Parallel()
	const deployment = "deployments: [{ name: one, workspaceId: cworkspace000000000000001, "
	const live = `{"id": "cdeployment00000000000001", "name": "one", "workspaceId": "cworkspace000000000000001", "type": "DEDICATED",
		"executor": "CELERY", "contactEmails": ["a@example.com", "b@example.com"],
		"environmentVariables": [{"key": "A", "value": "1"}, {"key": "B", "value": "2"}],
		"workerQueues": [{"id": "q1", "name": "default", "isDefault": true, "astroMachine": "A5", "minWorkerCount": 0, "maxWorkerCount": 10, "workerConcurrency": 5},
			{"id": "q2", "name": "heavy", "astroMachine": "A5", "minWorkerCount": 0, "maxWorkerCount": 10, "workerConcurrency": 5}]}`
	for name, tt := range map[string]struct {
		manifest string
		policy   plan.Policy
		want     string // "" if nothing is removed
	}{
		"nothing":       {deployment + "description: x }]", plan.Policy{AllowDelete: true}, ""},
		"one item":      {deployment + "environmentVariables: [{ key: A, value: x }] }]", plan.Policy{AllowDelete: true}, "1 (resources: 0, items: 1)"},
		"kept":          {deployment + "environmentVariables: [{ key: A, value: x }] }]", plan.Policy{}, ""},
		"texts":         {deployment + "contactEmails: [c@example.com] }]", plan.Policy{AllowDelete: true}, "2 (resources: 0, items: 2)"},
		"an empty list": {deployment + "environmentVariables: [] }]", plan.Policy{AllowDelete: true}, "2 (resources: 0, items: 2)"},
		"unused queues": {deployment + "executor: KUBERNETES, defaultTaskPodCpu: '1', defaultTaskPodMemory: 2Gi }]", plan.Policy{}, "2 (resources: 0, items: 2)"},
		"a resource":    {deployment + "state: absent }]", plan.Policy{AllowDelete: true}, "1 (resources: 1, items: 0)"},
		"kept resource": {deployment + "state: absent }]", plan.Policy{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planByName(t, tt.manifest, map[string]string{"one": live}, tt.policy)
			none := 0
			tt.policy.MaxRemovals = &none
			err := tt.policy.CheckRemovals(p)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), "removals is "+tt.want+",")) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			many := 2
			tt.policy.MaxRemovals = &many
			if err := tt.policy.CheckRemovals(p); err != nil {
				t.Errorf("with limit 2: %v", err)
			}
		})
	}
}
