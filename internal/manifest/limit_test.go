package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/longtest"
	"astro-apply/internal/manifest"
	"astro-apply/internal/testkit"
)

func TestDepth(t *testing.T) {
	t.Parallel()
	nested := func(levels int) string {
		return strings.Repeat("[", levels) + strings.Repeat("]", levels)
	}
	const deep = "the manifest is nested deeper than 64 levels, or an alias contains itself; reduce the nesting, or remove the alias"
	tests := map[string]struct {
		text string
		want string // "" means no problem
	}{
		"64 levels":                      {nested(64), ""},
		"65 levels":                      {nested(65), "1:65: " + deep},
		"mappings":                       {strings.Repeat("{a: ", 64) + "1" + strings.Repeat("}", 64), "1:257: " + deep},
		"through an alias":               {"- &a " + nested(31) + "\n- " + strings.Repeat("[", 31) + "*a" + strings.Repeat("]", 31), ""},
		"too deep through an alias":      {"- &a " + nested(31) + "\n- " + strings.Repeat("[", 32) + "*a" + strings.Repeat("]", 32), "1:36: " + deep},
		"deeper than the library allows": {nested(20_000), "1:10001: not valid YAML: exceeded max depth of 10000"},
		"a list in itself":               {"a: &a [*a]", "1:8: " + deep},
		"a mapping in itself":            {"a: &a\n  b: *a", "2:6: " + deep},
		"a merge of itself":              {"a: &a\n  <<: *a\n  b: 1", "2:7: " + deep},
		"a list often in itself":         {"a: &a [" + strings.Repeat("*a, ", 10_000) + "]", "1:8: " + deep},
		"two mappings in each other":     {"a: &a\n  b: &b [*a]\n  c: *b", "1:4: " + deep},
		"more problems in the document":  {"a: &a [*a, '${x}', {b: 1, b: 2}]\n<<: 1", "1:8: " + deep},
		"a problem in the next document": {"a: &a [*a]\n---\nb: ${x}", "1:8: " + deep + "|a.yaml:3:4: ${x} is not a valid reference; write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(emptyEnvironment, test.text, "ok: 1")
			got := strings.Join(problemTexts(r.Problems), "|")
			if test.want != "" {
				test.want = "a.yaml:" + test.want
			}
			testkit.AssertEqual(t, "problems", test.want, got)
			if n := len(r.Documents); n == 0 || r.Documents[n-1].Get("ok") == nil {
				t.Error("the other file was not read")
			}
		})
	}
}

// documentOfSize returns a document with the given number of values. Most of them come
// from aliases, and each use of an alias counts.
func documentOfSize(values int) string {
	return "- &a [" + strings.Repeat("x,", 1000) + "]\n" + strings.Repeat("- *a\n", values/1002-1) + strings.Repeat("- x\n", values%1002)
}

// The reader reports a document that exceeds a limit once and skips it.
func TestLimits(t *testing.T) {
	t.Parallel()
	const (
		values = "the manifests have more than 500000 values (aliases count each time they are used); use several runs with fewer files"
		text   = "the manifests have more than 32 MiB of text (aliases and variables count each time they are used); use several runs with fewer files"
	)
	var laughs strings.Builder
	laughs.WriteString("a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n")
	for i := range 12 {
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	mega := strings.Repeat("x", longtest.Size(1<<16, 1<<20))
	aliases := "\nb: [" + strings.Repeat("*a,", 1000) + "]"
	tests := map[string]struct{ text, want string }{
		"billion laughs":   {laughs.String(), "1:22: " + values},
		"long text":        {"a: &a " + mega + aliases, "1:4: " + text},
		"long keys":        {"a: &a {" + mega + ": 1}" + aliases, "1:8: " + text},
		"long keys, twice": {"a: &a {? &k " + strings.Repeat("x", 1<<20) + "\n, " + strings.Repeat("*k : 1,", 1000) + "}", "2:213: " + text},
		"long references":  {"a: &a '${env:X}" + mega + "'" + aliases, "1:4: " + text},
		"long values":      {"a: '" + strings.Repeat("${env:MEGA}", 1000) + "'", "1:4: " + text},
		"secret values":    {"a: &a '${secret:MEGA}'" + aliases, "1:4: " + text},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(environmentOf(map[string]string{"X": "x", "MEGA": mega}), test.text)
			var got string
			for _, p := range r.Problems {
				if !strings.Contains(p.Message, "duplicate key") {
					got += fmt.Sprintf("%d:%d: %s", p.Pos.Line, p.Pos.Col, p.Message)
				}
			}
			testkit.AssertEqual(t, "problems", test.want, got)
			testkit.AssertEqual(t, "documents", 0, len(r.Documents))
		})
	}
}

