package plan_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Whatever a manifest holds, it is declared and planned without a crash, wrong
// or not, and against whatever is live.
func FuzzPlan(f *testing.F) {
	files, err := filepath.Glob("../../testdata/examples/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "../../testdata/everything.yaml", "../../testdata/astro.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "{}")
	}
	f.Add("teams: [{ name: a, workspaceRoles: [{ m }], deploymentRoles: [{ m }], dagRoles: [{ m }] }]", "{}") // items without a key
	for _, answer := range moreAnswers {
		f.Add("teams: [{ name: a, members: [b], deploymentRoles: [{ deployment: { workspace: w, name: n }, role: r }] }]", answer)
		f.Add("apiTokens: [{ name: a, scope: ORGANIZATION, roles: [{ role: r }] }]\nallowedIpAddressRanges: [1.2.3.4/8]", answer)
		f.Add("environmentObjects: [{ objectType: CONNECTION, objectKey: a, links: [{ deployment: d, overrides: { connection: {} } }], connection: { extra: {} } }]", answer)
	}
	f.Fuzz(func(t *testing.T, text, answer string) {
		env := manifest.Environment{Lookup: func(string) string { return "value" }}
		parsed := manifest.Parse([]manifest.Source{{Name: "a.yaml", Data: []byte(text)}}, env)
		d := resource.LoadDesired(resource.Kinds(), parsed.Documents, "data")
		resource.SimulatorSeeds(d)
		wrong := slices.ContainsFunc(append(parsed.Problems, d.Problems...), func(p schema.Problem) bool { return !p.Warning })
		for _, policy := range []plan.Policy{{}, {AllowDelete: true, WriteSecrets: true}} {
			world := &resource.Current{Live: map[*resource.Resource]*resource.Live{}, Errs: map[*resource.Resource]error{}}
			for i, o := range d.Resources {
				if live, err := resource.NewLive(o.Kind, []byte(answer)); err == nil && i%2 == 0 {
					world.Live[o] = live
				}
			}
			p := plan.Make("corg", d, world, policy)
			if _, err := p.JSON(); err != nil && !wrong {
				t.Error(err)
			}
		}
	})
}
