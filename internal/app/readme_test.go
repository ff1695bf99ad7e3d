package app_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	difference "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"astro-apply/internal/manifest"
	"astro-apply/internal/report"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// TestReadme holds README's tables to the kinds and to action.yml. With
// -update it writes them.
func TestReadme(t *testing.T) {
	t.Parallel()
	const file = "../../README.md"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before := string(b)
	after := fill(t, before, "fields", fieldTables())
	after = fill(t, after, "inputs", inputTable(t))
	after = fill(t, after, "outputs", outputTable(t))
	switch {
	case after == before:
	case *update:
		if err := os.WriteFile(file, []byte(after), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("README.md is out of date; go test ./internal/app -run Readme -update rewrites it:\n%s", difference.Diff(before, after))
	}
}

// TestOutputs holds the outputs of the program to those that action.yml
// promises: the runner takes any, so nobody else would notice.
func TestOutputs(t *testing.T) {
	t.Parallel()
	outputs, err := (&report.Run{}).Outputs()
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, o := range outputs {
		got = append(got, o.Name)
	}
	for _, e := range section(t, "outputs") {
		if e.name != "tokens" { // of secrets, so not of the report
			want = append(want, e.name)
		}
		if e.Description == "" {
			t.Errorf("output %s has no description", e.name)
		}
	}
	if diff := difference.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestGrammar holds the members that every object may have, which README
// lists by hand, to what a manifest may say.
func TestGrammar(t *testing.T) {
	t.Parallel()
	for _, section := range resource.Kinds().Sections() {
		for _, row := range grammar {
			name, takes := row[0], row[1]
			k := resource.Kinds().Section(section)
			if k.Single {
				continue
			}
			members := map[string]string{"environmentObjects": "objectType: CONNECTION, objectKey", "agentTokens": "deployment: d, name"}[section]
			text := fmt.Sprintf("%s: [{ %s: a@b.example, %s: {} }]", section, cmp.Or(members, k.Identity[0]), name)
			parsed := manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}, manifest.Environment{})
			problems := resource.Declare(resource.Kinds(), parsed.Documents, "data").Problems
			if len(problems) != 1 || problems[0].Message != name+" must be "+takes+", not a mapping" {
				t.Errorf("%s: %q, README says it takes %s", text, problems, takes)
			}
		}
	}
}