// The limits apply to a run, not to each document or file.
func TestLimitsPerRun(t *testing.T) {
	t.Parallel()
	const values = "the manifests have more than 500000 values (aliases count each time they are used); use several runs with fewer files"
	r := parseFiles(emptyEnvironment, documentOfSize(200_000), documentOfSize(longtest.Size(50_000, 300_000)))
	testkit.AssertEqual(t, "problems", []string(nil), problemTexts(r.Problems))
	r = parseFiles(emptyEnvironment, documentOfSize(200_000), documentOfSize(200_000), documentOfSize(100_000)+"---\nx\n---\ny\n", "a: 1\na: 2")
	testkit.AssertEqual(t, "problems", []string{"c.yaml:903:1: " + values}, problemTexts(r.Problems))
	testkit.AssertEqual(t, "documents", 3, len(r.Documents))
	r = parseFiles(emptyEnvironment, documentOfSize(499_999)+"---\n~\n---\n~\n---\n~\n")
	testkit.AssertEqual(t, "empty documents", []string{"a.yaml:504:1: " + values}, problemTexts(r.Problems))
}

// The reader lists the first 100 of many problems and counts the rest.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"names":          strings.Repeat("a: 1\n", 5_002),
		"references":     strings.Repeat("- ${x}\n", 5_001),
		"many documents": strings.Repeat("a: ${x}\n---\n", 5_001),
	} {
		r := parseFiles(emptyEnvironment, text, "b: ${x}\n")
		got := problemTexts(r.Problems)
		testkit.AssertEqual(t, name, 102, len(got))
		testkit.AssertEqual(t, name, "b.yaml:1:4: ", got[100][:12])
		testkit.AssertEqual(t, name, ": and 4901 more errors", got[101][strings.LastIndex(got[101], ":"):])
	}
}

// BenchmarkHostile reads manifests for which a simple implementation would be slow.
func BenchmarkHostile(b *testing.B) {
	var names strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&names, "k%d:\n", i)
	}
	for name, text := range map[string]string{
		"many names":             names.String(),
		"a merge of many":        "a:\n  <<:\n    " + strings.ReplaceAll(names.String(), "\n", "\n    "),
		"many literals":          "a: '" + strings.Repeat("$${", 1<<20) + "'",
		"many references":        "a: '" + strings.Repeat("${env:X}", 1<<18) + "'",
		"many dollars":           "a: '${" + strings.Repeat("$", 1<<22) + "{'",
		"many tags":              "a: &a !" + strings.Repeat("x", 1<<20) + " y\nb: [" + strings.Repeat("*a,", 100_000) + "]",
		"many aliases in itself": "a: &a [" + strings.Repeat("*a, ", 100_000) + "]",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				parseFiles(environmentOf(map[string]string{"X": "x"}), text)
			}
		})
	}
}

// A file of the maximum size is read.
func TestHugeFile(t *testing.T) {
	t.Parallel()
	line := "  - { name: " + strings.Repeat("x", 500) + " }\n"
	text := "a:\n" + strings.Repeat(line, longtest.Size(1<<20, manifest.MaxBytes-3)/len(line))
	r := parseFiles(emptyEnvironment, text)
	testkit.AssertEqual(t, "problems", []string(nil), problemTexts(r.Problems))
	items := r.Documents[0].Get("a").Items
	testkit.AssertEqual(t, "values", strings.Count(text, "\n")-1, len(items))
	testkit.AssertEqual(t, "position of the last item", fmt.Sprintf("a.yaml:%d:5", len(items)+1), items[len(items)-1].Pos.String())
}
