package apply_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"astro-apply/internal/apply"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/export"
	"astro-apply/internal/kind"
	"astro-apply/internal/longtest"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/simulator"
)

// exportManifests exports the resources of the harness.
func (s *harness) exportManifests(to string, scope current.InventoryScope) *export.Export {
	s.Helper()
	inventory, err := s.source.ReadInventory(context.Background(), kind.All(), scope)
	if err != nil {
		s.Fatal(err)
	}
	return export.Make(inventory, export.Options{OutputPath: to, Header: "of a test", Now: time.Now()})
}

// planExport plans the exported manifests. It sets every secret variable to some value,
// because a plan doesn't compare secrets.
func (s *harness) planExport(x *export.Export) *plan.Plan {
	s.Helper()
	var sources []manifest.Source
	for _, f := range x.Files {
		sources = append(sources, manifest.Source{Name: f.Name, Data: f.Data})
	}
	parsed := manifest.Parse(sources, manifest.Environment{Lookup: func(name string) string { return "value-of-" + name }})
	d := desired.Load(kind.All(), parsed.Documents, "")
	for _, p := range append(parsed.Problems, d.Problems...) {
		s.Fatalf("manifest: %v\n%s", p, exportText(x))
	}
	w := s.source.Read(context.Background(), d)
	p := plan.Make(s.source.OrganizationID, w, plan.Policy{AllowDelete: true})
	s.source.Refresh(context.Background(), w, p.ResourcesToRefresh())
	return plan.Make(s.source.OrganizationID, w, plan.Policy{AllowDelete: true})
}

func exportText(x *export.Export) string {
	var b strings.Builder
	for _, f := range x.Files {
		fmt.Fprintf(&b, "-- %s --\n%s", f.Name, f.Data)
	}
	return b.String()
}

// peopleManifest declares users, tokens and access rules for the drawn manifest.
const peopleManifest = `
---
users:
  - { username: ada@example.com, workspaceRoles: [{ workspace: data, role: WORKSPACE_OPERATOR }], deploymentRoles: [{ deployment: { workspace: data, name: d0 }, role: DEPLOYMENT_ADMIN }] }
apiTokens:
  - { name: ci, workspace: data, roles: [{ role: WORKSPACE_OPERATOR }, { role: DEPLOYMENT_ADMIN, deployment: d0 }], tokenExpiryPeriodInDays: 90, saveTo: output }
  - { name: ci, scope: ORGANIZATION, roles: [{ role: ORGANIZATION_MEMBER }], saveTo: output }
  - { name: own, deployment: { workspace: data, name: d1 }, roles: [{ role: DEPLOYMENT_ADMIN }], saveTo: output }
allowedIpAddressRanges: [203.0.113.0/24, 198.51.100.7/32]
organization: { allowEnhancedSupportAccess: true }
`

// TestExportThenPlanIsEmpty checks that a plan of an export is empty for any resources,
// in both layouts, and that a second export has the same text.
func TestExportThenPlanIsEmpty(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(struct{ testing.TB }{t}, func(rt *rapid.T) {
			s := newHarnessWithClusters(t)
			s.server.Seed("user", map[string]any{"username": "ada@example.com"})
			text := drawManifest(rt, 4) + peopleManifest
			o := apply.Options{SaveSecret: func(*desired.Resource, string) error { return nil }}
			for _, out := range apply.Run(context.Background(), s.source, s.planManifest(text, plan.Policy{}), o) {
				if !out.Status.IsOK() {
					rt.Fatalf("%s: %v\n%s", out.Change.Resource, out.Err, text)
				}
			}
			s.server.ResetRequests()
			for _, to := range []string{"astro.yaml", "astro"} {
				x := s.exportManifests(to, current.InventoryScope{})
				p := s.planExport(x)
				if len(p.Problems) > 0 {
					rt.Fatalf("plan of the export: %v\n%s", p.Problems, exportText(x))
				}
				for _, c := range p.Changes {
					if c.Action != plan.Unchanged || len(c.Kept) > 0 {
						rt.Fatalf("%s of %s in a plan of the export: %v\n%s\n%s", c.Action, c.Resource, c.Err, changesText(c), exportText(x))
					}
				}
				if want := countAllResources(s); len(p.Changes) != want {
					rt.Fatalf("%d resources exported, %d in Astro\n%s", len(p.Changes), want, exportText(x))
				}
				if diff := cmp.Diff(exportText(x), exportText(s.exportManifests(to, current.InventoryScope{}))); diff != "" {
					rt.Fatalf("the second export of the same resources differs:\n%s", diff)
				}
			}
			if w := s.listWrites(); len(w) > 0 {
				rt.Fatalf("the export sent writes: %v", w)
			}
		})
	})
}

