package plan_test

import (
	"strings"
	"testing"

	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// Values are compared by their content, in every form and at every length: their
// displayed text is cut, redacted or empty.
func TestExceedsComparesContent(t *testing.T) {
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
				same(t, "another value", "p", other.d.Exceeds(other.shown))
			}
			same(t, "the same value", "", diff(a, b).Exceeds(diff(a, b)))
			same(t, "another removal", "p", diff(a, nil).Removes(diff(b, nil)))
			if b != nil {
				same(t, "another removal", "p", diff(b, nil).Removes(diff(a, nil)))
			}
			same(t, "the same removal", "", diff(a, nil).Removes(diff(a, nil)))
		})
	}
}

func TestExceedsComparesSecrets(t *testing.T) {
	t.Parallel()
	diff := func(text string) *plan.Diff {
		return &plan.Diff{Fields: []plan.Field{{Path: "p", Old: &schema.Node{Form: schema.Text, Text: text, Sensitive: true}, New: schema.String("x")}}}
	}
	same(t, "another secret", "p", diff("a").Exceeds(diff("b")))
	same(t, "the same secret", "", diff("a").Exceeds(diff("a")))
	hidden := &plan.Diff{Fields: []plan.Field{{Path: "p", Old: schema.RedactedNode(), New: schema.String("x")}}}
	same(t, "a secret that Astro doesn't return", "p", hidden.Exceeds(diff("")))
}

// The order of a mapping's members has no meaning.
func TestExceedsIgnoresTheOrderOfMembers(t *testing.T) {
	t.Parallel()
	diff := func(text string) *plan.Diff {
		n, err := schema.ParseJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return &plan.Diff{Fields: []plan.Field{{Path: "p", Old: n, New: n}}}
	}
	same(t, "another order", "", diff(`{"a": 1, "b": {"c": 1, "d": 2}}`).Exceeds(diff(`{"b": {"d": 2, "c": 1}, "a": 1}`)))
}

// The items of a set share a path, so each counts once.
func TestShownItemsCountOnce(t *testing.T) {
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
	same(t, "another item", "emails", add("a", "b").Exceeds(add("a")))
	same(t, "another item", "emails", add("b").Exceeds(add("a")))
	same(t, "twice", "emails", add("a", "a").Exceeds(add("a")))
	same(t, "another order", "", add("b", "a").Exceeds(add("a", "b")))
	same(t, "a part", "", add("b").Exceeds(add("a", "b")))
	same(t, "removed twice", "emails", remove("a", "a").Removes(remove("a")))
	same(t, "a removal that was shown", "", remove("a").Removes(remove("b", "a")))
	same(t, "a removal that was an addition", "emails", remove("a").Exceeds(add("a")))
	same(t, "an addition that was a removal", "emails", add("a").Exceeds(remove("a")))
}

// A removal was shown only as a removal: neither as a change to another value, nor
// as a value that is kept because removals are not allowed.
func TestRemovesCountsOnlyRemovals(t *testing.T) {
	t.Parallel()
	a, b := schema.String("a"), schema.String("b")
	removed := plan.Field{Path: "description", Old: a}
	d := &plan.Diff{Fields: []plan.Field{removed}}
	same(t, "shown as a change", "description", d.Removes(&plan.Diff{Fields: []plan.Field{{Path: "description", Old: a, New: b}}}))
	same(t, "shown as kept", "description", d.Removes(&plan.Diff{Kept: []plan.Field{removed}}))
	same(t, "shown", "", d.Removes(&plan.Diff{Fields: []plan.Field{removed}}))
}

// A secret that is written again, because its resource is written anyway, is a
// change like any other.
func TestExceedsCountsSecretsThatAreWrittenAgain(t *testing.T) {
	t.Parallel()
	again := plan.Field{Path: "token", New: &schema.Node{Form: schema.Text, Text: "s", Sensitive: true}, Again: true}
	d := &plan.Diff{Fields: []plan.Field{{Path: "description", New: schema.String("x")}, again}}
	same(t, "not shown", "token", d.Exceeds(&plan.Diff{Fields: d.Fields[:1]}))
	same(t, "shown", "", d.Exceeds(d))
}

// A reference that was unknown when the plan was shown is known after the
// resource that it refers to was created.
func TestExceedsKnowsResolvedReferences(t *testing.T) {
	t.Parallel()
	role := func(path string, id *schema.Node, role string) *plan.Diff {
		n := &schema.Node{Form: schema.Map}
		n.Set("workspaceId", id)
		n.Set("role", schema.String(role))
		return &plan.Diff{Fields: []plan.Field{{Path: path, New: n}}}
	}
	unknown := &schema.Node{Form: schema.Unknown, Text: `id of workspace "data"`}
	shown := role(`roles[workspace "data"]`, unknown, "MEMBER")
	same(t, "resolved", "", role("roles[c1]", schema.String("c1"), "MEMBER").Exceeds(shown))
	same(t, "with another role", "roles[c1]", role("roles[c1]", schema.String("c1"), "OWNER").Exceeds(shown))
	same(t, "of another list", "more[c1]", role("more[c1]", schema.String("c1"), "MEMBER").Exceeds(shown))
	same(t, "known before", "roles[c1]", role("roles[c1]", schema.String("c1"), "MEMBER").Exceeds(role("roles[c2]", schema.String("c1"), "MEMBER")))
	changed := role("roles[c1]", schema.String("c1"), "MEMBER")
	changed.Fields[0].Old = schema.String("changed since")
	same(t, "resolved, and changed since", "roles[c1]", changed.Exceeds(shown))
	same(t, "still unknown", "", role(`roles[workspace "data"]`, unknown, "MEMBER").Exceeds(shown))
	other := &schema.Node{Form: schema.Unknown, Text: `id of workspace "more"`}
	same(t, "another unknown one", `roles[workspace "data"]`, role(`roles[workspace "data"]`, other, "MEMBER").Exceeds(shown))
	both := role("roles[c1]", schema.String("c1"), "MEMBER")
	both.Fields = append(both.Fields, role("roles[c2]", schema.String("c2"), "MEMBER").Fields...)
	same(t, "one item of two", "roles[c2]", both.Exceeds(shown))
	same(t, "a field of an item", "roles[c1].in", role("roles[c1].in", schema.String("c1"), "MEMBER").Exceeds(role(`roles[workspace "data"].in`, unknown, "MEMBER")))
}
