package plan_test

import (
	"regexp"
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// unplannedChange returns the path of a change in d that the plan doesn't show, and that a run with reviewed changes
// only therefore refuses.
func unplannedChange(d, planned *plan.Diff) string {
	return refusedPath(plan.Policy{ReviewedOnly: true}.CheckPlanned(d, planned))
}

// unplannedRemoval returns the path of a removal in d that the plan doesn't show, and that every run refuses.
func unplannedRemoval(d, planned *plan.Diff) string {
	return refusedPath(plan.Policy{}.CheckPlanned(d, planned))
}

var refusal = regexp.MustCompile(`would also remove (.*); run again$|^(.*) changed after the plan, and this run`)

func refusedPath(err error) string {
	if err == nil {
		return ""
	}
	return strings.Join(refusal.FindStringSubmatch(err.Error())[1:], "")
}

// CheckPlanned compares values by their content, in every form and at every length,
// because their displayed text may be truncated, redacted or empty.
func TestUnplannedChangeComparesContent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 200)
	parse := func(text string) *schema.Node {
		if text == "" {
			return nil
		}
		n, err := schema.ParseJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for name, values := range map[string][2]string{
		"long texts":                  {`"` + long + `a"`, `"` + long + `b"`},
		"long lists":                  {`["` + long + `", "a"]`, `["` + long + `", "b"]`},
		"the order of a list":         {`["a", "b"]`, `["b", "a"]`},
		"long mappings":               {`{"a": "` + long + `", "b": 1}`, `{"a": "` + long + `", "b": 2}`},
		"names of members":            {`{"a": 1}`, `{"b": 1}`},
		"repeated members":            {`{"a": 1, "a": 1}`, `{"a": 1, "b": 1}`},
		"a missing member":            {`{"a": 1}`, `{"a": 1, "b": null}`},
		"large numbers":               {`9007199254740992`, `9007199254740993`},
		"booleans":                    {`true`, `false`},
		"a number and text":           {`1`, `"1"`},
		"a boolean and text":          {`true`, `"true"`},
		"null and text":               {`null`, `"null"`},
		"null and nothing":            {`null`, ``},
		"empty text and nothing":      {`""`, ``},
		"a list and a mapping":        {`[]`, `{}`},
		"text that looks like a list": {`["a", "b"]`, `"[\"a\", \"b\"]"`},
		"redacted text":               {`"***"`, `"x"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := parse(values[0]), parse(values[1])
			diff := func(before, after *schema.Node) *plan.Diff {
				return &plan.Diff{Fields: []plan.Field{{Path: "p", Old: before, New: after}}}
			}
			x := schema.String("x")
			for _, other := range []struct{ d, shown *plan.Diff }{{diff(a, x), diff(b, x)}, {diff(b, x), diff(a, x)}, {diff(x, a), diff(x, b)}, {diff(x, b), diff(x, a)}} {
				testkit.AssertEqual(t, "another value", "p", unplannedChange(other.d, other.shown))
			}
			testkit.AssertEqual(t, "the same value", "", unplannedChange(diff(a, b), diff(a, b)))
			testkit.AssertEqual(t, "another removal", "p", unplannedRemoval(diff(a, nil), diff(b, nil)))
			if b != nil {
				testkit.AssertEqual(t, "another removal", "p", unplannedRemoval(diff(b, nil), diff(a, nil)))
			}
			testkit.AssertEqual(t, "the same removal", "", unplannedRemoval(diff(a, nil), diff(a, nil)))
		})
	}
}

func TestUnplannedChangeComparesSecrets(t *testing.T) {
	t.Parallel()
	diff := func(text string) *plan.Diff {
		return &plan.Diff{Fields: []plan.Field{{Path: "p", Old: &schema.Node{Form: schema.Text, Text: text, Sensitive: true}, New: schema.String("x")}}}
	}
	testkit.AssertEqual(t, "another secret", "p", unplannedChange(diff("a"), diff("b")))
	testkit.AssertEqual(t, "the same secret", "", unplannedChange(diff("a"), diff("a")))
	hidden := &plan.Diff{Fields: []plan.Field{{Path: "p", Old: schema.RedactedNode(), New: schema.String("x")}}}
	testkit.AssertEqual(t, "a secret that Astro doesn't return", "p", unplannedChange(hidden, diff("")))
}

// The order of a mapping's members has no meaning.
func TestUnplannedChangeIgnoresTheOrderOfMembers(t *testing.T) {
	t.Parallel()
	diff := func(text string) *plan.Diff {
		n, err := schema.ParseJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return &plan.Diff{Fields: []plan.Field{{Path: "p", Old: n, New: n}}}
	}
	testkit.AssertEqual(t, "another order", "", unplannedChange(diff(`{"a": 1, "b": {"c": 1, "d": 2}}`), diff(`{"b": {"d": 2, "c": 1}, "a": 1}`)))
}

// The items of a set share a path, so each counts once.
func TestPlannedItemsCountOnce(t *testing.T) {
	t.Parallel()
	add := func(texts ...string) *plan.Diff {
		d := &plan.Diff{}
		for _, text := range texts {
			d.Fields = append(d.Fields, plan.Field{Path: "emails", New: schema.String(text)})
		}
		return d
	}
	remove := func(texts ...string) *plan.Diff {
		d := &plan.Diff{}
		for _, text := range texts {
			d.Fields = append(d.Fields, plan.Field{Path: "emails", Old: schema.String(text)})
		}
		return d
	}
	testkit.AssertEqual(t, "another item", "emails", unplannedChange(add("a", "b"), add("a")))
	testkit.AssertEqual(t, "another item", "emails", unplannedChange(add("b"), add("a")))
	testkit.AssertEqual(t, "twice", "emails", unplannedChange(add("a", "a"), add("a")))
	testkit.AssertEqual(t, "another order", "", unplannedChange(add("b", "a"), add("a", "b")))
	testkit.AssertEqual(t, "a part", "", unplannedChange(add("b"), add("a", "b")))
	testkit.AssertEqual(t, "removed twice", "emails", unplannedRemoval(remove("a", "a"), remove("a")))
	testkit.AssertEqual(t, "a removal, shown with another one", "", unplannedRemoval(remove("a"), remove("b", "a")))
	testkit.AssertEqual(t, "a removal, shown as an addition", "emails", unplannedChange(remove("a"), add("a")))
	testkit.AssertEqual(t, "an addition, shown as a removal", "emails", unplannedChange(add("a"), remove("a")))
}

// CheckPlanned matches a removal only with a removal: neither with a change to
// another value, nor with a value that is kept because removals are not allowed.
func TestUnplannedRemovalCountsOnlyRemovals(t *testing.T) {
	t.Parallel()
	a, b := schema.String("a"), schema.String("b")
	removed := plan.Field{Path: "description", Old: a}
	d := &plan.Diff{Fields: []plan.Field{removed}}
	testkit.AssertEqual(t, "shown as a change", "description", unplannedRemoval(d, &plan.Diff{Fields: []plan.Field{{Path: "description", Old: a, New: b}}}))
	testkit.AssertEqual(t, "shown as kept", "description", unplannedRemoval(d, &plan.Diff{Kept: []plan.Field{removed}}))
	testkit.AssertEqual(t, "shown", "", unplannedRemoval(d, &plan.Diff{Fields: []plan.Field{removed}}))
}

// A secret that is rewritten, because its resource is written anyway, counts as a change.
func TestUnplannedChangeCountsRewrittenSecrets(t *testing.T) {
	t.Parallel()
	rewrite := plan.Field{Path: "token", New: &schema.Node{Form: schema.Text, Text: "s", Sensitive: true}, Rewrite: true}
	d := &plan.Diff{Fields: []plan.Field{{Path: "description", New: schema.String("x")}, rewrite}}
	testkit.AssertEqual(t, "not shown", "token", unplannedChange(d, &plan.Diff{Fields: d.Fields[:1]}))
	testkit.AssertEqual(t, "shown", "", unplannedChange(d, d))
}

// A reference that was unknown when the plan was shown is known after the
// resource that it refers to was created.
func TestUnplannedChangeAllowsResolvedReferences(t *testing.T) {
	t.Parallel()
	role := func(path string, id *schema.Node, role string) *plan.Diff {
		n := &schema.Node{Form: schema.Map}
		n.Set("workspaceId", id)
		n.Set("role", schema.String(role))
		return &plan.Diff{Fields: []plan.Field{{Path: path, New: n}}}
	}
	unknown := &schema.Node{Form: schema.Unknown, Text: `id of Workspace "data"`}
	shown := role(`roles[Workspace "data"]`, unknown, "MEMBER")
	testkit.AssertEqual(t, "resolved", "", unplannedChange(role("roles[c1]", schema.String("c1"), "MEMBER"), shown))
	testkit.AssertEqual(t, "with another role", "roles[c1]", unplannedChange(role("roles[c1]", schema.String("c1"), "OWNER"), shown))
	testkit.AssertEqual(t, "of another list", "more[c1]", unplannedChange(role("more[c1]", schema.String("c1"), "MEMBER"), shown))
	testkit.AssertEqual(t, "known before", "roles[c1]", unplannedChange(role("roles[c1]", schema.String("c1"), "MEMBER"), role("roles[c2]", schema.String("c1"), "MEMBER")))
	changed := role("roles[c1]", schema.String("c1"), "MEMBER")
	changed.Fields[0].Old = schema.String("changed since")
	testkit.AssertEqual(t, "resolved, and changed since", "roles[c1]", unplannedChange(changed, shown))
	testkit.AssertEqual(t, "still unknown", "", unplannedChange(role(`roles[Workspace "data"]`, unknown, "MEMBER"), shown))
	other := &schema.Node{Form: schema.Unknown, Text: `id of Workspace "more"`}
	testkit.AssertEqual(t, "another unknown one", `roles[Workspace "data"]`, unplannedChange(role(`roles[Workspace "data"]`, other, "MEMBER"), shown))
	both := role("roles[c1]", schema.String("c1"), "MEMBER")
	both.Fields = append(both.Fields, role("roles[c2]", schema.String("c2"), "MEMBER").Fields...)
	testkit.AssertEqual(t, "one item of two", "roles[c2]", unplannedChange(both, shown))
	testkit.AssertEqual(t, "a field of an item", "roles[c1].in", unplannedChange(role("roles[c1].in", schema.String("c1"), "MEMBER"), role(`roles[Workspace "data"].in`, unknown, "MEMBER")))
}

// Any run refuses a removal that the plan doesn't contain.
func TestUnplannedRemoval(t *testing.T) {
	t.Parallel()
	all := compareDeployment(t, "contactEmails: [], environmentVariables: []", dedicatedJSON, plan.Policy{AllowDelete: true})
	some := compareDeployment(t, "contactEmails: []", dedicatedJSON, plan.Policy{AllowDelete: true})
	testkit.AssertEqual(t, "the shown plan has one removal of two", "environmentVariables[A]", unplannedRemoval(&all.Diff, &some.Diff))
	testkit.AssertEqual(t, "the shown plan has both removals", "", unplannedRemoval(&some.Diff, &all.Diff))
	other := compareDeployment(t, "contactEmails: []", withMembers(t, dedicatedJSON, `"contactEmails": ["new@example.com"]`), plan.Policy{AllowDelete: true})
	testkit.AssertEqual(t, "another item of the set", "contactEmails", unplannedRemoval(&other.Diff, &some.Diff))
	update := compareDeployment(t, "description: new", dedicatedJSON, plan.Policy{})
	testkit.AssertEqual(t, "no removal", "", unplannedRemoval(&update.Diff, &some.Diff))
}
