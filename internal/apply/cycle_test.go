package apply_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// TestCycleIsRefused checks that a run refuses a plan with a cycle before the first write
// and doesn't block.
func TestCycleIsRefused(t *testing.T) {
	t.Parallel()
	for name, deferred := range map[string]bool{"between changes": false, "with a deferred write": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				s.server.Seed("workspace", map[string]any{"name": "same"})
				p := s.planManifest("workspaces: [{ name: one }, { name: two }, { name: free }, { name: same }]", plan.Policy{})
				one, two := p.Changes[0], p.Changes[1]
				if one.DependsOn, two.DependsOn = []*plan.Change{two}, []*plan.Change{one}; deferred {
					// free also waits for the deferred write of one.
					one.DependsOn, one.Deferred, two.DependsOn = nil, []*plan.Change{two}, []*plan.Change{p.Changes[2]}
					p.Changes[2].DependsOn = []*plan.Change{two}
				}
				var reported int
				outcomes := apply.Run(t.Context(), s.source, p, apply.Options{OnOutcome: func(apply.Outcome) { reported++ }})
				if diff := cmp.Diff([]apply.Status{apply.Failed, apply.Failed, apply.Failed, apply.Unchanged}, statusesOf(outcomes)); diff != "" {
					t.Fatal(diff)
				}
				for _, o := range outcomes[:3] {
					if !strings.HasPrefix(o.Err.Error(), "nothing was written, because the plan contains a cycle: Workspace") || o.AcceptedWrite != "" {
						t.Errorf("%s: %v", o.Change.Resource, o.Err)
					}
				}
				if len(s.listWrites()) > 0 || reported != 3 {
					t.Errorf("%d changes reported, writes %v", reported, s.listWrites())
				}
			})
		})
	}
}
