package manifest_test

import (
	"strings"
	"testing"
	"unicode"

	"astro-apply/internal/manifest"
	"astro-apply/internal/testkit"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files        []string
		want         []string // the first member of each document, with its position
		wantProblems []string
	}{
		"several in a file":                  {[]string{"a: 1\n---\nb: 2\n--- {c: 3}\n...\n---\nd: 4"}, []string{"a a.yaml:1:1", "b a.yaml:3:1", "c a.yaml:4:6", "d a.yaml:7:1"}, nil},
		"several files":                      {[]string{"a: 1", "b: 2\n---\nc: 3"}, []string{"a a.yaml:1:1", "b b.yaml:1:1", "c b.yaml:3:1"}, nil},
		"empty documents":                    {[]string{"---\n---\n# comment\n---\n~\n---\nnull\n---\na: 1\n---\n...\n"}, []string{"a a.yaml:9:1"}, nil},
		"an empty file":                      {[]string{"", "a: 1", "# comment"}, []string{"a b.yaml:1:1"}, nil},
		"only empty files":                   {[]string{"", "---\n# comment\n"}, nil, []string{"a.yaml:1:1: the manifest is empty; declare at least one resource", "b.yaml:1:1: the manifest is empty; declare at least one resource"}},
		"a directive":                        {[]string{"%TAG ! tag:example.com,2000:\n---\na: 1"}, []string{"a a.yaml:3:1"}, nil},
		"a version":                          {[]string{"%YAML 1.2\n---\na: 1"}, nil, []string{"a.yaml:1:1: " + versionMessage}},
		"anchors end with the document":      {[]string{"a: &x 1\n---\nb: *x\n---\nc: 1", "d: *x"}, []string{"a a.yaml:1:1"}, []string{"a.yaml:3:4: not valid YAML: unknown anchor 'x' referenced" + aliasHint, "b.yaml:1:4: not valid YAML: unknown anchor 'x' referenced" + aliasHint}},
		"equal keys in two documents":        {[]string{"a: 1\n---\na: 2"}, []string{"a a.yaml:1:1", "a a.yaml:3:1"}, nil},
		"problems in some files":             {[]string{"a: 1\n---\nb: [\n---\nc: 1", "d: 1\nd: 2", "e: 1"}, []string{"a a.yaml:1:1", "d b.yaml:1:1", "e c.yaml:1:1"}, []string{"a.yaml:4:1: not valid YAML: did not find expected node content", `b.yaml:2:1: duplicate key "d" (first at line 1); remove one of them`}},
		"syntax error after another problem": {[]string{"a: ${x}\n---\nb:\n\t- 1"}, []string{"a a.yaml:1:1"}, []string{"a.yaml:1:4: ${x} is not a valid reference; write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${", "a.yaml:4:1: not valid YAML: " + tabMessage}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(emptyEnvironment, test.files...)
			testkit.AssertEqual(t, "problems", test.wantProblems, problemTexts(r.Problems))
			var got []string
			for _, d := range r.Documents {
				got = append(got, d.Members[0].Name+" "+d.Members[0].Pos.String())
			}
			testkit.AssertEqual(t, "documents", test.want, got)
		})
	}
}

const (
	tabMessage      = "YAML allows no tabs for indentation; use spaces"
	aliasHint       = ` (write a value that starts with * in quotes, such as "*/5 * * * *")`
	aliasMessage    = `not valid YAML: a value that starts with * is an alias in YAML; write it in quotes, such as "*/5 * * * *"`
	templateMessage = "an unquoted value can't start with {{; write the whole value in quotes, or read a variable with ${env:NAME}"
	conflictMessage = "a Git merge conflict is not resolved; choose between the two versions, and remove the lines that start with <<<<<<<, ======= or >>>>>>>"
	versionMessage  = "%YAML is not supported, because every manifest is YAML 1.2; remove the line"
)

