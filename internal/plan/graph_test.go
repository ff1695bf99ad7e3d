package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// planManifest makes the plan of a manifest. current has the JSON of the resources that
// exist, by the words that a plan names them with.
func planManifest(t testing.TB, text string, current map[string]string, policy plan.Policy) *plan.Plan {
	t.Helper()
	return planCatalog(t, resource.Kinds(), text, current, policy)
}

func planCatalog(t testing.TB, kinds resource.Catalog, text string, current map[string]string, policy plan.Policy) *plan.Plan {
	t.Helper()
	parsed := manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}, manifest.Environment{Lookup: func(string) string { return "" }})
	d := resource.LoadDesired(kinds, parsed.Documents, "")
	for _, p := range append(parsed.Problems, d.Problems...) {
		t.Fatalf("manifest: %v\n%s", p, text)
	}
	w := &resource.Current{Live: map[*resource.Resource]*resource.Live{}}
	for _, o := range d.Resources {
		if answer := current[o.String()]; answer != "" {
			w.Live[o] = newLive(t, o, answer)
			delete(current, o.String())
		}
	}
	for name := range current {
		t.Fatalf("%s exists and is not in the manifest\n%s", name, text)
	}
	for _, o := range d.Resources {
		for _, r := range o.Refs {
			if target := w.Live[r.Declared]; target != nil && !r.ByName {
				r.Resolve(target.ID)
			}
		}
	}
	return plan.Make("corg", d, w, policy)
}

// outlinePlan describes the order of a plan: a line for each change with the changes
// that it comes after and those that its second write waits for, and all errors.
func outlinePlan(p *plan.Plan) string {
	names := func(word string, changes []*plan.Change) string {
		if len(changes) == 0 {
			return ""
		}
		var all []string
		for _, c := range changes {
			all = append(all, c.Resource.String())
		}
		slices.Sort(all)
		return " " + word + " " + strings.Join(all, ", ")
	}
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s%s%s\n", c.Action, c.Resource, names("after", c.DependsOn), names("completed after", c.Deferred))
		if c.Err != nil {
			fmt.Fprintf(&b, "  error: %v\n", c.Err)
		}
	}
	for _, problem := range p.Problems {
		fmt.Fprintf(&b, "problem in line %d: %s\n", problem.Pos.Line, problem.Message)
	}
	return b.String()
}

