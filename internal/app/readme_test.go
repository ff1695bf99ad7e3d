package app_test

import (
	"cmp"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/app"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"

	difference "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"astro-apply/internal/manifest"
	"astro-apply/internal/report"
)

// TestReadme checks that README's table of inputs matches action.yml, and its workflow the
// versions in the examples. With -update, it writes them.
func TestReadme(t *testing.T) {
	t.Parallel()
	const file = "../../README.md"
	text := fillMarkers(t, readMarkdown(t, file), "inputs", inputTable(t, app.MostUsedInputs...))
	checkGenerated(t, file, copyActionVersions(t, text))
}

// TestReadmeLength checks that README is for the first ten minutes: reference material is
// in .github/docs.
func TestReadmeLength(t *testing.T) {
	t.Parallel()
	text := fillMarkers(t, readMarkdown(t, "../../README.md"), "inputs", "")
	if n := len(strings.Fields(text)); n > 2000 {
		t.Errorf("README has %d words without the generated table, at most 2000 are allowed", n)
	}
}

// TestReadmePicture checks that the picture leaves room for the quick start.
func TestReadmePicture(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../../.github/images/plan.png")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if picture, err := png.DecodeConfig(f); err != nil || picture.Height > 500 {
		t.Errorf("the picture has a height of %d pixels, at most 500 are allowed: %v", picture.Height, err)
	}
}

// TestDocumentsReference checks that the tables in .github/docs match the kinds and action.yml.
func TestDocumentsReference(t *testing.T) {
	t.Parallel()
	const inputs, manifests = "../../.github/docs/inputs.md", "../../.github/docs/manifest.md"
	text := fillMarkers(t, readMarkdown(t, inputs), "inputs", inputTable(t))
	checkGenerated(t, inputs, fillMarkers(t, text, "outputs", outputTable(t)))
	checkGenerated(t, manifests, fillMarkers(t, readMarkdown(t, manifests), "sections", sectionTable()))
}

// TestRecipes checks that the examples use the versions of this project's workflows, and
// the recipes and guides those of the examples.
func TestRecipes(t *testing.T) {
	t.Parallel()
	files := append(globDocuments(t, ".github/examples/*.yml"), "../../.github/examples/README.md")
	for _, file := range append(files, globDocuments(t, ".github/docs/*.md")...) {
		checkGenerated(t, file, copyActionVersions(t, readMarkdown(t, file)))
	}
}

// TestRecipesAreListed checks that README and the list of recipes contain every example.
func TestRecipesAreListed(t *testing.T) {
	t.Parallel()
	for _, file := range globDocuments(t, ".github/examples/*.yml") {
		name := filepath.Base(file)
		if !strings.Contains(readMarkdown(t, "../../README.md"), "["+name+"](.github/examples/"+name+")") {
			t.Errorf("README doesn't list %s", name)
		}
		if !strings.Contains(readMarkdown(t, "../../.github/examples/README.md"), "["+name+"]("+name+"): ") {
			t.Errorf("the recipes don't list %s", name)
		}
	}
}

// copyActionVersions replaces the versions of actions in a text with those in this
// project's workflows, or else in the examples. Dependabot updates both, but no Markdown.
func copyActionVersions(t *testing.T, text string) string {
	t.Helper()
	versions := map[string]string{}
	uses := regexp.MustCompile(`(uses: [\w.-]+/[\w./-]+)@([0-9a-f]{40} # v[\w.]+|[\w.]+)`)
	for _, file := range append(globDocuments(t, ".github/examples/*.yml"), globDocuments(t, ".github/workflows/*.yml")...) {
		for _, m := range uses.FindAllStringSubmatch(readMarkdown(t, file), -1) {
			versions[m[1]] = m[2]
		}
	}
	return uses.ReplaceAllStringFunc(text, func(use string) string {
		name, version, _ := strings.Cut(use, "@")
		return name + "@" + cmp.Or(versions[name], version)
	})
}

// globDocuments returns the files of the repository that match the pattern.
func globDocuments(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob("../../" + pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files: %v", pattern, err)
	}
	return files
}

