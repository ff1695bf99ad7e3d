package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// planCatalog makes the plan of a manifest for a catalog of kinds. responses contains the
// API's responses for the resources that exist, by the text of Resource.String.
func planCatalog(t testing.TB, kinds kind.Catalog, text string, responses map[string]string, policy plan.Policy) *plan.Plan {
	t.Helper()
	parsed := manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}, manifest.Environment{Lookup: func(string) string { return "" }})
	d := desired.Load(kinds, parsed.Documents, "")
	for _, p := range append(parsed.Problems, d.Problems...) {
		t.Fatalf("manifest: %v\n%s", p, text)
	}
	w := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{}}
	for _, o := range d.Resources {
		if answer := responses[o.String()]; answer != "" {
			w.Live[o] = newLive(t, o, answer)
			delete(responses, o.String())
		}
	}
	for name := range responses {
		t.Fatalf("%s exists and is not in the manifest\n%s", name, text)
	}
	for _, o := range d.Resources {
		for _, r := range o.Refs {
			if target := w.Live[r.Declared]; target != nil && !r.ByName {
				r.Resolve(target.ID)
			}
		}
	}
	return plan.Make("corg", w, policy)
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

// cyclicCatalog returns two kinds that refer to each other: a hen to an egg, and an egg to
// a list of hens. Both references are like ref.
func cyclicCatalog(ref schema.Ref) kind.Catalog {
	toHen, toEgg := ref, ref
	toHen.Kind, toHen.NameField, toEgg.Kind, toEgg.NameField = "hen", "hens", "egg", "egg"
	name := schema.Field{Name: "name", Type: schema.TextType(0)}
	return kind.Catalog{
		{
			Name: "hen", Title: "hen", Section: "hens", Identity: []string{"name"},
			Endpoints: kind.Endpoints{Delete: kind.Endpoint{Method: "DELETE", Path: "/hens/{id}"}},
			Fields:    []schema.Field{name, {Name: "eggId", Type: schema.TextType(0), Ref: &toEgg}},
		},
		{
			Name: "egg", Title: "egg", Section: "eggs", Identity: []string{"name"},
			Endpoints: kind.Endpoints{Delete: kind.Endpoint{Method: "DELETE", Path: "/eggs/{id}"}},
			Fields:    []schema.Field{name, {Name: "henIds", Type: schema.SetType(schema.TextType(0)), Ref: &toHen}},
		},
	}
}

// A cycle of references is broken at a deferrable reference, also if that is in a list. A
// cycle without a deferrable reference is a problem.
func TestCyclesOfReferences(t *testing.T) {
	t.Parallel()
	const (
		present = "eggs: [{ name: e, hens: [h] }]\nhens: [{ name: h, egg: e }]"
		absent  = "eggs: [{ name: e, state: absent }]\nhens: [{ name: h, state: absent }]"
	)
	current := map[string]string{
		`hen "h"`: `{"id": "chen000000000000000000001", "name": "h", "eggId": "cegg000000000000000000001"}`,
		`egg "e"`: `{"id": "cegg000000000000000000001", "name": "e", "henIds": ["chen000000000000000000001"]}`,
	}
	deferrable, fixed := cyclicCatalog(schema.Ref{Deferrable: true}), cyclicCatalog(schema.Ref{})
	onlyList, onlyValue := cyclicCatalog(schema.Ref{Deferrable: true}), cyclicCatalog(schema.Ref{})
	onlyList[0].Fields[1].Ref.Deferrable = false
	onlyValue[0].Fields[1].Ref.Deferrable = true
	// An egg has a second reference to a hen, which is not deferrable.
	twoReferences := cyclicCatalog(schema.Ref{Deferrable: true})
	twoReferences[0].Fields[1].Ref.Deferrable = false
	toBest := *twoReferences[1].Fields[1].Ref
	toBest.Deferrable, toBest.NameField = false, "bestHen"
	twoReferences[1].Fields = slices.Insert(twoReferences[1].Fields, 1, schema.Field{Name: "bestHenId", Type: schema.TextType(0), Ref: &toBest})
	currentWithBest := maps.Clone(current)
	currentWithBest[`egg "e"`] = withMembers(t, current[`egg "e"`], `"bestHenId": "chen000000000000000000001"`)
	for name, test := range map[string]struct {
		kinds    kind.Catalog
		manifest string
		current  map[string]string
		want     []string // nil: the cycle is a problem
	}{
		"create, the list is deferrable": {
			kinds: onlyList, manifest: present,
			want: []string{`create egg "e" completed after hen "h"`, `create hen "h" after egg "e"`},
		},
		"create, the single reference is deferrable": {
			kinds: onlyValue, manifest: present,
			want: []string{`create hen "h" completed after egg "e"`, `create egg "e" after hen "h"`},
		},
		"create, one of two references is deferrable": {
			kinds: twoReferences, manifest: "eggs: [{ name: e, hens: [h], bestHen: h }]\nhens: [{ name: h, egg: e }]",
		},
		"create, no reference is deferrable": {kinds: fixed, manifest: present},
		"delete, both references are deferrable": {
			kinds: deferrable, manifest: absent, current: current,
			want: []string{`delete egg "e"`, `delete hen "h" after egg "e"`},
		},
		"delete, the hen's reference is deferrable": {
			kinds: onlyValue, manifest: absent, current: current,
			want: []string{`delete egg "e"`, `delete hen "h" after egg "e"`},
		},
		"delete, the egg's list is deferrable": {
			kinds: onlyList, manifest: absent, current: current,
			want: []string{`delete hen "h"`, `delete egg "e" after hen "h"`},
		},
		"delete, one of two references is deferrable": {kinds: twoReferences, manifest: absent, current: currentWithBest},
		"delete, no reference is deferrable":          {kinds: fixed, manifest: absent, current: current},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planCatalog(t, test.kinds, test.manifest, maps.Clone(test.current), plan.Policy{AllowDelete: true})
			if test.want == nil {
				if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Message, `egg "e" → hen "h" → egg "e"; `) && !strings.Contains(p.Problems[0].Message, `hen "h" → egg "e" → hen "h"; `) {
					t.Errorf("no problem that names the cycle:\n%s", outlinePlan(p))
				}
				return
			}
			testkit.AssertEqual(t, "plan", strings.Join(test.want, "\n")+"\n", outlinePlan(p))
		})
	}
}