// What has to come first, comes first, and nothing waits for more than it has to.
func TestDependencies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		manifest string
		current  map[string]string
		want     string
	}{
		"a removal releases a name before a rename takes it": {
			`
deployments:
  - { id: cdeployment00000000000002, name: etl }
  - { id: cdeployment00000000000001, state: absent }
`,
			map[string]string{
				`Deployment "etl"`:                       withMembers(t, dedicatedJSON, `"id": "cdeployment00000000000002", "name": "etl-next"`),
				`Deployment "cdeployment00000000000001"`: withMembers(t, dedicatedJSON, `"id": "cdeployment00000000000001", "name": "etl"`),
			},
			`
delete Deployment "cdeployment00000000000001"
update Deployment "etl" after Deployment "cdeployment00000000000001"
`,
		},
		"not where the name is one of another Workspace": {
			`
deployments:
  - { id: cdeployment00000000000002, name: etl }
  - { id: cdeployment00000000000001, state: absent }
`,
			map[string]string{
				`Deployment "etl"`:                       withMembers(t, dedicatedJSON, `"id": "cdeployment00000000000002", "name": "etl-next", "workspaceId": "cworkspace000000000000002"`),
				`Deployment "cdeployment00000000000001"`: withMembers(t, dedicatedJSON, `"id": "cdeployment00000000000001", "name": "etl"`),
			},
			`
update Deployment "etl"
delete Deployment "cdeployment00000000000001"
`,
		},
		"not where the name is one of another kind": {
			`
workspaces: [{ id: cworkspace000000000000001, name: etl }]
teams: [{ id: cteam00000000000000000001, state: absent }]
`,
			map[string]string{
				`Workspace "etl"`:                  `{"id": "cworkspace000000000000001", "name": "data"}`,
				`Team "cteam00000000000000000001"`: `{"id": "cteam00000000000000000001", "name": "etl"}`,
			},
			`
update Workspace "etl"
delete Team "cteam00000000000000000001"
`,
		},
		"a chain of renames starts at its end": {
			`
workspaces:
  - { id: cworkspace000000000000001, name: two }
  - { id: cworkspace000000000000002, name: three }
`,
			map[string]string{
				`Workspace "two"`:   `{"id": "cworkspace000000000000001", "name": "one"}`,
				`Workspace "three"`: `{"id": "cworkspace000000000000002", "name": "two"}`,
			},
			`
update Workspace "three"
update Workspace "two" after Workspace "three"
`,
		},
		"names that are swapped have no order": {
			`
workspaces:
  - { id: cworkspace000000000000001, name: two }
  - { id: cworkspace000000000000002, name: one }
`,
			map[string]string{
				`Workspace "two"`: `{"id": "cworkspace000000000000001", "name": "one"}`,
				`Workspace "one"`: `{"id": "cworkspace000000000000002", "name": "two"}`,
			},
			`
update Workspace "two"
update Workspace "one"
`,
		},
		"a removal that releases a name comes after the removals that it needs": {
			`
customRoles:
  - { id: crole00000000000000000002, name: viewer }
  - { id: crole00000000000000000001, state: absent }
teams:
  - { name: t, state: absent }
  - { name: other, state: absent }
  - { name: u, state: absent }
`,
			map[string]string{
				`custom role "viewer"`:                    `{"id": "crole00000000000000000002", "name": "reader"}`,
				`custom role "crole00000000000000000001"`: `{"id": "crole00000000000000000001", "name": "viewer"}`,
				`Team "u"`:     `{"id": "cteam00000000000000000003", "name": "u", "deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "viewer"}]}`,
				`Team "other"`: `{"id": "cteam00000000000000000002", "name": "other"}`,
				`Team "t"`:     `{"id": "cteam00000000000000000001", "name": "t", "deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "viewer"}]}`,
			},
			`
delete Team "t"
delete Team "u"
delete custom role "crole00000000000000000001" after Team "t", Team "u"
update custom role "viewer" after custom role "crole00000000000000000001"
delete Team "other"
`,
		},
		"a role takes the name of a removed role that a user still has": {
			`
customRoles:
  - { id: crole00000000000000000002, name: viewer }
  - { id: crole00000000000000000001, state: absent }
users:
  - { username: a@example.com, deploymentRoles: [{ deploymentId: cdeployment00000000000001, role: viewer }] }
`,
			map[string]string{
				`custom role "viewer"`:                    `{"id": "crole00000000000000000002", "name": "reader"}`,
				`custom role "crole00000000000000000001"`: `{"id": "crole00000000000000000001", "name": "viewer"}`,
				`user "a@example.com"`:                    `{"id": "cuser00000000000000000001", "username": "a@example.com", "status": "ACTIVE", "organizationRole": "ORGANIZATION_MEMBER", "deploymentRoles": [{"deploymentId": "cdeployment00000000000001", "role": "viewer"}]}`,
			},
			`
update custom role "viewer"
unchanged user "a@example.com" after custom role "viewer"
delete custom role "crole00000000000000000001" after user "a@example.com"
`,
		},
		"of a cluster and a Workspace that refer to each other, both are removed": {
			`
clusters: [{ id: ccluster00000000000000001, state: absent }]
workspaces: [{ id: cworkspace000000000000001, state: absent }]
`,
			map[string]string{
				`cluster "ccluster00000000000000001"`:   `{"id": "ccluster00000000000000001", "name": "production", "type": "DEDICATED", "workspaceIds": ["cworkspace000000000000001"]}`,
				`Workspace "cworkspace000000000000001"`: `{"id": "cworkspace000000000000001", "name": "data", "defaultClusterId": "ccluster00000000000000001"}`,
			},
			`
delete cluster "ccluster00000000000000001"
delete Workspace "cworkspace000000000000001" after cluster "ccluster00000000000000001"
`,
		},
		"of a new cluster and a new Workspace that refer to each other, the one value is set later, not the list": {
			`
clusters: [{ name: production, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]
workspaces: [{ name: data, defaultCluster: production }]
`, nil, `
create Workspace "data" completed after cluster "production"
create cluster "production" after Workspace "data"
`,
		},
		"the id of a Workspace that exists is known at once, also in a list": {
			`
clusters: [{ name: production, type: DEDICATED, cloudProvider: AWS, region: us-east-1, vpcSubnetRange: 172.20.0.0/20, workspaces: [data] }]
workspaces: [{ name: data, defaultCluster: production }]
`,
			map[string]string{`Workspace "data"`: `{"id": "cworkspace000000000000001", "name": "data"}`},
			`
create cluster "production"
update Workspace "data" after cluster "production"
`,
		},
		"the id of a cluster that exists is known at once": {
			`
clusters: [{ name: production, workspaces: [data] }]
workspaces: [{ name: data, defaultCluster: production }]
`,
			map[string]string{`cluster "production"`: `{"id": "ccluster00000000000000001", "name": "production", "type": "DEDICATED", "workspaceIds": []}`},
			`
create Workspace "data"
update cluster "production" after Workspace "data"
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planManifest(t, test.manifest, test.current, plan.Policy{AllowDelete: true})
			assertEqual(t, "plan", strings.TrimPrefix(test.want, "\n"), outlinePlan(p))
		})
	}
}

// hens and eggs are kinds that refer to each other, eggs to a list of hens.
func cyclicCatalog(ref schema.Ref, hens schema.Type) resource.Catalog {
	toHen, toEgg := ref, ref
	toHen.Kind, toHen.NameField, toEgg.Kind, toEgg.NameField = "hen", "hens", "egg", "egg"
	name := schema.Field{Name: "name", Type: schema.TextType(0)}
	return resource.Catalog{
		{Name: "hen", Title: "hen", Section: "hens", Delete: resource.Endpoint{Method: "DELETE", Path: "/hens/{id}"}, Identity: []string{"name"}, Fields: []schema.Field{name, {Name: "eggId", Type: schema.TextType(0), Ref: &toEgg}}},
		{Name: "egg", Title: "egg", Section: "eggs", Delete: resource.Endpoint{Method: "DELETE", Path: "/eggs/{id}"}, Identity: []string{"name"}, Fields: []schema.Field{name, {Name: "henIds", Type: hens, Ref: &toHen}}},
	}
}

// A cycle of references is broken where one of them may be set later, also if it is
// in a list; where none may, nothing is written.
func TestCyclesOfReferences(t *testing.T) {
	t.Parallel()
	const both = "eggs: [{ name: e, hens: [h] }]\nhens: [{ name: h, egg: e }]"
	later, never := schema.Ref{Deferrable: true}, schema.Ref{}
	list := schema.SetType(schema.TextType(0))
	onlyLists := cyclicCatalog(later, list)
	onlyLists[0].Fields[1].Ref.Deferrable = false
	mixed := cyclicCatalog(never, list)
	mixed[0].Fields[1].Ref.Deferrable = true
	current := map[string]string{
		`hen "h"`: `{"id": "chen000000000000000000001", "name": "h", "eggId": "cegg000000000000000000001"}`,
		`egg "e"`: `{"id": "cegg000000000000000000001", "name": "e", "henIds": ["chen000000000000000000001"]}`,
	}
	const absent = "eggs: [{ name: e, state: absent }]\nhens: [{ name: h, state: absent }]"
	// best is another reference to a hen, which may not be set later.
	best := cyclicCatalog(later, list)
	best[0].Fields[1].Ref.Deferrable = false
	toBest := *best[1].Fields[1].Ref
	toBest.Deferrable, toBest.NameField = false, "bestHen"
	best[1].Fields = slices.Insert(best[1].Fields, 1, schema.Field{Name: "bestHenId", Type: schema.TextType(0), Ref: &toBest})
	withBest := maps.Clone(current)
	withBest[`egg "e"`] = withMembers(t, current[`egg "e"`], `"bestHenId": "chen000000000000000000001"`)
	for name, test := range map[string]struct {
		kinds    resource.Catalog
		manifest string
		current  map[string]string
		want     string
	}{
		"a list alone may be set later":  {onlyLists, both, nil, "create egg \"e\" completed after hen \"h\"\ncreate hen \"h\" after egg \"e\"\n"},
		"a value alone may be set later": {mixed, both, nil, "create hen \"h\" completed after egg \"e\"\ncreate egg \"e\" after hen \"h\"\n"},
		"both may be removed":            {cyclicCatalog(later, list), absent, current, "delete egg \"e\"\ndelete hen \"h\" after egg \"e\"\n"},
		"an egg may be removed first":    {mixed, absent, current, "delete egg \"e\"\ndelete hen \"h\" after egg \"e\"\n"},
		"a hen may be removed first":     {onlyLists, absent, current, "delete hen \"h\"\ndelete egg \"e\" after hen \"h\"\n"},
		"one of two may be set later":    {best, "eggs: [{ name: e, hens: [h], bestHen: h }]\nhens: [{ name: h, egg: e }]", nil, "problem"},
		"one of two may be let go later": {best, absent, withBest, "problem"},
		"neither may be removed first":   {cyclicCatalog(never, list), absent, current, "problem"},
		"neither may be created first":   {cyclicCatalog(never, list), both, nil, "problem"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planCatalog(t, test.kinds, test.manifest, maps.Clone(test.current), plan.Policy{AllowDelete: true})
			if test.want == "problem" {
				if len(p.Problems) != 1 || !strings.HasSuffix(p.Problems[0].Message, `egg "e" → hen "h" → egg "e"`) && !strings.HasSuffix(p.Problems[0].Message, `hen "h" → egg "e" → hen "h"`) {
					t.Errorf("no problem that names the cycle:\n%s", outlinePlan(p))
				}
				return
			}
			assertEqual(t, "plan", test.want, outlinePlan(p))
		})
	}
}
