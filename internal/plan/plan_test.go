package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// newCurrent returns a current state with the resources whose names are in answers, and
// resolves references to them.
func newCurrent(t testing.TB, d *desired.State, answers map[string]string) *current.State {
	t.Helper()
	w := &current.State{Desired: d, Live: map[*desired.Resource]*current.Live{}, Errs: map[*desired.Resource]error{}}
	for _, o := range d.Resources {
		if answer, ok := answers[o.Name()]; ok {
			w.Live[o] = newLive(t, o, answer)
		}
	}
	for _, o := range d.Resources {
		for _, r := range o.Refs {
			if target := w.Live[r.Declared]; target != nil {
				r.Resolve(target.ID)
			}
		}
	}
	return w
}

func actionLines(p *plan.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		out = append(out, string(c.Action)+" "+c.Resource.Name())
	}
	return out
}

func TestActions(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, `
workspaces:
  - { name: same, description: old }
  - { name: changed, description: new }
  - { name: new }
  - { name: gone, state: absent }
  - { name: going, state: absent }
  - { name: unreadable }
`)
	answers := map[string]string{}
	for _, name := range []string{"same", "changed", "going"} {
		answers[name] = fmt.Sprintf(`{"id": "id-%s", "name": %q, "description": "old"}`, name, name)
	}
	w := newCurrent(t, d, answers)
	refused := errors.New("403")
	w.Errs[d.Resources[5]] = refused
	w.Problems = []schema.Problem{{Message: "seen while reading"}}

	p := plan.Make("corg", w, plan.Policy{})
	testkit.AssertEqual(t, "actions", []string{"unchanged same", "update changed", "create new", "unchanged gone", "kept going", "unknown unreadable"}, actionLines(p))
	testkit.AssertEqual(t, "a delete that is not allowed", []string{"marked state: absent, but exists in Astro; kept (set allow-delete: true to delete it)"}, messagesOf(p.Changes[4].Notes))
	testkit.AssertEqual(t, "problems", []string{"seen while reading"}, messagesOf(p.Problems))
	if !errors.Is(p.Changes[5].Err, refused) || p.OrganizationID != "corg" {
		t.Errorf("unknown: %v, Organization %s", p.Changes[5].Err, p.OrganizationID)
	}
	// An update that was planned from a list item needs the complete resource.
	stale := p.ResourcesToRefresh()
	if len(stale) != 1 || stale[0].Name() != "changed" {
		t.Errorf("resources to refresh: %v", stale)
	}
	w.Live[d.Resources[1]].Complete = true
	same := w.Live[d.Resources[0]]
	w.Live[d.Resources[0]] = newLive(t, d.Resources[0], `{"id": "id-same", "name": "same", "description": "not compared again"}`)
	updated := p.Update(w, plan.Policy{}, stale)
	testkit.AssertEqual(t, "actions of the updated plan", actionLines(p), actionLines(updated))
	testkit.AssertEqual(t, "resources to refresh", 0, len(updated.ResourcesToRefresh()))
	w.Live[d.Resources[0]] = same
	p = plan.Make("corg", w, plan.Policy{AllowDelete: true})
	testkit.AssertEqual(t, "actions", "delete going", actionLines(p)[5])
	testkit.AssertEqual(t, "resources to refresh", 0, len(p.ResourcesToRefresh()))
}

// A create has a note with undeclared resources that may be the same one under another
// name.
func TestRenameHints(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, "deployments: [{ name: new, workspaceId: cworkspace000000000000001, type: STANDARD }]")
	w := newCurrent(t, d, nil)
	w.RenameHints = map[*desired.Resource][]string{d.Resources[0]: {`"a" (c1)`, `"b" (c2)`, `"c" (c3)`, `"d" (c4)`, `"e" (c5)`}}
	p := plan.Make("corg", w, plan.Policy{})
	testkit.AssertEqual(t, "notes", []string{
		`will be created; resources that are not in the manifest, but in the same Workspace: "a" (c1), "b" (c2), "c" (c3) and 2 more; if this is a rename, add the id of the existing one`,
	}, messagesOf(p.Changes[0].Notes))
}

func TestSecretsOfAPlan(t *testing.T) {
	t.Parallel()
	d := declareManifest(t, "deployments: [{ name: one, workspaceId: cworkspace000000000000001, environmentVariables: [{ key: A }, { key: S, value: hidden }] }]")
	p := plan.Make("corg", newCurrent(t, d, map[string]string{"one": dedicatedJSON}), plan.Policy{})
	testkit.AssertEqual(t, "secrets", []string{"hidden"}, p.NewlySensitiveTexts())
}

