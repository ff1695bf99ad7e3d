package schema_test

import (
	"strings"
	"testing"

	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// sampleTypes returns types by the names that the test cases use.
func sampleTypes() map[string]schema.Type {
	folded := schema.TextType(0)
	folded.Normalize = strings.ToLower
	inner := schema.ObjectType(schema.Field{Name: "on", Type: schema.BoolType()}, schema.Field{Name: "cpu", Type: schema.CPUType()}, schema.Field{Name: "set", Type: schema.SetType(folded)})
	return map[string]schema.Type{
		"text": schema.TextType(0), "enum": schema.EnumType("A", "B"), "bool": schema.BoolType(), "int": schema.IntType(0, 9), "positive": schema.IntType(1, 9),
		"cpu": schema.CPUType(), "memory": schema.MemoryType(), "folded": folded, "set": schema.SetType(folded), "object": inner,
		"deep":  schema.ObjectType(schema.Field{Name: "in", Type: inner}),
		"keyed": schema.KeyedType([]string{"name"}, schema.Field{Name: "name", Type: folded}, schema.Field{Name: "n", Type: schema.IntType(0, 9)}),
	}
}

// yamlValue parses a YAML value. It returns nil for "-" and an Unknown node for "?".
func yamlValue(t *testing.T, text string) *schema.Node {
	t.Helper()
	switch text {
	case "-":
		return nil
	case "?":
		return &schema.Node{Form: schema.Unknown, Text: "id of x"}
	}
	return parseDocument(t, "{v: "+text+"}").Get("v")
}

func TestEqual(t *testing.T) {
	t.Parallel()
	tests := []struct {
		typ, a, b string
		want      bool
	}{
		{"text", "a", "a", true},
		{"text", "a", "A", false},
		{"text", "-", "-", true},
		{"text", "-", "''", true},
		{"text", "~", "''", true},
		{"text", "-", "a", false},
		{"text", "~", "a", false},
		{"text", "?", "?", false},
		{"text", "?", "a", false},
		{"text", "-", "?", false},
		{"enum", "A", "B", false},
		{"enum", "-", "A", false},
		{"folded", "Ab", "aB", true},
		{"folded", "Ab", "aC", false},
		{"bool", "true", "True", true},
		{"bool", "true", "false", false},
		{"bool", "-", "false", true},
		{"bool", "~", "false", true},
		{"bool", "-", "true", false},
		{"bool", "~", "true", false},
		{"int", "3", "3", true},
		{"int", "3", "4", false},
		{"int", "-", "0", true},
		{"int", "-", "1", false},
		{"cpu", "0.5", "500m", true},
		{"cpu", "'0.5'", "0.5", true},
		{"cpu", "1", "1.0", true},
		{"cpu", "1", "2", false},
		{"cpu", "odd", "odd", true},
		{"cpu", "odd", "1", false},
		{"cpu", "-", "1", false},
		{"memory", "1Gi", "1024Mi", true},
		{"memory", "1Gi", "1G", false},
		{"set", "[a, b]", "[b, a]", true},
		{"set", "[a, b, b]", "[b, a]", true},
		{"set", "[A]", "[a]", true},
		{"set", "[a]", "[a, b]", false},
		{"set", "[a, b]", "[a]", false},
		{"set", "[]", "-", true},
		{"set", "~", "[]", true},
		{"set", "[a]", "-", false},
		{"set", "[]", "[a]", false},
		{"object", "{on: true}", "{on: true, other: x}", true},
		{"object", "{on: false}", "{}", true},
		{"object", "{on: ~}", "{on: false}", true},
		{"object", "{on: true}", "{}", false},
		{"object", "{cpu: 1, set: [b, a]}", "{cpu: 1000m, set: [a, b]}", true},
		{"object", "{set: [a]}", "{set: [b]}", false},
		{"object", "{on: false}", "-", true},
		{"object", "{on: true}", "-", false},
		{"deep", "{in: {on: false}}", "{}", true},
		{"deep", "{in: {on: true}}", "{in: {on: true, cpu: ~}}", true},
		{"deep", "{in: {on: true}}", "{in: {on: false}}", false},
		{"keyed", "[{name: a, n: 1}]", "[{name: A, n: 1}]", true},
		{"keyed", "[{name: a, n: 1}]", "[{name: a, n: 2}]", false},
		{"keyed", "[{name: a, n: 1}, {name: b, n: 2}]", "[{name: b, n: 2}, {name: a, n: 1}]", true}, // items are matched by key
		{"keyed", "[{name: a, n: 1}, {name: b, n: 2}]", "[{name: b, n: 1}, {name: a, n: 2}]", false},
		{"keyed", "[{name: a}]", "[{name: a}, {name: b}]", false},
		{"keyed", "[{name: a}, {name: b}]", "[{name: a}]", false},
	}
	for _, test := range tests {
		typ := sampleTypes()[test.typ]
		for _, way := range [][2]string{{test.a, test.b}, {test.b, test.a}} {
			if got := typ.Equal(yamlValue(t, way[0]), yamlValue(t, way[1])); got != test.want {
				t.Errorf("%s: %s and %s equal: %t", test.typ, way[0], way[1], got)
			}
		}
	}
}

func TestIsZero(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typ, value string
		want       bool
	}{
		{"text", "-", true},
		{"text", "~", true},
		{"text", "''", true},
		{"text", "' '", false},
		{"text", "?", false},
		{"bool", "false", true},
		{"bool", "true", false},
		{"int", "0", true},
		{"int", "1", false},
		{"cpu", "'0'", false},
		{"set", "[]", true},
		{"set", "['']", false},
		{"object", "{}", true},
		{"object", "{on: false, set: []}", true},
		{"object", "{on: false, other: x}", true},
		{"object", "{on: true}", false},
		{"deep", "{in: {on: false}}", true},
		{"deep", "{in: {set: [a]}}", false},
	} {
		typ := sampleTypes()[test.typ]
		if got := typ.IsZero(yamlValue(t, test.value)); got != test.want {
			t.Errorf("%s: %s is zero: %t", test.typ, test.value, got)
		}
	}
}

