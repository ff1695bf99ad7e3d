package plan_test

import (
	"errors"
	"testing"

	"astro-apply/internal/desired"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// A resource that could not be read and isn't targeted is not in the plan, also if a
// second write of a target needs it.
func TestTargetsWithoutUnreadableResources(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, `
workspaces: [{ name: data, defaultCluster: production }]
clusters: [{ name: production, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]
`)
	w := newCurrent(t, d, nil)
	for _, o := range d.Resources {
		if o.Name() == "production" {
			w.Errs[o] = errors.New("403")
		}
	}
	p := plan.Make("corg", w, plan.Policy{IsTarget: func(o *desired.Resource) bool { return o.Name() == "data" }})
	testkit.AssertEqual(t, "plan", "create Workspace \"data\"\n", outlinePlan(p))
}

// A problem that belongs to no resource is reported with any target.
func TestTargetsKeepGeneralProblems(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, "workspaces: [{ name: data }, { name: more }]")
	w := newCurrent(t, d, nil)
	w.Problems = []schema.Problem{{Pos: schema.Pos{File: "other.yaml", Line: 1}, Message: "the other file can't be read"}}
	p := plan.Make("corg", w, plan.Policy{IsTarget: func(o *desired.Resource) bool { return o.Name() == "data" }})
	testkit.AssertEqual(t, "problems", []string{"the other file can't be read"}, messagesOf(p.Problems))
}
