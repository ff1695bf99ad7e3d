package app_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// metaArguments is what any object may have beside its kind's fields.
var metaArguments = [][]string{
	{"id", "text", "The object with this id, whatever it is called; `name` is then a field like any other."},
	{"state", "one of present, absent", "`absent` marks the object for removal, which also needs `allow-delete: true`."},
	{"protect", "true or false", "Whether removing the object, or elements of its lists, is forbidden."},
}

// TestReference holds the reference to the kinds' tables and examples.
func TestReference(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Reference\n\nEvery section of a manifest and every field of it. Generated from the tables in `internal/resource` and the examples in\n" +
		"`testdata/examples` by `go test ./internal/app -run Reference -update`; [coverage](coverage.md) holds them against the Astro API.\n\n" +
		"Where *set* is blank, a field may be left out, and changed at any time.\n\n")
	for _, k := range resource.Kinds() {
		example, err := os.ReadFile("../../testdata/examples/" + k.Section + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		head := []string{"field", "takes", "applies when", "set", "description"}
		fmt.Fprintf(&b, "## %s\n\n%s\n\n```yaml\n%s```\n\n%s\n", k.Section, k.Doc, example, markdownTable(append([][]string{head}, fieldRows(k.Fields, "", nil)...)))
	}
	rows := [][]string{{"field", "takes", "description"}}
	for _, row := range metaArguments {
		rows = append(rows, []string{inlineCode(row[0]), row[1], row[2]})
	}
	b.WriteString("## Every object\n\nBeside the fields of its kind, any object of a list takes these.\n\n" + markdownTable(rows))
	checkGenerated(t, "../../.github/docs/reference.md", b.String())
}

// fieldRows has a row for each field and those inside it. A condition of the
// field around them is not said again.
func fieldRows(fields []schema.Field, path string, said []schema.Condition) [][]string {
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
		case f.Secret != nil && f.Secret.IfSibling != "":
			takes += ", secret when " + inlineCode(f.Secret.IfSibling) + " is true"
		case f.Secret != nil:
			takes += ", secret"
		case f.Type.ItemCount != nil:
			takes += ", " + f.Type.ItemCount.String()
		}
		rows = append(rows, []string{name, takes, conditionText(f.When, said), phaseText(f), f.Doc})
		inner, at := f.Type.Fields, path+f.Name+"."
		if f.Type.Elem != nil {
			inner, at = f.Type.Elem.Fields, path+f.Name+"[]."
		}
		rows = append(rows, fieldRows(inner, at, slices.Concat(said, f.When))...)
	}
	return rows
}

func conditionText(when, said []schema.Condition) string {
	var out []string
	for _, w := range when {
		known := func(s schema.Condition) bool { return s.Field == w.Field && slices.Equal(s.In, w.In) }
		if !slices.ContainsFunc(said, known) {
			out = append(out, inlineCode(w.Field)+" is "+strings.Join(w.In, " or "))
		}
	}
	return strings.Join(out, ", ")
}

// phaseText says what RequiredUpdate and the echo rules don't have to: those are
// between the program and the API.
func phaseText(f *schema.Field) string {
	var out []string
	switch {
	case f.Has(schema.Required):
		out = append(out, "always needed")
	case f.Has(schema.RequiredCreate) && f.Default == nil:
		out = append(out, "needed when creating")
	case f.Has(schema.Immutable | schema.IgnoreChanges):
		out = append(out, "when creating")
	}
	switch {
	case f.Has(schema.Immutable):
		out = append(out, "fixed afterwards")
	case f.Has(schema.IgnoreChanges):
		out = append(out, "a difference afterwards is only told")
	}
	return strings.Join(out, ", ")
}
