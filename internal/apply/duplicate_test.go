package apply_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/apply"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// TestUnreadDuplicatesAreAWarning checks a create after which the list of duplicates
// can't be read. The status is Created, with one warning about a possible duplicate, also
// if another change waits for the resource, or if it has a deferred write.
func TestUnreadDuplicatesAreAWarning(t *testing.T) {
	t.Parallel()
	for name, manifest := range map[string]string{
		"without dependents":          "workspaces: [{ name: data }]",
		"with a dependent Deployment": "workspaces: [{ name: data }]\nworkspace: data\ndeployments: [{ name: etl, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]",
		"with a deferred write": "workspaces: [{ name: data, defaultCluster: main }]\n" +
			"clusters: [{ name: main, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newHarness(t, simulator.Options{})
				p := s.planManifest(manifest, plan.Policy{})
				s.server.AddFault(simulator.Fault{Method: http.MethodGet, Path: "workspaces", Status: http.StatusForbidden})
				for _, o := range apply.Run(t.Context(), s.source, p, apply.Options{}) {
					if o.Status != apply.Created {
						t.Errorf("%s: %s: %v", o.Change.Resource, o.Status, o.Err)
					}
					if o.Change.Resource.Kind.Name != "workspace" {
						continue
					}
					if len(o.Warnings) != 1 || !strings.Contains(o.Warnings[0].Message, o.Live.ID) || !o.Warnings[0].Pos.IsKnown() {
						t.Errorf("warnings: %v", o.Warnings)
					}
				}
			})
		})
	}
}
