package manifest_test

import "testing"

// What YAML makes of one value, and what is refused on purpose.
func TestScalars(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value string
		want  string // after its place
		wrong string // "": nothing
	}{
		"text":               {"abc", "text abc", ""},
		"double quotes":      {`"a\tb\u00e9\x41"`, `text "a\tbéA"`, ""},
		"single quotes":      {`'it''s'`, `text "it's"`, ""},
		"literal":            {"|\n  one\n  two\n", `text "one\ntwo\n"`, ""},
		"folded":             {">-\n  one\n  two\n", `text "one two"`, ""},
		"two lines":          {"one\n  two", "text one two", ""},
		"true":               {"true", "boolean true", ""},
		"True":               {"True", "boolean true", ""},
		"TRUE":               {"TRUE", "boolean true", ""},
		"FALSE":              {"FALSE", "boolean false", ""},
		"quoted true":        {"'true'", `text "true"`, ""},
		"yes is text":        {"yes", "text yes", ""},
		"on is text":         {"on", "text on", ""},
		"off is text":        {"Off", "text Off", ""},
		"y is text":          {"y", "text y", ""},
		"n is text":          {"N", "text N", ""},
		"tilde":              {"~", "null ~", ""},
		"null":               {"null", "null null", ""},
		"nothing":            {"", "null", ""},
		"empty text":         {"''", `text ""`, ""},
		"integer":            {"12", "number 12", ""},
		"negative":           {"-12", "number -12", ""},
		"plus":               {"+12", "number +12", ""},
		"octal of YAML 1.1":  {"030", "number 030", ""},
		"octal of YAML 1.2":  {"0o30", "number 0o30", ""},
		"hexadecimal":        {"0x1F", "number 0x1F", ""},
		"binary":             {"0b11", "number 0b11", ""},
		"underscores":        {"1_000", "number 1_000", ""},
		"decimal":            {"0.50", "number 0.50", ""},
		"exponent":           {"1e3", "number 1e3", ""},
		"beyond 64 bits":     {"123456789012345678901234567890", "number 123456789012345678901234567890", ""},
		"infinity":           {"-.inf", "number -.inf", ""},
		"not a number":       {".nan", "number .nan", ""},
		"quoted number":      {`"0.5"`, `text "0.5"`, ""},
		"base 60":            {"12:30:45", "text 12:30:45", ""},
		"a unit":             {"500m", "text 500m", ""},
		"date":               {"2026-12-24", "text 2026-12-24", ""},
		"time":               {"2026-12-24T18:00:00Z", "text 2026-12-24T18:00:00Z", ""},
		"a merge sign alone": {"<<", "text <<", ""},
		"equals sign":        {"=", "text =", ""},
		"tagged text":        {"!!str 12", "text 12", ""},
		"tagged null text":   {"!!str null", "text null", ""},
		"long tag":           {"!<tag:yaml.org,2002:str> 12", "text 12", ""},
		"not specific":       {"! 12", "text 12", ""},
		"tagged number":      {"!!int '12'", "number 12", "the tag !!int is not supported; leave it out"},
		"tagged nonsense":    {"!!float abc", "number abc", "the tag !!float is not supported; leave it out"},
		"tagged boolean":     {"!!bool yes", "text yes", "the tag !!bool is not supported; leave it out"},
		"tagged null":        {"!!null abc", "null abc", "the tag !!null is not supported; leave it out"},
		"tagged time":        {"!!timestamp 2026-12-24", "text 2026-12-24", "the tag !!timestamp is not supported; leave it out"},
		"bytes":              {"!!binary aGk=", "text aGk=", "the tag !!binary is not supported; leave it out"},
		"own tag":            {"!vault abc", "text abc", "the tag !vault is not supported; leave it out"},
		"a tag of some size": {"!abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz x", "text x", "the tag (too long to show) is not supported; leave it out"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(emptyEnvironment, "v: "+test.value)
			var want []string
			if test.wrong != "" {
				want = []string{"a.yaml:1:4: " + test.wrong}
			}
			assertEqual(t, "problems", want, problemTexts(r.Problems))
			col := "4"
			if test.value == "" {
				col = "3"
			}
			assertEqual(t, "value", []string{"1:1 mapping", "v 1:" + col + " " + test.want}, outlineNode(r.Documents[0]))
		})
	}
}

func TestTagsOfCollections(t *testing.T) {
	t.Parallel()
	assertEqual(t, "natural tags", []string{"1:1 mapping", "a 1:11 mapping", "a.b 1:21 list", "a.b[0] 1:28 number 1"},
		outlineNode(parseValid(t, "!!map {a: !!map {b: !!seq [1]}}")))
	r := parseFiles(emptyEnvironment, "a: !!set {x, y}\nb: !!omap [x: 1]\nc: !Ref {x: 1}\n!key d: 1\n!!int 5: 1\n")
	assertEqual(t, "problems", []string{
		"a.yaml:1:4: the tag !!set is not supported; leave it out",
		"a.yaml:2:4: the tag !!omap is not supported; leave it out",
		"a.yaml:3:4: the tag !Ref is not supported; leave it out",
		"a.yaml:4:1: the tag !key is not supported; leave it out",
		"a.yaml:5:1: the tag !!int is not supported; leave it out",
	}, problemTexts(r.Problems))
}

// Columns count characters, as editors do, whatever the bytes are.
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
		"what is left out, at the end":   {"? a", []string{"1:1 mapping", "a 1:4 null"}},
		"what is left out, one line on":  {"a:\n", []string{"1:1 mapping", "a 1:3 null"}},
		"after text over several lines":  {"a: \"x\n\n  y\"\nb: |\n\n  z\n\nc: z\n", []string{"1:1 mapping", `a 1:4 text "x\ny"`, `b 4:4 text "\nz\n"`, "c 8:4 text z"}},
		"a line break that is an escape": {`a: "x\u2028\r\Ny"`, []string{"1:1 mapping", `a 1:4 text "x\u2028\r\u0085y"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assertEqual(t, "values", test.want, outlineNode(parseValid(t, test.text)))
		})
	}
}