// Zero returns a value that is zero and equal to an absent value.
func TestZero(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for name, typ := range sampleTypes() {
		z := typ.Zero()
		got[name] = z.Show()
		if z != nil && (!typ.IsZero(z) || !typ.Equal(z, nil)) {
			t.Errorf("%s: %s is not zero", name, z.Show())
		}
	}
	testkit.AssertEqual(t, "zeros", map[string]string{
		"text": `""`, "folded": `""`, "enum": "(none)", "bool": "false", "int": "0", "positive": "(none)",
		"cpu": "(none)", "memory": "(none)", "set": "[]", "keyed": "[]", "object": "(none)", "deep": "(none)",
	}, got)
}

func TestEncode(t *testing.T) {
	t.Parallel()
	cpu, number := schema.CPUType(), yamlValue(t, "0.5")
	sent := cpu.Encode(number)
	testkit.AssertEqual(t, "form", schema.Text, sent.Form)
	testkit.AssertEqual(t, "text", "0.5", sent.Text)
	testkit.AssertEqual(t, "position", number.Pos, sent.Pos)
	testkit.AssertEqual(t, "form of the original", schema.Number, number.Form)
	text, count := yamlValue(t, "500m"), schema.IntType(0, 9)
	if cpu.Encode(text) != text || count.Encode(number) != number {
		t.Error("changed without need")
	}
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	pair := schema.KeyedType([]string{"a", "b"}, schema.Field{Name: "a", Type: sampleTypes()["folded"]}, schema.Field{Name: "b", Type: schema.TextType(0)})
	set := sampleTypes()["set"]
	testkit.AssertEqual(t, "set", "ab", set.KeyOf(yamlValue(t, "aB")))
	for item, want := range map[string]string{"{a: A, b: B}": "a, B", "{b: B, a: a, c: x}": "a, B", "{a: A}": "", "{a: A, b: ''}": "", "{a: 1, b: B}": "", "x": "", "[]": ""} {
		testkit.AssertEqual(t, item, want, pair.KeyOf(yamlValue(t, item)))
	}
	testkit.AssertEqual(t, "unknown member", "", pair.KeyOf(parseDocument(t, "{a: A, b: '${env:NONE}'}")))
}
