package plan_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/simulator/seed"
)

// No manifest, valid or not, crashes the loader or the plan, with any answer of the API.
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
	for _, file := range caseFiles(f) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, section := range archive.Files[1:] {
			if strings.HasPrefix(section.Name, "current/") {
				f.Add(string(archive.Files[0].Data), string(section.Data))
				f.Add("teams: [{ name: a, members: [b], deploymentRoles: [{ deployment: { workspace: w, name: n }, role: r }] }]", string(section.Data))
				f.Add("apiTokens: [{ name: a, scope: ORGANIZATION, roles: [{ role: r }] }]\nallowedIpAddressRanges: [1.2.3.4/8]", string(section.Data))
				f.Add("environmentObjects: [{ objectType: CONNECTION, objectKey: a, links: [{ deployment: d, overrides: { connection: {} } }], connection: { extra: {} } }]", string(section.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text, answer string) {
		env := manifest.Environment{Lookup: func(string) string { return "value" }}
		parsed := manifest.Parse([]manifest.Source{{Name: "a.yaml", Data: []byte(text)}}, env)
		d := desired.Load(kind.All(), parsed.Documents, "data")
		seed.Make(d)
		wrong := slices.ContainsFunc(append(parsed.Problems, d.Problems...), func(p schema.Problem) bool { return !p.Warning })
		for _, policy := range []plan.Policy{{}, {AllowDelete: true, WriteSecrets: true}} {
			world := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{}, Errs: map[*desired.Resource]error{}}
			for i, o := range d.Resources {
				if live, err := current.NewLive(o.Kind, []byte(answer)); err == nil && i%2 == 0 {
					world.Live[o] = live
				}
			}
			p := plan.Make("corg", world, policy)
			if _, err := p.JSON(1 << 20); err != nil && !wrong {
				t.Error(err)
			}
		}
	})
}
