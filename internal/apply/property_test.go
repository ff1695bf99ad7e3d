package apply_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"astro-apply/internal/apply"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator"
)

// drawManifest draws a manifest with a Workspace and count Deployments. The Deployments
// use only the clusters of newHarnessWithClusters.
func drawManifest(t *rapid.T, count int) string {
	kinds := kind.All()
	member := func(name, value string) schema.Member {
		return schema.Member{Name: name, Value: schema.String(value)}
	}
	data := &schema.Node{Form: schema.List, Items: []*schema.Node{schema.String("data")}}
	sections := map[string][]*schema.Node{
		"workspaces": {drawResource(t, kinds.Kind("workspace"), member("name", "data"))},
		"customRoles": {drawResource(t, kinds.Kind("customRole"), member("name", "role"), member("scopeType", "DAG"),
			schema.Member{Name: "restrictedWorkspaces", Value: data})},
	}
	for i, word := range schema.FindField(kinds.Kind("environmentObject").Fields, "objectType").Type.Enum {
		o := drawResource(t, kinds.Kind("environmentObject"), member("objectType", word), member("objectKey", fmt.Sprintf("o%d", i)), member("workspace", "data"))
		sections["environmentObjects"] = append(sections["environmentObjects"], o)
	}
	sections["teams"] = []*schema.Node{drawResource(t, kinds.Kind("team"), member("name", "t"))}
	for i := range count {
		fixed := []schema.Member{member("name", fmt.Sprintf("d%d", i)), member("workspace", "data")}
		// Deployments of the same name have the same immutable fields in every manifest.
		if i%3 == 0 {
			fixed = append(fixed, member("type", "STANDARD"), member("cloudProvider", "AWS"), member("region", "us-east-1"),
				schema.Member{Name: "isDevelopmentMode", Value: schema.Boolean(true)})
		} else {
			fixed = append(fixed, member("type", []string{"DEDICATED", "HYBRID"}[i%3-1]), member("cluster", []string{"dedicated", "hybrid"}[i%3-1]))
		}
		if i%3 == 1 {
			fixed = append(fixed, schema.Member{Name: "isDevelopmentMode", Value: schema.Boolean(false)})
		}
		o := drawResource(t, kinds.Kind("deployment"), fixed...)
		sections["deployments"] = append(sections["deployments"], o)
	}
	return manifestText(sections)
}

// newHarnessWithClusters returns a harness with the clusters that drawManifest refers to.
func newHarnessWithClusters(t testing.TB) *harness {
	s := newHarness(t, simulator.Options{})
	s.server.Seed("cluster", map[string]any{"name": "dedicated"})
	s.server.Seed("cluster", map[string]any{"name": "hybrid", "type": "HYBRID"})
	return s
}

// TestApplyThenPlanIsEmpty checks that a plan is empty after an apply, for any manifest:
// in an empty Organization, and after another manifest.
func TestApplyThenPlanIsEmpty(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(struct{ testing.TB }{t}, func(rt *rapid.T) {
			s := newHarnessWithClusters(t)
			policy := plan.Policy{AllowDelete: true}
			for round := range 2 {
				text := drawManifest(rt, 3)
				p := s.planManifest(text, policy)
				if len(p.Problems) > 0 {
					if round == 0 {
						rt.Fatalf("plan: %v\n%s", p.Problems, text)
					}
					return // the second manifest changes an immutable field, which another test covers
				}
				for _, o := range apply.Run(context.Background(), s.source, p, apply.Options{Policy: policy}) {
					if !o.Status.IsOK() {
						rt.Fatalf("round %d: %s: %v\n%s", round, o.Change.Resource, o.Err, text)
					}
					if len(o.Warnings) > 0 {
						rt.Fatalf("round %d: %s: stored with another value: %v\n%s", round, o.Change.Resource, o.Warnings, text)
					}
				}
				s.server.ResetRequests()
				for _, c := range s.planManifest(text, policy).Changes {
					if c.Action != plan.Unchanged {
						rt.Fatalf("round %d: %s after apply: %s\n%s\n%s", round, c.Action, c.Resource, changesText(c), text)
					}
				}
				if w := s.listWrites(); len(w) > 0 {
					rt.Fatalf("the plan sent writes: %v", w)
				}
			}
		})
	})
}

// TestUndeclaredIsKept checks that an update keeps all undeclared fields: a manifest with
// only a new description changes only the description.
func TestUndeclaredIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(struct{ testing.TB }{t}, func(rt *rapid.T) {
			s := newHarnessWithClusters(t)
			text := drawManifest(rt, 3)
			apply.Run(context.Background(), s.source, s.planManifest(text, plan.Policy{}), apply.Options{})
			before := storedResources(s)
			later := `
workspace: data
workspaces: [{ name: data, description: "another one" }]
customRoles: [{ name: role, description: "another one" }]
teams: [{ name: t, description: "another one" }]
environmentObjects:
  - { objectType: CONNECTION, objectKey: o0, description: "another one" }
  - { objectType: ENVIRONMENT_VARIABLE, objectKey: o1, description: "another one" }
  - { objectType: AIRFLOW_VARIABLE, objectKey: o2, description: "another one" }
  - { objectType: METRICS_EXPORT, objectKey: o3, description: "another one" }
deployments: [{ name: d0, description: "another one" }, { name: d1, description: "another one" }, { name: d2, description: "another one" }]`
			for _, o := range apply.Run(context.Background(), s.source, s.planManifest(later, plan.Policy{AllowDelete: true}), apply.Options{}) {
				if o.Status != apply.Updated {
					rt.Fatalf("%s: %s, %v\n%s", o.Change.Resource, o.Status, o.Err, text)
				}
			}
			if diff := cmp.Diff(before, storedResources(s)); diff != "" {
				rt.Fatalf("lost or changed (-before +after):\n%s\n%s", diff, text)
			}
		})
	})
}

// storedResources returns all resources on the server, including secrets, without the
// fields that an update of the description changes.
func storedResources(s *harness) []map[string]any {
	all := slices.Concat(s.server.Resources("workspace"), s.server.Resources("customRole"), s.server.Resources("deployment"),
		s.server.Resources("environmentObject"), s.server.Resources("team"))
	for _, o := range all {
		delete(o, "description")
		delete(o, "updatedAt")
		dropEmptyMembers(o)
		if o["executor"] == "KUBERNETES" { // the server adds its only queue, and requests must not contain it
			delete(o, "workerQueues")
		}
	}
	return all
}

// dropEmptyMembers removes members with an empty value, at any depth, because they mean
// the same as missing members.
func dropEmptyMembers(o map[string]any) {
	for name, v := range o {
		if m, ok := v.(map[string]any); ok {
			dropEmptyMembers(m)
		}
		if text := fmt.Sprint(v); text == "false" || text == "[]" || text == "map[]" || text == "" {
			delete(o, name)
		}
	}
}

func changesText(c *plan.Change) string {
	out := ""
	for _, f := range c.Fields {
		out += fmt.Sprintf("%s: %s → %s\n", f.Path, f.Old.Render(), f.New.Render())
	}
	return out
}
