package manifest_test

import (
	"testing"

	"astro-apply/internal/testkit"
)

// The form and text of each kind of YAML scalar, and the scalars that the reader refuses.
func TestScalars(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value       string
		want        string // as outlineNode shows it after the position
		wantProblem string // "" means no problem
	}{
		"text":                   {"abc", "text abc", ""},
		"double quotes":          {`"a\tb\u00e9\x41"`, `text "a\tbéA"`, ""},
		"single quotes":          {`'it''s'`, `text "it's"`, ""},
		"literal":                {"|\n  one\n  two\n", `text "one\ntwo\n"`, ""},
		"folded":                 {">-\n  one\n  two\n", `text "one two"`, ""},
		"two lines":              {"one\n  two", "text one two", ""},
		"true":                   {"true", "boolean true", ""},
		"True":                   {"True", "boolean true", ""},
		"TRUE":                   {"TRUE", "boolean true", ""},
		"FALSE":                  {"FALSE", "boolean false", ""},
		"quoted true":            {"'true'", `text "true"`, ""},
		"yes is text":            {"yes", "text yes", ""},
		"on is text":             {"on", "text on", ""},
		"off is text":            {"Off", "text Off", ""},
		"y is text":              {"y", "text y", ""},
		"n is text":              {"N", "text N", ""},
		"tilde":                  {"~", "null ~", ""},
		"null":                   {"null", "null null", ""},
		"empty":                  {"", "null", ""},
		"empty text":             {"''", `text ""`, ""},
		"integer":                {"12", "number 12", ""},
		"negative":               {"-12", "number -12", ""},
		"plus":                   {"+12", "number +12", ""},
		"octal of YAML 1.1":      {"030", "number 030", ""},
		"octal of YAML 1.2":      {"0o30", "number 0o30", ""},
		"hexadecimal":            {"0x1F", "number 0x1F", ""},
		"binary":                 {"0b11", "number 0b11", ""},
		"underscores":            {"1_000", "number 1_000", ""},
		"decimal":                {"0.50", "number 0.50", ""},
		"exponent":               {"1e3", "number 1e3", ""},
		"beyond 64 bits":         {"123456789012345678901234567890", "number 123456789012345678901234567890", ""},
		"infinity":               {"-.inf", "number -.inf", ""},
		"not a number":           {".nan", "number .nan", ""},
		"quoted number":          {`"0.5"`, `text "0.5"`, ""},
		"base 60":                {"12:30:45", "text 12:30:45", ""},
		"number with a unit":     {"500m", "text 500m", ""},
		"date":                   {"2026-12-24", "text 2026-12-24", ""},
		"time":                   {"2026-12-24T18:00:00Z", "text 2026-12-24T18:00:00Z", ""},
		"merge key as value":     {"<<", "text <<", ""},
		"equals sign":            {"=", "text =", ""},
		"tagged text":            {"!!str 12", "text 12", ""},
		"tagged null text":       {"!!str null", "text null", ""},
		"long tag":               {"!<tag:yaml.org,2002:str> 12", "text 12", ""},
		"non-specific tag":       {"! 12", "text 12", ""},
		"tagged number":          {"!!int '12'", "number 12", "the tag !!int is not supported; remove it"},
		"tagged number, invalid": {"!!float abc", "number abc", "the tag !!float is not supported; remove it"},
		"tagged boolean":         {"!!bool yes", "text yes", "the tag !!bool is not supported; remove it"},
		"tagged null":            {"!!null abc", "null abc", "the tag !!null is not supported; remove it"},
		"tagged time":            {"!!timestamp 2026-12-24", "text 2026-12-24", "the tag !!timestamp is not supported; remove it"},
		"bytes":                  {"!!binary aGk=", "text aGk=", "the tag !!binary is not supported; remove it"},
		"application tag":        {"!vault abc", "text abc", "the tag !vault is not supported; remove it"},
		"long unknown tag":       {"!abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz x", "text x", "the tag (too long to show) is not supported; remove it"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(emptyEnvironment, "v: "+test.value)
			var want []string
			if test.wantProblem != "" {
				want = []string{"a.yaml:1:4: " + test.wantProblem}
			}
			testkit.AssertEqual(t, "problems", want, problemTexts(r.Problems))
			col := "4"
			if test.value == "" {
				col = "3"
			}
			testkit.AssertEqual(t, "value", []string{"1:1 mapping", "v 1:" + col + " " + test.want}, outlineNode(r.Documents[0]))
		})
	}
}

