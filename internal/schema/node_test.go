package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	n := parseDocument(t, "{a: 1, b: {c: x}}")
	testkit.AssertEqual(t, "a member", "1", n.Get("a").Text)
	if n.Get("A") != nil || n.Get("a").Get("x") != nil || (*schema.Node)(nil).Get("a") != nil {
		t.Error("found a member that doesn't exist")
	}
	n.Set("c", nil)
	testkit.AssertEqual(t, "set to nil", "{a: 1, b: {c: \"x\"}}", n.Show())
	n.Set("a", schema.String("new"))
	n.Set("d", yamlValue(t, "x"))
	testkit.AssertEqual(t, "set", `{a: "new", b: {c: "x"}, d: "x"}`, n.Show())
	testkit.AssertEqual(t, "position of an existing name", "a.yaml:1:2", n.Members[0].Pos.String())
	testkit.AssertEqual(t, "position of a new name", "a.yaml:1:5", n.Members[2].Pos.String())
	n.Delete("b")
	n.Delete("nope")
	testkit.AssertEqual(t, "deleted", `{a: "new", d: "x"}`, n.Show())
}

func TestScalarNodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		n     *schema.Node
		text  string
		is    bool
		value string
	}{
		{nil, "", false, ""},
		{schema.String("a"), "a", true, "a"},
		{schema.String("a"), "b", false, "a"},
		{schema.Boolean(true), "true", true, "true"},
		{schema.Boolean(false), "false", true, "false"},
		{schema.Int(-3), "-3", true, "-3"},
		{&schema.Node{Form: schema.List}, "", false, ""},
		{&schema.Node{Form: schema.Unknown, Text: "id"}, "id", false, "id"},
	} {
		if test.n.Is(test.text) != test.is || test.n.ScalarText() != test.value {
			t.Errorf("%s is %q: %t, value %q", test.n.Show(), test.text, !test.is, test.n.ScalarText())
		}
	}
}

// Clone copies all lists and mappings, so changing the copy doesn't change the original.
func TestClone(t *testing.T) {
	t.Parallel()
	if (*schema.Node)(nil).Clone() != nil {
		t.Error("the copy of nil is not nil")
	}
	rapid.Check(t, func(t *rapid.T) {
		n := anyNode(3).Draw(t, "tree")
		before, err := n.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		c := n.Clone()
		if after, err := c.MarshalJSON(); err != nil || string(after) != string(before) {
			t.Fatalf("%s became %s, %v", before, after, err)
		}
		var all []*schema.Node
		c.Walk(func(m *schema.Node) { all = append(all, m) })
		for _, m := range all {
			for i := range m.Members {
				m.Members[i].Name = "changed"
			}
			m.Set("new", schema.Int(1))
			m.Items = append(m.Items, schema.Int(1))
			m.Items[0], m.Text, m.Sensitive = schema.Int(1), "changed", true
		}
		if after, err := n.MarshalJSON(); err != nil || string(after) != string(before) {
			t.Fatalf("%s was changed to %s, %v", before, after, err)
		}
	})
	n := parseDocument(t, "{a: ['${secret:S}']}")
	if diff := cmp.Diff(n, n.Clone(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("a copy differs:\n%s", diff)
	}
}

func TestWithPos(t *testing.T) {
	t.Parallel()
	n, pos := schema.String("a"), schema.Pos{File: "b.yaml", Line: 2, Col: 3}
	testkit.AssertEqual(t, "copy", &schema.Node{Form: schema.Text, Text: "a", Pos: pos}, n.WithPos(pos))
	testkit.AssertEqual(t, "original", schema.String("a"), n)
}

func TestWalk(t *testing.T) {
	t.Parallel()
	(*schema.Node)(nil).Walk(func(*schema.Node) { t.Error("called for nil") })
	n := parseDocument(t, "{a: [x, {b: y}], c: z}")
	var texts []string
	n.Walk(func(m *schema.Node) { texts = append(texts, m.Form.String()+" "+m.Text) })
	testkit.AssertEqual(t, "order", []string{"a mapping ", "a list ", "text x", "a mapping ", "text y", "text z"}, texts)
	n.MarkSensitive()
	n.Walk(func(m *schema.Node) {
		if !m.Sensitive {
			t.Errorf("%s is not sensitive", m.Form)
		}
	})
}

func TestPos(t *testing.T) {
	t.Parallel()
	testkit.AssertEqual(t, "unknown", "", schema.Pos{File: "a"}.String())
	testkit.AssertEqual(t, "known", "a:1:2", schema.Pos{File: "a", Line: 1, Col: 2}.String())
	if (schema.Pos{}).IsKnown() || !(schema.Pos{Line: 1}).IsKnown() {
		t.Error("IsKnown is wrong")
	}
	testkit.AssertEqual(t, "problem without position", "m", schema.Problem{Message: "m"}.Error())
}