// In any order of the manifest, a resource comes before its dependents, and a delete
// comes after the deletes of its dependents and after all other changes.
func TestOrderProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		sections := map[string][]string{}
		answers := map[string]string{}
		for i := range 3 {
			state := rapid.SampledFrom([]string{"present", "absent"}).Draw(rt, "state")
			sections["workspaces"] = append(sections["workspaces"], fmt.Sprintf("{ name: w%d, state: %s }", i, state))
			for j := range 2 {
				below := state
				if state == "present" {
					below = rapid.SampledFrom([]string{"present", "absent"}).Draw(rt, "state")
				}
				name := fmt.Sprintf("d%d%d", i, j)
				sections["deployments"] = append(sections["deployments"], fmt.Sprintf("{ name: %s, workspace: w%d, type: DEDICATED, state: %s }", name, i, below))
				if below == "absent" || rapid.Bool().Draw(rt, "live") {
					answers[name] = withMembers(t, dedicatedJSON, fmt.Sprintf(`"name": %q, "id": %q, "workspaceId": "id-w%d"`, name, "id-"+name, i))
					answers[fmt.Sprintf("w%d", i)] = fmt.Sprintf(`{"id": "id-w%d", "name": "w%d"}`, i, i)
				}
			}
		}
		text := ""
		for _, section := range rapid.Permutation([]string{"workspaces", "deployments"}).Draw(rt, "sections") {
			text += section + ": [" + strings.Join(rapid.Permutation(sections[section]).Draw(rt, "objects"), ", ") + "]\n"
		}
		d := declareManifest(t, text)
		p := plan.Make("corg", newCurrent(t, d, answers), plan.Policy{AllowDelete: true})
		at := map[string]int{}
		for i, c := range p.Changes {
			at[c.Resource.Name()] = i
			for _, n := range c.DependsOn {
				if before := slices.Index(p.Changes, n); before >= i {
					rt.Fatalf("%s depends on %s, which comes later\n%s", c.Resource, n.Resource, text)
				}
			}
			if i > 0 && p.Changes[i-1].Action == plan.Delete && c.Action != plan.Delete {
				rt.Fatalf("%s %s comes after a delete\n%s", c.Action, c.Resource, text)
			}
		}
		for _, c := range p.Changes {
			if c.Resource.Kind.Name != "deployment" {
				continue
			}
			w := p.Changes[at["w"+c.Resource.Name()[1:2]]]
			if first := at[w.Resource.Name()] < at[c.Resource.Name()]; first == (w.Action == plan.Delete) {
				rt.Fatalf("%s %s and %s %s are in the wrong order\n%s", w.Action, w.Resource, c.Action, c.Resource, text)
			}
		}
		if len(p.Changes) != len(d.Resources) || len(p.Problems) > 0 {
			rt.Fatalf("%d changes of %d resources, problems %v\n%s", len(p.Changes), len(d.Resources), p.Problems, text)
		}
	})
}

// A cycle of references that can't be deferred is a problem.
func TestReferenceCycle(t *testing.T) {
	t.Parallel()
	newKind := func(name, other string) *kind.Kind {
		return &kind.Kind{Name: name, Title: name, Section: name + "s", Identity: []string{"name"}, Fields: []schema.Field{
			{Name: "name", Type: schema.TextType(0)},
			{Name: other + "Id", Type: schema.TextType(0), Ref: &schema.Ref{Kind: other, NameField: other}},
		}}
	}
	env := manifest.Environment{Lookup: func(string) string { return "" }}
	parsed := manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte("eggs: [{ name: e, hen: h }]\nhens: [{ name: h, egg: e }, { name: free }]")}}, env)
	d := desired.Load(kind.Catalog{newKind("hen", "egg"), newKind("egg", "hen")}, parsed.Documents, "")
	p := plan.Make("corg", newCurrent(t, d, nil), plan.Policy{})
	testkit.AssertEqual(t, "problems", []string{`references form a cycle: egg "e" → hen "h" → egg "e"; remove one of these references`}, messagesOf(p.Problems))
	testkit.AssertEqual(t, "resources", 3, len(p.Changes))
}
