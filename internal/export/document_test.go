package export

import (
	"fmt"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
)

// textGenerator draws texts that a YAML parser, or a parser that reads line by line,
// could take for something else.
var textGenerator = rapid.OneOf(
	rapid.String(),
	rapid.StringOfN(rapid.RuneFrom([]rune("a \n\t\r#:-'\"|>${}[],&*!%@`=<?\u0085\u2028\u2029\ufeff\u00a0\x07\x7fé")), 0, 12, -1),
	rapid.SampledFrom([]string{"", "yes", "null", "~", "1e3", "0o17", "- x", "# x", " x ", "<<", "=", "a\n\nb", "a\n\n\n", "\n", "\n\n a", "---", "...", "? x", "2026-01-01", "${env:A}", "$${env:A}", "$", "a\n---\nb", "a\n# b\nc"}),
)

var valueGenerator = rapid.Custom(func(t *rapid.T) *schema.Node { return drawValue(t, 3) })

func drawValue(t *rapid.T, depth int) *schema.Node {
	form := rapid.IntRange(0, 5).Draw(t, "form")
	if depth == 0 {
		form %= 3
	}
	switch form {
	case 0:
		return schema.String(textGenerator.Filter(utf8.ValidString).Draw(t, "text"))
	case 1:
		return &schema.Node{Form: schema.Number, Text: rapid.SampledFrom([]string{"0", "1", "-1", "1.50", "12345678901234567890123", "1e3", "1E+30", "-0", "0.1", "1.0", "9007199254740993"}).Draw(t, "number")}
	case 2:
		return &schema.Node{Form: schema.Bool, Text: rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool")}
	case 3, 4:
		n := &schema.Node{Form: schema.Map}
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			name := textGenerator.Draw(t, "name")
			if n.Get(name) == nil {
				n.Members = append(n.Members, schema.Member{Name: name, Value: drawValue(t, depth-1)})
			}
		}
		return n
	}
	n := &schema.Node{Form: schema.List}
	for range rapid.IntRange(0, 3).Draw(t, "items") {
		n.Items = append(n.Items, drawValue(t, depth-1))
	}
	return n
}

// A value that is written into a manifest and parsed again is unchanged.
func TestDocumentKeepsValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := &schema.Node{Form: schema.Map, Members: []schema.Member{{Name: "extra", Value: valueGenerator.Draw(t, "value")}}}
		d := &document{header: "Written by a test"}
		escaped := v.Clone()
		escapeReferences(escaped)
		d.addItem("section", escaped, []string{textGenerator.Draw(t, "comment")})
		data := d.encodeYAML()
		parsed := manifest.Parse([]manifest.Source{{Name: "a.yaml", Data: data}}, manifest.Environment{Lookup: func(string) string { return "x" }})
		if len(parsed.Problems) > 0 {
			t.Fatalf("%v\n%s", parsed.Problems, data)
		}
		got := parsed.Documents[0].Get("section").Items[0]
		if g, w := describeNode(got), describeNode(v); g != w {
			t.Fatalf("got  %s\nwant %s\n%s", g, w, data)
		}
	})
}

// describeNode formats a value for comparison. It marks unquoted words that YAML 1.1
// parsers take for booleans.
func describeNode(n *schema.Node) string {
	out := fmt.Sprintf("%d %q", n.Form, n.Text)
	if n.Unquoted && n.Form == schema.Text && schema.IsYAML11Boolean(n.Text) {
		out += " without quotes"
	}
	for _, item := range n.Items {
		out += " - " + describeNode(item)
	}
	for _, m := range n.Members {
		out += fmt.Sprintf(" %q: ", m.Name) + describeNode(m.Value)
	}
	return "(" + out + ")"
}
