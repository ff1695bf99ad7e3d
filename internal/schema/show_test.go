package schema_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

func TestShow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"v":                            `"v"`,
		"''":                           `""`,
		"0.50":                         "0.50",
		"TRUE":                         "true",
		"~":                            "null",
		`"a\n\"b\" \e[31m\u202e"`:      `"a\n\"b\" \x1b[31m\u202e"`,
		"[]":                           "[]",
		"[1, a, [true]]":               `[1, "a", [true]]`,
		"{}":                           "{}",
		"{a: {b: x}, c: [1]}":          `{a: {b: "x"}, c: [1]}`,
		"'x${secret:S}y'":              "***",
		"[a, '${secret:S}']":           `["a", ***]`,
		"{a: {b: ['${secret:S}', c]}}": `{a: {b: [***, "c"]}}`,
		"'x${env:NONE}'":               "(the value of x${env:NONE})",
		"[x, '${env:NONE}']":           `["x", (the value of ${env:NONE})]`,
		"'${secret:NONE}'":             "***",
	} {
		testkit.AssertEqual(t, text, want, yamlValue(t, text).Show())
	}
	testkit.AssertEqual(t, "none", "(none)", yamlValue(t, "-").Show())
}

func TestShowSensitive(t *testing.T) {
	t.Parallel()
	n := parseDocument(t, "{a: {b: [x, 1, true, ~, '${env:NONE}']}}")
	n.MarkSensitive()
	testkit.AssertEqual(t, "all of it", "{a: {b: [***, ***, ***, ***, ***]}}", n.Show())
}

// Show never truncates a value, because a truncated secret can't be redacted: it shows
// all of the value or its size.
func TestShowLong(t *testing.T) {
	t.Parallel()
	for _, c := range []string{"a", "é", "🚀"} {
		testkit.AssertEqual(t, "maximum length", `"`+strings.Repeat(c, 118)+`"`, schema.String(strings.Repeat(c, 118)).Show())
		testkit.AssertEqual(t, "too long by one", "text of 119 characters", schema.String(strings.Repeat(c, 119)).Show())
	}
	list, mapping := &schema.Node{Form: schema.List}, &schema.Node{Form: schema.Map}
	for i := range 1000 {
		list.Items = append(list.Items, schema.Int(7))
		mapping.Set(fmt.Sprint("m", i), schema.Int(7))
	}
	testkit.AssertEqual(t, "a list", "a list of 1000 items", list.Show())
	testkit.AssertEqual(t, "a mapping", "a mapping of 1000 keys", mapping.Show())
	testkit.AssertEqual(t, "a number", "a number that is too long to show", (&schema.Node{Form: schema.Number, Text: strings.Repeat("7", 121)}).Show())
}

// ShowBoth returns different texts for different values.
func TestShowBoth(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 130)
	for _, test := range []struct{ a, b, x, y string }{
		{"x", "y", `"x"`, `"y"`},
		{"x", "x", `"x"`, `"x"`},
		{"'${secret:A}'", "'${secret:B}'", "***", "***"},
		{"x", "-", `"x"`, "(none)"},
		{long, long + "a", "text of 130 characters", "text of 131 characters"},
		{long + "x", long + "y", "text of 131 characters", "text of 131 characters, first difference at character 131"},
		{"[" + long + ", x]", "[" + long + ", y]", "a list of 2 items", "a list of 2 items, first difference at item 2"},
		{"{a: " + long + ", b: x}", "{a: " + long + ", b: y}", "a mapping of 2 keys", "a mapping of 2 keys, first difference at key 2"},
	} {
		x, y := schema.ShowBoth(yamlValue(t, test.a), yamlValue(t, test.b))
		testkit.AssertEqual(t, test.a+" first", test.x, x)
		testkit.AssertEqual(t, test.b+" second", test.y, y)
	}
}

// Two resources with the same name are distinguished by their ids.
func TestRenderBoth(t *testing.T) {
	t.Parallel()
	id := func(text, name string) *schema.Node {
		return &schema.Node{Form: schema.List, Items: []*schema.Node{{Form: schema.Text, Text: text, DisplayName: name}}}
	}
	for _, test := range []struct {
		a, b *schema.Node
		x, y string
	}{
		{id("c1", "prod"), id("c2", "stage"), `["prod"]`, `["stage"]`},
		{id("c1", "prod"), id("c2", "prod"), `["prod" (c1)]`, `["prod" (c2)]`},
		{id("c1", "prod"), id("c2", ""), `["prod"]`, `["c2"]`},
	} {
		x, y := schema.RenderBoth(test.a, test.b)
		testkit.AssertEqual(t, "first", test.x, x)
		testkit.AssertEqual(t, "second", test.y, y)
	}
}

// injectSecret marks some nodes as sensitive and appends word to exactly those nodes.
func injectSecret(t *rapid.T, n *schema.Node, word string) {
	n.Walk(func(m *schema.Node) {
		m.Text = strings.ReplaceAll(m.Text, word, "")
		if m.Form != schema.List && m.Form != schema.Map && rapid.Bool().Draw(t, "secret") {
			m.Text, m.Sensitive = m.Text+word, true
			m.Form = rapid.SampledFrom([]schema.Form{schema.Text, schema.Number, schema.Bool, schema.Unknown}).Draw(t, "form")
		}
	})
}

// Neither Show nor Render reveals a secret, at any depth and length.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := anyNode(4).Draw(t, "tree")
		injectSecret(t, n, "hunter2")
		if s := n.Show(); strings.Contains(s, "hunt") || utf8.RuneCountInString(s) > 120 {
			t.Fatalf("shown: %s", s)
		}
		if s := n.Render(); strings.Contains(s, "hunt") {
			t.Fatalf("rendered: %s", s)
		}
	})
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"text": "text", "enum": "one of A, B", "bool": "true or false", "int": "a whole number from 0 to 9", "positive": "a whole number from 1 to 9",
		"cpu": "a quantity of CPU such as 0.5 or 500m", "memory": "a quantity of memory such as 20Gi", "folded": "text",
		"set": "a list", "keyed": "a list, matched by name", "object": "a mapping", "deep": "a mapping",
	}
	got := map[string]string{}
	for name, typ := range sampleTypes() {
		got[name] = typ.Describe()
	}
	testkit.AssertEqual(t, "descriptions", want, got)
	short, least, pair := schema.TextType(5), schema.IntType(2, 0), schema.KeyedType([]string{"a", "b"})
	testkit.AssertEqual(t, "short", "text of at most 5 characters", short.Describe())
	testkit.AssertEqual(t, "least", "a whole number of at least 2", least.Describe())
	testkit.AssertEqual(t, "pair", "a list, matched by a and b", pair.Describe())
	testkit.AssertEqual(t, "ranges", "at least 1, at most 2, 1 to 2", schema.Range{Min: 1}.String()+", "+schema.Range{Max: 2}.String()+", "+schema.Range{Min: 1, Max: 2}.String())
}