// unclosed is the problem of a quote that is not closed.
func unclosed(quote string) string {
	return "not valid YAML: the quote " + quote + " that starts here is not closed on its line; add " + quote + " at the end of the value"
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	const wide = ", but a manifest must be in UTF-8; convert it: iconv -f "
	lineEnd := " ends a line in some programs, but not in others; write it as an escape sequence in double quotes"
	tests := map[string]struct{ text, want string }{
		"a tab":                            {"a:\n\tb: 1", "2:1: not valid YAML: " + tabMessage},
		"a tab before a list":              {"a:\n  - 1\n\t- 2", "3:1: not valid YAML: found a tab character that violates indentation"},
		"a tab at the start":               {"\ta: 1", "1:1: not valid YAML: " + tabMessage},
		"a reserved character":             {"a: @b", "1:4: not valid YAML: an unquoted value can't start with @; write the value in quotes"},
		"a second colon":                   {"a: b: c", `1:5: not valid YAML: mapping values are not allowed in this context (quote values that contain ": ", or indent this line less)`},
		"an unclosed quote":                {"a: 'b\nc: d", "1:4: " + unclosed("'")},
		"an unclosed double quote":         {"- a: \"b\n- c: d\n", "1:6: " + unclosed(`"`)},
		"an unclosed quote, later quotes":  {"- a: \"b\n  c: \"d\"\n", "1:6: " + unclosed(`"`)},
		"an unclosed quote, empty text":    {"a: \"b\nc: \"\"\n", "1:4: " + unclosed(`"`)},
		"an unclosed quote in a list":      {"a: [\"b, c]\nd: \"e\"\n", "1:5: " + unclosed(`"`)},
		"an unclosed quote in a mapping":   {"é: {k: 'b, z: 1}\nd: 'e'\n", "1:8: " + unclosed("'")},
		"an unclosed quote as a key":       {"'a: b\nc: d\n", "1:1: " + unclosed("'")},
		"an escaped quote":                 {"\ufeffa: \"b\\\"\nc: d\n", "1:4: " + unclosed(`"`)},
		"a quote in quotes":                {"a: 'it''s it's'\n", "1:14: not valid YAML: there is text after the closing quote; remove it, or write a quote inside the value as ''"},
		"a double quote in double quotes":  {"a: \"b\" c\n", `1:8: not valid YAML: there is text after the closing quote; remove it, or write a quote inside the value as \"`},
		"a missing comma after a quote":    {"a: ['b' 'c']", "1:9: not valid YAML: did not find expected ',' or ']' (inside [ ], quote values that contain a bracket, a brace, a comma or a colon)"},
		"a cron":                           {"a: x\nb: */5 * * * *\n", "2:4: " + aliasMessage},
		"a cron of stars":                  {"- * * * * *\n", "1:3: " + aliasMessage},
		"a cron in braces":                 {"{ a: x, b: */5 * * * * }\n", "1:12: " + aliasMessage},
		"a cron without a second star":     {"a: */5 0 1 1 1\n", "1:4: not valid YAML: unknown anchor '/5' referenced" + aliasHint},
		"an ampersand":                     {"a: & b\n", "1:4: not valid YAML: a value that starts with & is an anchor in YAML; write it in quotes"},
		"a percent sign":                   {"a: %Y-%m\n", "1:4: not valid YAML: an unquoted value can't start with %; write the value in quotes"},
		"a template before text":           {"a: {{ x }}/y\n", "1:4: not valid YAML: " + templateMessage},
		"a template with an index":         {"a: {{ x['y'] }}\n", "1:4: not valid YAML: " + templateMessage},
		"an unclosed template":             {"a: {{ x\nb: y\n", "1:4: not valid YAML: " + templateMessage},
		"a statement of a template":        {"a: {% if x %}\n", "1:4: not valid YAML: an unquoted value can't start with {%; write the whole value in quotes, or read a variable with ${env:NAME}"},
		"a merge conflict":                 {"a:\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> other\n", "2:1: " + conflictMessage},
		"the end of a merge conflict":      {"a:\n  b: 2\n>>>>>>> other\n", "3:1: " + conflictMessage},
		"a version without ---":            {"# a comment\n%YAML 1.2\na: 1\n", "2:1: " + versionMessage},
		"an unclosed list":                 {"a: [1, 2\nb: 3\n", "2:2: not valid YAML: did not find expected ',' or ']' (inside [ ], quote values that contain a bracket, a brace, a comma or a colon)"},
		"an unclosed mapping":              {"a: {", "1:5: not valid YAML: did not find expected node content"},
		"indentation":                      {"a:\n  b: 1\n c: 2", "3:2: not valid YAML: did not find expected key (wrong indentation, or a missing closing quote)"},
		"a list that becomes a map":        {"- a\nb: c", "2:1: not valid YAML: did not find expected '-' indicator (wrong indentation: align this line with the item above)"},
		"a reference in braces":            {"a: { b: ${env:X} }", "1:10: not valid YAML: did not find expected ',' or '}' (inside { }, quote ${env:NAME} and values that contain a brace, a comma or a colon)"},
		"an escape":                        {`a: "\q"`, "1:5: not valid YAML: found unknown escape character"},
		"an unknown anchor":                {"a: *b", "1:4: not valid YAML: unknown anchor 'b' referenced" + aliasHint},
		"not UTF-8":                        {"a: 1\nb: é\xff", "2:5: not valid YAML: invalid leading UTF-8 octet (value: 255)"},
		"an incomplete character":          {"a: \xe2\x82", "1:4: not valid YAML: incomplete UTF-8 octet sequence"},
		"Latin 1":                          {"a: caf\xe9 au lait", "1:8: not valid YAML: invalid trailing UTF-8 octet (value: 32)"},
		"UTF-16":                           {"\xff\xfe#\x00(\x20b\x00:\x00 \x001\x00", "1:1: the file is in UTF-16LE" + wide + "UTF-16LE -t UTF-8 FILE"},
		"UTF-16, big-endian":               {"\xfe\xff\x00#\x20(\x00b\x00:\x00 \x001", "1:1: the file is in UTF-16BE" + wide + "UTF-16BE -t UTF-8 FILE"},
		"UTF-16 without byte order mark":   {"a\x00:\x00 \x001\x00", "1:1: the file is in UTF-16LE" + wide + "UTF-16LE -t UTF-8 FILE"},
		"UTF-16, big-endian, without mark": {"\x00a\x00:\x00 \x001", "1:1: the file is in UTF-16BE" + wide + "UTF-16BE -t UTF-8 FILE"},
		"UTF-32":                           {"\xff\xfe\x00\x00a\x00\x00\x00", "1:1: the file is in UTF-32LE" + wide + "UTF-32LE -t UTF-8 FILE"},
		"UTF-32, big-endian":               {"\x00\x00\xfe\xff\x00\x00\x00a", "1:1: the file is in UTF-32BE" + wide + "UTF-32BE -t UTF-8 FILE"},
		"UTF-32 without byte order mark":   {"a\x00\x00\x00", "1:1: the file is in UTF-32LE" + wide + "UTF-32LE -t UTF-8 FILE"},
		"UTF-32, big-endian, without mark": {"\x00\x00\x00a", "1:1: the file is in UTF-32BE" + wide + "UTF-32BE -t UTF-8 FILE"},
		"a tab after ---":                  {"--- \n\ta: 1", "2:1: not valid YAML: found a tab character where an indentation space is expected"},
		"a control character":              {"a: 1\nb: \x1b[31m", "2:4: not valid YAML: control characters are not allowed (value: 27)"},
		"a null byte":                      {"a: 1\x00", "1:5: not valid YAML: control characters are not allowed (value: 0)"},
		"line separator":                   {"# a comment\u2028b: 1\n", `1:12: '\u2028'` + lineEnd},
		"paragraph separator":              {"a: 1\n# a comment\u2029b: 1\n", `2:12: '\u2029'` + lineEnd},
		"next line":                        {"# é\u0085b: 1\n", `1:4: '\u0085'` + lineEnd},
		"carriage return":                  {"a: 1\r\n# x\rb: 1\r\n", `2:4: '\r'` + lineEnd},
		"carriage return at the end":       {"a: 1\r", `1:5: '\r'` + lineEnd},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(emptyEnvironment, "ok: 1", test.text, "ok: 1")
			testkit.AssertEqual(t, "problems", []string{"b.yaml:" + test.want}, problemTexts(r.Problems))
			testkit.AssertEqual(t, "other documents", 2, len(r.Documents))
		})
	}
}