// fill puts text between the markers of that name.
func fill(t *testing.T, readme, name, text string) string {
	t.Helper()
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->\n"
	head, rest, ok := strings.Cut(readme, begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed || strings.Contains(tail, begin) {
		t.Fatalf("README.md needs one pair of markers %s", name)
	}
	return head + begin + text + end + tail
}

// entry is an input or output of action.yml.
type entry struct {
	name        string
	Description string `yaml:"description"`
	Default     string `yaml:"default"`
}

// section returns a part of action.yml in its order, which a Go map forgets.
func section(t *testing.T, name string) []entry {
	t.Helper()
	b, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action map[string]yaml.Node
	if err := yaml.Unmarshal(b, &action); err != nil {
		t.Fatal(err)
	}
	var out []entry
	part := action[name]
	for pair := range slices.Chunk(part.Content, 2) {
		e := entry{name: pair[0].Value}
		if err := pair[1].Decode(&e); err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		t.Fatalf("action.yml has no %s", name)
	}
	return out
}

func inputTable(t *testing.T) string {
	t.Helper()
	rows := [][]string{{"input", "default", "description"}}
	for _, e := range section(t, "inputs") {
		rows = append(rows, []string{code(e.name), code(e.Default), e.Description})
	}
	return table(rows)
}

func outputTable(t *testing.T) string {
	t.Helper()
	rows := [][]string{{"output", "description"}}
	for _, e := range section(t, "outputs") {
		rows = append(rows, []string{code(e.name), e.Description})
	}
	return table(rows)
}

// grammar is what any object may have beside its kind's fields.
var grammar = [][]string{
	{"id", "text", "The object with this id, whatever it is called; `name` is then a field like any other."},
	{"state", "one of present, absent", "`absent` marks the object for removal, which also needs `allow-delete: true`."},
	{"protect", "true or false", "Whether removing the object, or elements of its lists, is forbidden."},
}

func fieldTables() string {
	var b strings.Builder
	b.WriteString("Where *set* is blank, a field may be left out, and changed at any time.\n\n")
	for _, k := range resource.Kinds() {
		if k.Section == "" {
			continue
		}
		rows := fieldRows(k.Fields, "", nil)
		head := []string{"field", "takes", "applies when", "set", "description"}
		fmt.Fprintf(&b, "#### %s\n\n%s\n\n%s\n", k.Section, k.Doc, table(append([][]string{head}, rows...)))
	}
	rows := [][]string{{"field", "takes", "description"}}
	for _, row := range grammar {
		rows = append(rows, []string{code(row[0]), row[1], row[2]})
	}
	return b.String() + "#### Every object\n\nBeside the fields of its kind, any object takes these.\n\n" + table(rows)
}

// fieldRows has a row for each field and those inside it. A condition of the
// field around them is not said again.
func fieldRows(fields []schema.Field, path string, said []schema.When) [][]string {
	var rows [][]string
	for i := range fields {
		f := &fields[i]
		name, takes := code(path+f.Name), f.Type.Describe()
		if f.Ref != nil {
			name, takes = name+" or "+code(path+f.Ref.Name), "an id, or a name"
			if f.Type.Base == schema.BaseList {
				takes = "a list of ids, or of names"
			}
		}
		switch {
		case f.Secret != nil && f.Secret.If != "":
			takes += ", secret when " + code(f.Secret.If) + " is true"
		case f.Secret != nil:
			takes += ", secret"
		case f.Type.Count != nil:
			takes += ", " + f.Type.Count.String()
		}
		rows = append(rows, []string{name, takes, conditions(f.When, said), phase(f), f.Doc})
		inner, at := f.Type.Fields, path+f.Name+"."
		if f.Type.Elem != nil {
			inner, at = f.Type.Elem.Fields, path+f.Name+"[]."
		}
		rows = append(rows, fieldRows(inner, at, slices.Concat(said, f.When))...)
	}
	return rows
}

func conditions(when, said []schema.When) string {
	var out []string
	for _, w := range when {
		known := func(s schema.When) bool { return s.Field == w.Field && slices.Equal(s.In, w.In) }
		if !slices.ContainsFunc(said, known) {
			out = append(out, code(w.Field)+" is "+strings.Join(w.In, " or "))
		}
	}
	return strings.Join(out, ", ")
}

// phase says what RequiredUpdate and the echo rules don't have to: those are
// between the program and the API.
func phase(f *schema.Field) string {
	var out []string
	switch {
	case f.Has(schema.Required):
		out = append(out, "always needed")
	case f.Has(schema.RequiredCreate) && f.Default == nil:
		out = append(out, "needed when creating")
	case f.Has(schema.Immutable | schema.CreateOnly):
		out = append(out, "when creating")
	}
	switch {
	case f.Has(schema.Immutable):
		out = append(out, "fixed afterwards")
	case f.Has(schema.CreateOnly):
		out = append(out, "a difference afterwards is only told")
	}
	return strings.Join(out, ", ")
}

// table is a table in GitHub's markdown; its first row is the head.
func table(rows [][]string) string {
	cells := strings.NewReplacer("|", `\|`, "\n", " ")
	rows = slices.Insert(slices.Clone(rows), 1, slices.Repeat([]string{"---"}, len(rows[0])))
	var b strings.Builder
	for _, row := range rows {
		for _, cell := range row {
			b.WriteString(strings.TrimRight("| "+cells.Replace(strings.TrimSpace(cell)), " ") + " ")
		}
		b.WriteString("|\n")
	}
	return b.String()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