// countAllResources counts all resources of the harness, including the Organization and
// its access list.
func countAllResources(s *harness) int {
	n := 2
	for _, k := range kind.All() {
		if !k.Singleton && kind.All().CreatedKind(k) == nil {
			n += len(s.server.Resources(k.Name))
		}
	}
	return n
}

// TestExportIsComplete checks that an export contains everything: applied to an empty
// Organization, it creates equal resources.
func TestExportIsComplete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(struct{ testing.TB }{t}, func(rt *rapid.T) {
			s := newHarnessWithClusters(t)
			apply.Run(context.Background(), s.source, s.planManifest(drawManifest(rt, 3), plan.Policy{}), apply.Options{})
			x := s.exportManifests("astro.yaml", current.InventoryScope{})
			again := newHarnessWithClusters(t)
			p := again.planExport(x)
			if len(p.Problems) > 0 {
				rt.Fatalf("plan of the export: %v\n%s", p.Problems, exportText(x))
			}
			for _, out := range apply.Run(context.Background(), again.source, p, apply.Options{}) {
				if !out.Status.IsOK() {
					rt.Fatalf("%s: %v\n%s", out.Change.Resource, out.Err, exportText(x))
				}
			}
			comments := regexp.MustCompile(`(?m)^ *#.*\n`) // comments list the omitted resources, which may differ
			plain := func(x *export.Export) string { return comments.ReplaceAllString(exportText(x), "") }
			if diff := cmp.Diff(plain(x), plain(again.exportManifests("astro.yaml", current.InventoryScope{}))); diff != "" {
				rt.Fatalf("lost or changed (-exported +applied):\n%s", diff)
			}
		})
	})
}

// TestExportOfMany checks that an export reads every Deployment once, and needs only one
// list of Deployments.
func TestExportOfMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		count := longtest.Size(30, 1000)
		s := newHarnessWithDeployments(t, count)
		x := s.exportManifests("astro", current.InventoryScope{})
		got := map[string]int{}
		for _, r := range s.server.Requests() {
			_, path, _ := strings.Cut(r.Path, s.server.OrganizationID())
			got[r.Method+" "+regexp.MustCompile(`c[a-z0-9]{24}`).ReplaceAllString(path, "{id}")]++
		}
		for _, call := range slices.Sorted(maps.Keys(got)) {
			t.Logf("%4d %s", got[call], call)
		}
		if n := got["GET /deployments"]; n != 1 {
			t.Errorf("%d lists of Deployments", n)
		}
		p := s.planExport(x)
		if n := countActions(p, plan.Unchanged); n != len(p.Changes) || n < count {
			t.Errorf("%d of %d unchanged, problems %v", n, len(p.Changes), p.Problems)
		}
	})
}

func newHarnessWithDeployments(t testing.TB, n int) *harness {
	s := newHarness(t, simulator.Options{})
	w := s.server.Seed("workspace", map[string]any{"name": "data"})
	for i := range n {
		s.server.Seed("deployment", map[string]any{
			"name": fmt.Sprintf("d%d", i), "workspaceId": w, "type": "STANDARD", "executor": "CELERY",
			"environmentVariables": []map[string]any{{"key": "LOG_LEVEL", "value": "INFO"}, {"key": "PASSWORD", "value": "x", "isSecret": true}},
		})
	}
	return s
}

// BenchmarkExport measures the export of a thousand Deployments, without reading them.
func BenchmarkExport(b *testing.B) {
	s := newHarnessWithDeployments(b, 1000)
	inventory, err := s.source.ReadInventory(b.Context(), kind.All(), current.InventoryScope{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		export.Make(inventory, export.Options{OutputPath: "astro.yaml"})
	}
}
