package apply_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// TestReviewedOnlyKeepsManualChanges checks that a run with ReviewedOnly doesn't revert a
// manual change that was made between the plan and the write.
func TestReviewedOnlyKeepsManualChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newHarness(t, simulator.Options{})
		s.applyManifest(t.Context(), "workspaces: [{ name: data, description: before, cicdEnforcedDefault: false }]", apply.Options{})
		p := s.planManifest("workspaces: [{ name: data, description: after, cicdEnforcedDefault: false }]", plan.Policy{})
		s.applyManifest(t.Context(), "workspaces: [{ name: data, cicdEnforcedDefault: true }]", apply.Options{}) // the manual change
		s.server.ResetRequests()
		got := apply.Run(t.Context(), s.source, p, apply.Options{Policy: plan.Policy{ReviewedOnly: true}})
		if err := got[0].Err; err == nil || !strings.Contains(err.Error(), "cicdEnforcedDefault changed after the plan") {
			t.Errorf("%s, %v", got[0].Status, err)
		}
		if s.server.Resources("workspace")[0]["description"] != "before" {
			t.Error("the run changed the description")
		}
	})
}
