package manifest_test

import "testing"

// What is used again keeps the place where it is written.
func TestAliases(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []string
	}{
		"a scalar":      {"a: &x 1\nb: *x", []string{"1:1 mapping", "a 1:4 number 1", "b 1:4 number 1"}},
		"a list":        {"a: &x [1]\nb: [*x, *x]", []string{"1:1 mapping", "a 1:4 list", "a[0] 1:8 number 1", "b 2:4 list", "b[0] 1:4 list", "b[0][0] 1:8 number 1", "b[1] 1:4 list", "b[1][0] 1:8 number 1"}},
		"a mapping":     {"a: &x {y: z}\nb: *x", []string{"1:1 mapping", "a 1:4 mapping", "a.y 1:11 text z", "b 1:4 mapping", "b.y 1:11 text z"}},
		"nested":        {"a: &x {y: &z 1}\nb: {c: *z}", []string{"1:1 mapping", "a 1:4 mapping", "a.y 1:11 number 1", "b 2:4 mapping", "b.c 1:11 number 1"}},
		"set again":     {"a: &x 1\nb: &x 2\nc: *x", []string{"1:1 mapping", "a 1:4 number 1", "b 2:4 number 2", "c 2:4 number 2"}},
		"of an alias":   {"a: &x 1\nb: [*x]\nc: *x", []string{"1:1 mapping", "a 1:4 number 1", "b 2:4 list", "b[0] 1:4 number 1", "c 1:4 number 1"}},
		"a key":         {"a: &x name\n*x : 1", []string{"1:1 mapping", "a 1:4 text name", "name 2:6 number 1"}},
		"an empty text": {"a: &x\nb: *x", []string{"1:1 mapping", "a 1:4 null", "b 1:4 null"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assertEqual(t, "values", test.want, outlineNode(parseValid(t, test.text)))
		})
	}
}

// The mapping's own members win, then what is merged first.
func TestMerge(t *testing.T) {
	t.Parallel()
	const base = "a: &a {x: 1, y: 2}\nb: &b {x: 3, z: 4}\n"
	tests := map[string]struct {
		text string // in the third line
		want []string
	}{
		"one":              {"c: {<<: *a}", []string{"c.x 1:11 number 1", "c.y 1:17 number 2"}},
		"own member after": {"c: {<<: *a, x: 5}", []string{"c.x 3:16 number 5", "c.y 1:17 number 2"}},
		"own member first": {"c: {x: 5, <<: *a}", []string{"c.x 3:8 number 5", "c.y 1:17 number 2"}},
		"a list":           {"c: {<<: [*a, *b]}", []string{"c.x 1:11 number 1", "c.y 1:17 number 2", "c.z 2:17 number 4"}},
		"the other way":    {"c: {<<: [*b, *a]}", []string{"c.x 2:11 number 3", "c.z 2:17 number 4", "c.y 1:17 number 2"}},
		"written out":      {"c: {<<: {x: 7}, y: 8}", []string{"c.y 3:20 number 8", "c.x 3:13 number 7"}},
		"of a merge":       {"c: {<<: {<<: *a, x: 7}}", []string{"c.x 3:21 number 7", "c.y 1:17 number 2"}},
		"nothing":          {"c: {<<: []}", nil},
		"quoted is a name": {"c: {'<<': 1}", []string{"c.<< 3:11 number 1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outlineNode(parseValid(t, base+test.text))
			assertEqual(t, "merged", append([]string{"c 3:4 mapping"}, test.want...), got[7:])
		})
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text  string
		names []string
		wrong []string
	}{
		"scalars are names":    {"1: a\ntrue: b\n~: c\n2026-12-24: d\n'': e", []string{"1", "true", "~", "2026-12-24", ""}, nil},
		"case counts":          {"a: 1\nA: 2", []string{"a", "A"}, nil},
		"the same elsewhere":   {"a: {x: 1}\nb: {x: 1}\nx: 1", []string{"a", "b", "x"}, nil},
		"twice":                {"a: 1\nb: 2\na: 3\na: 4", []string{"a", "b"}, []string{`a.yaml:3:1: "a" is there twice, first at line 1`, `a.yaml:4:1: "a" is there twice, first at line 1`}},
		"twice, in quotes":     {"'a': 1\n\"\\x61\": 2", []string{"a"}, []string{`a.yaml:2:1: "a" is there twice, first at line 1`}},
		"twice, deep down":     {"a:\n  - {b: 1, b: 2}", []string{"a"}, []string{`a.yaml:2:12: "b" is there twice, first at line 2`}},
		"twice, by an alias":   {"a: &k name\nname: 1\n*k : 2", []string{"a", "name"}, []string{`a.yaml:3:1: "name" is there twice, first at line 2`}},
		"an alias first":       {"a: &k name\n*k : 1\nname: 2", []string{"a", "name"}, []string{`a.yaml:3:1: "name" is there twice, first at line 2`}},
		"two merges":           {"<<: {a: 1}\n<<: {b: 1}", []string{"a"}, []string{`a.yaml:2:1: "<<" is there twice, first at line 1`}},
		"a merge of text":      {"<<: abc\na: 1", []string{"a"}, []string{"a.yaml:1:5: << merges mappings, not text"}},
		"a merge of nothing":   {"a: 1\n<<:", []string{"a"}, []string{"a.yaml:2:4: << merges mappings, not null"}},
		"a merge of some":      {"<<: [{a: 1}, 2, {b: 1}]", []string{"a", "b"}, []string{"a.yaml:1:14: << merges mappings, not a number"}},
		"a list as key":        {"[a]: 1\nb: 2", []string{"b"}, []string{"a.yaml:1:1: a key must be a plain name"}},
		"a mapping as key":     {"? {a: b}\n: 1\nb: 2", []string{"b"}, []string{"a.yaml:1:3: a key must be a plain name"}},
		"a list, by an alias":  {"a: &k [x]\n*k : 1", []string{"a"}, []string{"a.yaml:2:1: a key must be a plain name"}},
		"a reference as a key": {"${env:X}: 1\n$${: 2\n'${secret:X}': 3", []string{"${env:X}", "$${", "${secret:X}"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := parseFiles(environmentOf(map[string]string{"X": "value"}), test.text)
			assertEqual(t, "problems", test.wrong, problemTexts(r.Problems))
			var names []string
			for _, d := range r.Documents {
				for _, m := range d.Members {
					names = append(names, m.Name)
				}
			}
			assertEqual(t, "names", test.names, names)
			assertEqual(t, "secrets", []string(nil), r.Secrets)
		})
	}
}

// A key has a place of its own.
func TestKeyPositions(t *testing.T) {
	t.Parallel()
	var got []string
	for _, m := range parseValid(t, "a: &k x\n  \n*k : 1\n\"b\":\n  c\n").Members {
		got = append(got, m.Name+" "+m.Pos.String()+" "+m.Value.Pos.String())
	}
	assertEqual(t, "keys", []string{"a a.yaml:1:1 a.yaml:1:4", "x a.yaml:3:1 a.yaml:3:6", "b a.yaml:4:1 a.yaml:5:3"}, got)
}

// The second of two values under one name is not read further, the first is.
func TestDuplicateKeepsFirst(t *testing.T) {
	t.Parallel()
	r := parseFiles(emptyEnvironment, "a: 1\na: 2")
	assertEqual(t, "values", []string{"1:1 mapping", "a 1:4 number 1"}, outlineNode(r.Documents[0]))
}
