package app_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// metaArguments lists the fields that every resource in a list accepts in addition to
// those of its kind: name, accepted values, description.
var metaArguments = [][]string{
	{"id", "text", "Identifies the resource by its id instead of its name; a change of `name` then renames it."},
	{"state", "one of present, absent", "`absent` marks the resource for deletion, which also needs `allow-delete: true`."},
	{"protect", "true or false", "Refuse to delete the resource and to remove items from its lists."},
}

// TestReference checks that the reference matches the kinds' tables and examples.
func TestReference(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Reference\n\nEvery section of a manifest and all of its fields. Generated from the tables in `internal/kind` and the examples in\n" +
		"`testdata/examples` by `go test ./internal/app -run Reference -update`; [coverage](coverage.md) compares them with the Astro API.\n\n" +
		"A field is optional and can be changed at any time if its column *set* is blank.\n\n")
	for _, k := range kind.All() {
		example, err := os.ReadFile("../../testdata/examples/" + k.Section + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		head := []string{"field", "value", "applies when", "set", "description"}
		fmt.Fprintf(&b, "## %s\n\n%s\n\n```yaml\n%s```\n\n%s\n", k.Section, k.Doc, example, markdownTable(append([][]string{head}, fieldRows(k.Fields, "", nil)...)))
	}
	rows := [][]string{{"field", "value", "description"}}
	for _, row := range metaArguments {
		rows = append(rows, []string{inlineCode(row[0]), row[1], row[2]})
	}
	b.WriteString("## Every resource\n\nEvery resource in a list also accepts these fields.\n\n" + markdownTable(rows))
	checkGenerated(t, "../../.github/docs/reference.md", b.String())
}

// fieldRows returns a row for each field and its nested fields. Nested fields don't
// repeat the conditions of the outer field, outerConditions.
func fieldRows(fields []schema.Field, path string, outerConditions []schema.Condition) [][]string {
	var rows [][]string
	for i := range fields {
		f := &fields[i]
		name, takes := inlineCode(path+f.Name), f.Type.Describe()
		if f.Ref != nil && !f.Ref.ByName {
			name, takes = name+" or "+inlineCode(path+f.Ref.NameField), "an id, or a name"
			if f.Type.Base == schema.BaseList {
				takes = "a list of ids, or of names"
			}
		}
		if f.ItemRef != nil {
			name, takes = name+" or "+inlineCode(path+f.ItemRef.NameField), fmt.Sprintf("an id, or the %s's %s", f.ItemRef.Title, strings.Join(f.ItemRef.MatchFields, " or "))
		}
		switch {
		case f.Secret != nil && f.Secret.If != "":
			takes += ", secret when " + inlineCode(strings.TrimPrefix(f.Secret.If, "/")) + " is true"
		case f.Secret != nil:
			takes += ", secret"
		case f.Type.ItemCount != nil:
			takes += ", " + f.Type.ItemCount.String()
		}
		rows = append(rows, []string{name, takes, conditionText(f.When, outerConditions), phaseText(f), f.Doc})
		nested, nestedPath := f.Type.Fields, path+f.Name+"."
		if f.Type.Elem != nil {
			nested, nestedPath = f.Type.Elem.Fields, path+f.Name+"[]."
		}
		rows = append(rows, fieldRows(nested, nestedPath, slices.Concat(outerConditions, f.When))...)
	}
	return rows
}

func conditionText(when, outerConditions []schema.Condition) string {
	var out []string
	for _, w := range when {
		isSame := func(c schema.Condition) bool { return c.Field == w.Field && slices.Equal(c.In, w.In) }
		if !slices.ContainsFunc(outerConditions, isSame) {
			out = append(out, inlineCode(w.Field)+" is "+strings.Join(w.In, " or "))
		}
	}
	return strings.Join(out, ", ")
}

// phaseText describes when a manifest must or can set a field. It leaves out
// schema.RequiredUpdate and Field.Undeclared, which only determine the requests.
func phaseText(f *schema.Field) string {
	var out []string
	switch {
	case f.Has(schema.Required):
		out = append(out, "required")
	case f.Has(schema.RequiredCreate) && f.Default == nil:
		out = append(out, "required on create")
	case f.Has(schema.Immutable | schema.IgnoreChanges):
		out = append(out, "on create")
	}
	switch {
	case f.Has(schema.Immutable):
		out = append(out, "immutable")
	case f.Has(schema.IgnoreChanges):
		out = append(out, "later differences are only reported")
	}
	return strings.Join(out, ", ")
}
