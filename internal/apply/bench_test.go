package apply_test

import (
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// BenchmarkPlan measures a complete plan of 1,000 unchanged Deployments: parsing the
// manifest, two list calls, the comparison, and the plan's digest.
func BenchmarkPlan(b *testing.B) {
	s := newHarness(b, simulator.Options{})
	w := s.server.Seed("workspace", map[string]any{"name": "data"})
	var text strings.Builder
	text.WriteString("workspace: data\ndeployments:\n")
	for i := range 1000 {
		name := fmt.Sprintf("d%d", i)
		s.server.Seed("deployment", map[string]any{"name": name, "workspaceId": w, "type": "STANDARD"})
		fmt.Fprintf(&text, "  - { name: %s, type: STANDARD, executor: CELERY, environmentVariables: [] }\n", name)
	}
	for b.Loop() {
		parsed := manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text.String())}}, manifest.Environment{})
		d := desired.Load(kind.All(), parsed.Documents, "")
		p := plan.Make(s.source.OrganizationID, s.source.Read(b.Context(), d), plan.Policy{})
		if n := countActions(p, plan.Unchanged); n != 1000 {
			b.Fatalf("%d unchanged", n)
		}
		if _, err := p.Digest(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompare measures the comparison of one Deployment with three queues and five
// variables.
func BenchmarkCompare(b *testing.B) {
	s := newHarness(b, simulator.Options{})
	w := s.server.Seed("workspace", map[string]any{"name": "data"})
	s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "type": "STANDARD", "executor": "CELERY"})
	d := s.declareManifest(`
deployments:
  - name: one
    workspace: data
    resourceQuotaCpu: "10"
    workerQueues:
      - { name: default, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }
      - { name: b, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }
      - { name: c, astroMachine: A5, minWorkerCount: 0, maxWorkerCount: 1, workerConcurrency: 1 }
    environmentVariables: [{key: a, value: a}, {key: b, value: b}, {key: c, value: c}, {key: d, value: d}, {key: e, value: e}]
`)
	state := s.source.Read(b.Context(), d)
	resource := state.Desired.Resources[0]
	for b.Loop() {
		plan.Compare(resource, state.Live[resource], plan.Policy{})
	}
}