// checkGenerated checks that a file has the generated text. With -update, it writes the
// file.
func checkGenerated(t *testing.T, file, text string) {
	t.Helper()
	b, err := os.ReadFile(file)
	switch {
	case *updateFlag:
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	case err != nil:
		t.Fatal(err)
	case string(b) != text:
		t.Errorf("%s is out of date; go test ./internal/app -run 'Readme|Recipes|Reference' -update rewrites it:\n%s", file, difference.Diff(string(b), text))
	}
}

func sectionTable() string {
	rows := [][]string{{"section", "description"}}
	for _, k := range kind.All() {
		rows = append(rows, []string{"[" + inlineCode(k.Section) + "](reference.md#" + strings.ToLower(k.Section) + ")", k.Doc})
	}
	return markdownTable(rows)
}

// TestOutputs checks that the program sets the outputs that action.yml declares. The
// runner accepts any name, so no other check finds a mistake.
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
	for _, e := range actionEntries(t, "outputs") {
		if e.name != "tokens" { // holds secrets, so it isn't in the report
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

// TestMetaArguments checks that the manifest accepts the documented meta-arguments in
// every section.
func TestMetaArguments(t *testing.T) {
	t.Parallel()
	for _, section := range kind.All().Sections() {
		for _, row := range metaArguments {
			name, accepts := row[0], row[1]
			k := kind.All().KindOfSection(section)
			if k.Singleton {
				continue
			}
			members := map[string]string{"environmentObjects": "objectType: CONNECTION, objectKey", "agentTokens": "deployment: d, name"}[section]
			text := fmt.Sprintf("%s: [{ %s: a@b.example, %s: {} }]", section, cmp.Or(members, k.Identity[0]), name)
			parsed := manifest.Parse([]manifest.Source{{Name: "astro.yaml", Data: []byte(text)}}, manifest.Environment{})
			problems := desired.Load(kind.All(), parsed.Documents, "data").Problems
			if len(problems) != 1 || !strings.HasSuffix(problems[0].Message, `": `+name+" must be "+accepts+", not a mapping") {
				t.Errorf("%s: %q, the reference says it accepts %s", text, problems, accepts)
			}
		}
	}
}

// fillMarkers puts text between the markers of that name.
func fillMarkers(t *testing.T, document, name, text string) string {
	t.Helper()
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->\n"
	head, rest, ok := strings.Cut(document, begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed || strings.Contains(tail, begin) {
		t.Fatalf("a document needs one pair of markers %s", name)
	}
	return head + begin + text + end + tail
}

// actionEntry is an input or output of action.yml.
type actionEntry struct {
	name        string
	Description string `yaml:"description"`
	Default     string `yaml:"default"`
}

// actionEntries returns the inputs or outputs of action.yml in the order of the file.
func actionEntries(t *testing.T, name string) []actionEntry {
	t.Helper()
	b, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action map[string]yaml.Node
	if err := yaml.Unmarshal(b, &action); err != nil {
		t.Fatal(err)
	}
	var out []actionEntry
	part := action[name]
	for pair := range slices.Chunk(part.Content, 2) {
		e := actionEntry{name: pair[0].Value}
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

// inputTable returns a table of the inputs of action.yml that are in names, or of all
// inputs without names, in the order of action.yml.
func inputTable(t *testing.T, names ...string) string {
	t.Helper()
	rows := [][]string{{"input", "default", "description"}}
	for _, e := range actionEntries(t, "inputs") {
		if len(names) == 0 || slices.Contains(names, e.name) {
			rows = append(rows, []string{inlineCode(e.name), inlineCode(e.Default), e.Description})
		}
	}
	if len(names) > 0 && len(rows) != len(names)+1 {
		t.Errorf("action.yml doesn't have all of the inputs %q", names)
	}
	return markdownTable(rows)
}

func outputTable(t *testing.T) string {
	t.Helper()
	rows := [][]string{{"output", "description"}}
	for _, e := range actionEntries(t, "outputs") {
		rows = append(rows, []string{inlineCode(e.name), e.Description})
	}
	return markdownTable(rows)
}

// markdownTable returns a table in GitHub's Markdown. The first row is the header.
func markdownTable(rows [][]string) string {
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

func inlineCode(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