func TestTagsOfCollections(t *testing.T) {
	t.Parallel()
	testkit.AssertEqual(t, "default tags", []string{"1:1 mapping", "a 1:11 mapping", "a.b 1:21 list", "a.b[0] 1:28 number 1"},
		outlineNode(parseValid(t, "!!map {a: !!map {b: !!seq [1]}}")))
	r := parseFiles(emptyEnvironment, "a: !!set {x, y}\nb: !!omap [x: 1]\nc: !Ref {x: 1}\n!key d: 1\n!!int 5: 1\n")
	testkit.AssertEqual(t, "problems", []string{
		"a.yaml:1:4: the tag !!set is not supported; remove it",
		"a.yaml:2:4: the tag !!omap is not supported; remove it",
		"a.yaml:3:4: the tag !Ref is not supported; remove it",
		"a.yaml:4:1: the tag !key is not supported; remove it",
		"a.yaml:5:1: the tag !!int is not supported; remove it",
	}, problemTexts(r.Problems))
}

// Columns count characters, as editors do, not bytes.
func TestPositions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []string
	}{
		"block": {
			"a:\n  b: x\n  c:\n    - y\n    -   z\n",
			[]string{"1:1 mapping", "a 2:3 mapping", "a.b 2:6 text x", "a.c 4:5 list", "a.c[0] 4:7 text y", "a.c[1] 5:9 text z"},
		},
		"flow": {
			"{a: [x, {b: y}],\n c: }",
			[]string{"1:1 mapping", "a 1:5 list", "a[0] 1:6 text x", "a[1] 1:9 mapping", "a[1].b 1:13 text y", "c 2:5 null"},
		},
		"comments and blank lines": {"# one\n\na: x # two\n\n# three\nb: y\n", []string{"3:1 mapping", "a 3:4 text x", "b 6:4 text y"}},
		"not only ASCII": {
			"é: {ü: 日本, \"🚀\": v}\n",
			[]string{"1:1 mapping", "é 1:4 mapping", "é.ü 1:8 text 日本", "é.🚀 1:17 text v"},
		},
		"Windows":                        {"a: x\r\nb: y\r\n", []string{"1:1 mapping", "a 1:4 text x", "b 2:4 text y"}},
		"byte order mark":                {"\ufeffa: x\n", []string{"1:1 mapping", "a 1:4 text x"}},
		"a tab after a colon":            {"a:\tx\n", []string{"1:1 mapping", "a 1:4 text x"}},
		"missing value at the end":       {"? a", []string{"1:1 mapping", "a 1:4 null"}},
		"missing value before a newline": {"a:\n", []string{"1:1 mapping", "a 1:3 null"}},
		"after text over several lines":  {"a: \"x\n\n  y\"\nb: |\n\n  z\n\nc: z\n", []string{"1:1 mapping", `a 1:4 text "x\ny"`, `b 4:4 text "\nz\n"`, "c 8:4 text z"}},
		"a line break that is an escape": {`a: "x\u2028\r\Ny"`, []string{"1:1 mapping", `a 1:4 text "x\u2028\r\u0085y"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.AssertEqual(t, "values", test.want, outlineNode(parseValid(t, test.text)))
		})
	}
}

// A value that an alias repeats keeps the position of the original.
func TestAliases(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []string
	}{
		"a scalar":             {"a: &x 1\nb: *x", []string{"1:1 mapping", "a 1:4 number 1", "b 1:4 number 1"}},
		"a list":               {"a: &x [1]\nb: [*x, *x]", []string{"1:1 mapping", "a 1:4 list", "a[0] 1:8 number 1", "b 2:4 list", "b[0] 1:4 list", "b[0][0] 1:8 number 1", "b[1] 1:4 list", "b[1][0] 1:8 number 1"}},
		"a mapping":            {"a: &x {y: z}\nb: *x", []string{"1:1 mapping", "a 1:4 mapping", "a.y 1:11 text z", "b 1:4 mapping", "b.y 1:11 text z"}},
		"nested":               {"a: &x {y: &z 1}\nb: {c: *z}", []string{"1:1 mapping", "a 1:4 mapping", "a.y 1:11 number 1", "b 2:4 mapping", "b.c 1:11 number 1"}},
		"an anchor used twice": {"a: &x 1\nb: &x 2\nc: *x", []string{"1:1 mapping", "a 1:4 number 1", "b 2:4 number 2", "c 2:4 number 2"}},
		"an alias in a list":   {"a: &x 1\nb: [*x]\nc: *x", []string{"1:1 mapping", "a 1:4 number 1", "b 2:4 list", "b[0] 1:4 number 1", "c 1:4 number 1"}},
		"a key":                {"a: &x name\n*x : 1", []string{"1:1 mapping", "a 1:4 text name", "name 2:6 number 1"}},
		"an empty text":        {"a: &x\nb: *x", []string{"1:1 mapping", "a 1:4 null", "b 1:4 null"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.AssertEqual(t, "values", test.want, outlineNode(parseValid(t, test.text)))
		})
	}
}

// A mapping's own members have precedence, then those of the mapping that is merged first.
func TestMerge(t *testing.T) {
	t.Parallel()
	const base = "a: &a {x: 1, y: 2}\nb: &b {x: 3, z: 4}\n"
	tests := map[string]struct {
		text string // the third line
		want []string
	}{
		"one mapping":               {"c: {<<: *a}", []string{"c.x 1:11 number 1", "c.y 1:17 number 2"}},
		"own member after":          {"c: {<<: *a, x: 5}", []string{"c.x 3:16 number 5", "c.y 1:17 number 2"}},
		"own member first":          {"c: {x: 5, <<: *a}", []string{"c.x 3:8 number 5", "c.y 1:17 number 2"}},
		"a list":                    {"c: {<<: [*a, *b]}", []string{"c.x 1:11 number 1", "c.y 1:17 number 2", "c.z 2:17 number 4"}},
		"a list in the other order": {"c: {<<: [*b, *a]}", []string{"c.x 2:11 number 3", "c.z 2:17 number 4", "c.y 1:17 number 2"}},
		"an inline mapping":         {"c: {<<: {x: 7}, y: 8}", []string{"c.y 3:20 number 8", "c.x 3:13 number 7"}},
		"a merge in a merge":        {"c: {<<: {<<: *a, x: 7}}", []string{"c.x 3:21 number 7", "c.y 1:17 number 2"}},
		"empty":                     {"c: {<<: []}", nil},
		"quoted << is a key":        {"c: {'<<': 1}", []string{"c.<< 3:11 number 1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outlineNode(parseValid(t, base+test.text))
			testkit.AssertEqual(t, "merged", append([]string{"c 3:4 mapping"}, test.want...), got[7:])
		})
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text         string
		names        []string
		wantProblems []string
	}{
		"scalars as keys":                  {"1: a\ntrue: b\n~: c\n2026-12-24: d\n'': e", []string{"1", "true", "~", "2026-12-24", ""}, nil},
		"case-sensitive":                   {"a: 1\nA: 2", []string{"a", "A"}, nil},
		"equal keys in different mappings": {"a: {x: 1}\nb: {x: 1}\nx: 1", []string{"a", "b", "x"}, nil},
		"twice":                            {"a: 1\nb: 2\na: 3\na: 4", []string{"a", "b"}, []string{`a.yaml:3:1: duplicate key "a" (first at line 1); remove one of them`, `a.yaml:4:1: duplicate key "a" (first at line 1); remove one of them`}},
		"twice, in quotes":                 {"'a': 1\n\"\\x61\": 2", []string{"a"}, []string{`a.yaml:2:1: duplicate key "a" (first at line 1); remove one of them`}},
		"twice, nested":                    {"a:\n  - {b: 1, b: 2}", []string{"a"}, []string{`a.yaml:2:12: duplicate key "b" (first at line 2); remove one of them`}},
		"twice, by an alias":               {"a: &k name\nname: 1\n*k : 2", []string{"a", "name"}, []string{`a.yaml:3:1: duplicate key "name" (first at line 2); remove one of them`}},
		"an alias first":                   {"a: &k name\n*k : 1\nname: 2", []string{"a", "name"}, []string{`a.yaml:3:1: duplicate key "name" (first at line 2); remove one of them`}},
		"two merges":                       {"<<: {a: 1}\n<<: {b: 1}", []string{"a"}, []string{`a.yaml:2:1: duplicate key "<<" (first at line 1); merge several mappings as a list: <<: [*a, *b]`}},
		"a merge of text":                  {"<<: abc\na: 1", []string{"a"}, []string{"a.yaml:1:5: << must be a mapping or a list of mappings, not text"}},
		"a merge of null":                  {"a: 1\n<<:", []string{"a"}, []string{"a.yaml:2:4: << must be a mapping or a list of mappings, not null"}},
		"a merge of a list with a number":  {"<<: [{a: 1}, 2, {b: 1}]", []string{"a", "b"}, []string{"a.yaml:1:14: << must be a mapping or a list of mappings, not a number"}},
		"a list as key":                    {"[a]: 1\nb: 2", []string{"b"}, []string{"a.yaml:1:1: a key must be text, not a list or a mapping"}},
		"a mapping as key":                 {"? {a: b}\n: 1\nb: 2", []string{"b"}, []string{"a.yaml:1:3: a key must be text, not a list or a mapping"}},
		"a list, matched by an alias":      {"a: &k [x]\n*k : 1", []string{"a"}, []string{"a.yaml:2:1: a key must be text, not a list or a mapping"}},
		"a reference as a key":             {"${env:X}: 1\n$${: 2\n'${secret:X}': 3", []string{"${env:X}", "$${", "${secret:X}"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(environmentOf(map[string]string{"X": "value"}), test.text)
			testkit.AssertEqual(t, "problems", test.wantProblems, problemTexts(r.Problems))
			var names []string
			for _, d := range r.Documents {
				for _, m := range d.Members {
					names = append(names, m.Name)
				}
			}
			testkit.AssertEqual(t, "names", test.names, names)
			testkit.AssertEqual(t, "secrets", []string(nil), r.Secrets)
		})
	}
}

// An unquoted template expression is a mapping in YAML. It has one problem and is read as text.
func TestTemplates(t *testing.T) {
	t.Parallel()
	r := parseFiles(emptyEnvironment, "a: {{ var.x }}\nb: [{{y}}]\nc: {a: {{ b | c }}}\n")
	testkit.AssertEqual(t, "problems", []string{
		"a.yaml:1:4: " + templateMessage, "a.yaml:2:5: " + templateMessage, "a.yaml:3:8: " + templateMessage,
	}, problemTexts(r.Problems))
	testkit.AssertEqual(t, "values", []string{
		"1:1 mapping", `a 1:4 text "{{ var.x }}"`, "b 2:4 list", `b[0] 2:5 text "{{ y }}"`,
		"c 3:4 mapping", `c.a 3:8 text "{{ b | c }}"`,
	}, outlineNode(r.Documents[0]))
}

// A key and its value have separate positions.
func TestKeyPositions(t *testing.T) {
	t.Parallel()
	var got []string
	for _, m := range parseValid(t, "a: &k x\n  \n*k : 1\n\"b\":\n  c\n").Members {
		got = append(got, m.Name+" "+m.Pos.String()+" "+m.Value.Pos.String())
	}
	testkit.AssertEqual(t, "keys", []string{"a a.yaml:1:1 a.yaml:1:4", "x a.yaml:3:1 a.yaml:3:6", "b a.yaml:4:1 a.yaml:5:3"}, got)
}

// The reader keeps the first of two values with the same key.
func TestDuplicateKeepsFirst(t *testing.T) {
	t.Parallel()
	r := parseFiles(emptyEnvironment, "a: 1\na: 2")
	testkit.AssertEqual(t, "values", []string{"1:1 mapping", "a 1:4 number 1"}, outlineNode(r.Documents[0]))
}
