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

// planCatalog makes the plan of a manifest for a catalog of kinds. current contains the
// API's answers for the resources that exist, by the text of Resource.String.
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

// outlinePlan describes the order of a plan: a line for each change with its
// dependencies and those of its second write, and all errors.
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
				if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Message, `egg "e" → hen "h" → egg "e"; `) && !strings.Contains(p.Problems[0].Message, `hen "h" → egg "e" → hen "h"; `) {
					t.Errorf("no problem that names the cycle:\n%s", outlinePlan(p))
				}
				return
			}
			assertEqual(t, "plan", test.want, outlinePlan(p))
		})
	}
}