// A manifest can't hide a line in a comment: the characters that end a line for the YAML
// library also end it for GitHub, or the file is refused.
func TestNoHiddenLine(t *testing.T) {
	t.Parallel()
	for c := rune(1); c <= 0xffff; c++ {
		if c == '\n' || !unicode.In(c, unicode.Z, unicode.C) && c < 0x3000 || c > 0x3000 && c < 0xfe00 {
			continue
		}
		r := parseFiles(emptyEnvironment, "ok: 1 # "+string(c)+"\n# a"+string(c)+"b: 1\n")
		if len(r.Documents) > 0 && len(r.Documents[0].Members) != 1 {
			t.Errorf("%U hides a line: %v", c, outlineNode(r.Documents[0]))
		}
	}
}

// TestBidirectional checks the warning for each line with characters that change the
// displayed order of text.
func TestBidirectional(t *testing.T) {
	t.Parallel()
	r := parseFiles(emptyEnvironment, "# x \u202e y \u202c\na: \"\u2066b\"\n", "b: \"\\u2066\"\n")
	got := problemTexts(r.Problems)
	testkit.AssertEqual(t, "documents", 2, len(r.Documents))
	testkit.AssertEqual(t, "problems", 2, len(got))
	testkit.AssertEqual(t, "first line", true, strings.HasPrefix(got[0], "warning: a.yaml:1:5: U+202E changes the order in which text is shown"))
	testkit.AssertEqual(t, "second line", true, strings.HasPrefix(got[1], "warning: a.yaml:2:5: U+2066 changes the order in which text is shown"))
}

// The name of a source may contain all characters that a file name may contain.
func TestSourceName(t *testing.T) {
	t.Parallel()
	const name = "dir/a b:c.yaml"
	r := manifest.Parse([]manifest.Source{{Name: name, Data: []byte("a: [x]\nb: ${")}}, emptyEnvironment)
	testkit.AssertEqual(t, "position", name+":1:5", r.Documents[0].Get("a").Items[0].Pos.String())
	if got := problemTexts(r.Problems); len(got) != 1 || !strings.HasPrefix(got[0], name+":2:4: ${ is not a valid reference") {
		t.Errorf("problems %q", got)
	}
}
