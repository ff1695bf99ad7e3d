package schema_test

import (
	"strings"
	"testing"

	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

// runCheckCases checks mappings with the given members, of which the first begins in
// column 2, and compares the problems.
func runCheckCases(t *testing.T, fields []schema.Field, tests map[string]struct{ members, want string }) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range schema.Check(fields, parseDocument(t, "{"+test.members+"}"), "state") {
				if p.Warning {
					t.Errorf("%v is a warning", p)
				}
				got = append(got, strings.TrimPrefix(p.Error(), "a.yaml:"))
			}
			testkit.AssertEqual(t, "problems", test.want, strings.Join(got, "|"))
		})
	}
}

func TestCheckFields(t *testing.T) {
	t.Parallel()
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"all fields valid":                 {"word: abc, size: LARGE, count: 24, least: -2, switch: true, cpu: 0.5, memory: 2Gi, tags: [a, b], state: x, inner: { enabled: false }", ""},
		"no fields":                        {"", ""},
		"unknown, similar to a field":      {"sise: LARGE", `1:2: unknown field "sise"; did you mean "size"?`},
		"unknown, similar to a reference":  {"hme: x", `1:2: unknown field "hme"; did you mean "home"?`},
		"unknown, similar to another name": {"State: x", `1:2: unknown field "State"; did you mean "state"?`},
		"unknown, similar to no name":      {"something: x", `1:2: unknown field "something"`},
		"an order":                         {"depends_on: [x]", `1:2: unknown field "depends_on"; remove it: references between resources determine the order of the changes`},
		"a word with a suffix":             {"size: LargeSizedMachine", `1:8: size must be one of SMALL, MEDIUM, LARGE, not "LargeSizedMachine"; did you mean "LARGE"?`},
		"unknown, nested":                  {"inner: { enabled: true, buckets: x }", `1:26: unknown field "buckets"; did you mean "bucket"?`},
		"other name, nested":               {"inner: { state: x, enabled: true }", `1:11: unknown field "state"`}, // Check accepts other names at the top level only
		"required":                         {"inner: {}", "1:9: inner.enabled is required; set it to true or false"},
		"required, in a list":              {"queues: [{ name: a }, {}]", "1:24: queues[1].name is required; set it to text of at most 5 characters"},
		"required, value unknown":          {"queues: [{ name: '${env:NONE}' }]", ""},
		"required, but null":               {"inner: { enabled: }", "1:20: inner.enabled has no value; remove the field to keep the value in Astro"},
		"null text":                        {"word: ~", `1:8: word has no value; remove the field to keep the value in Astro, or write "" to clear it`},
		"null enum":                        {"size: null", "1:8: size has no value; remove the field to keep the value in Astro"},
		"null list":                        {"tags:", "1:7: tags has no value; remove the field to keep the value in Astro, or write [] to clear it"},
		"null item":                        {"tags: [a, ~]", `1:12: tags[1] has no value; remove the field to keep the value in Astro, or write "" to clear it`},
		"null mapping":                     {"inner: ~", "1:9: inner has no value; remove the field to keep the value in Astro"},
		"unknown values":                   {"word: '${env:NONE}', size: '${env:NONE}', cpu: '${env:NONE}', tags: ['${env:NONE}'], home: '${env:NONE}'", ""},
		"unknown values of other types than text": {
			"count: '${env:NONE}', switch: '${env:NONE}', tags: '${env:NONE}', inner: '${env:NONE}'",
			"1:9: count must be a whole number from 1 to 24, but the value of a variable is always text; write the value in the manifest|1:32: switch must be true or false, but the value of a variable is always text; write the value in the manifest|" +
				"1:53: tags must be a list, but the value of a variable is always text; write the value in the manifest|1:75: inner must be a mapping, but the value of a variable is always text; write the value in the manifest",
		},
		"several problems": {"size: X, count: x, something: 1", `1:8: size must be one of SMALL, MEDIUM, LARGE, not "X"|1:18: count must be a whole number from 1 to 24, not text|1:21: unknown field "something"`},
	})
}

func TestCheckNotAMapping(t *testing.T) {
	t.Parallel()
	testkit.AssertEqual(t, "problems", []string{"a.yaml:1:1: this resource must be a mapping, not a list"}, testkit.ProblemTexts(schema.Check(sampleFields(), parseDocument(t, "[]"))))
	required := []schema.Field{{Name: "name", Type: schema.TextType(0), Behavior: schema.Required}, {Name: "id", Behavior: schema.Required, Ref: &schema.Ref{NameField: "by"}}}
	testkit.AssertEqual(t, "problems", []string{"a.yaml:1:1: name is required; set it to text", "a.yaml:1:1: id is required; set it to text"}, testkit.ProblemTexts(schema.Check(required, parseDocument(t, "{}"))))
	testkit.AssertEqual(t, "by its other name", []string(nil), testkit.ProblemTexts(schema.Check(required, parseDocument(t, "{name: x, by: y}"))))
}

func TestCheckForms(t *testing.T) {
	t.Parallel()
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"a list for text":         {"word: [a]", "1:8: word must be text of at most 5 characters, not a list"},
		"a mapping for an enum":   {"size: {a: b}", "1:8: size must be one of SMALL, MEDIUM, LARGE, not a mapping"},
		"a list for a number":     {"count: []", "1:9: count must be a whole number from 1 to 24, not a list"},
		"a mapping for a boolean": {"switch: {}", "1:10: switch must be true or false, not a mapping"},
		"a list for a quantity":   {"cpu: [1]", "1:7: cpu must be a quantity of CPU such as 0.5 or 500m, not a list"},
		"text for a list":         {"tags: a", "1:8: tags must be a list, not text"},
		"a mapping for a list":    {"queues: {name: a}", `1:10: queues must be a list, not a mapping; start each item with "- "`},
		"names as keys of a list": {"queues: {a: {max: 1}}", `1:10: queues must be a list, not a mapping; write each item as "- { name: …, max: … }"`},
		"an empty mapping":        {"queues: {}", "1:10: queues must be a list, not a mapping"},
		"text for a mapping":      {"inner: a", "1:9: inner must be a mapping, not text"},
		"a list for a mapping":    {"inner: []", "1:9: inner must be a mapping, not a list"},
		"text for an item":        {"queues: [a]", "1:11: queues[0] must be a mapping, not text"},
		"a list for an item":      {"tags: [[a]]", "1:9: tags[0] must be text, not a list"},
	})
}

func TestCheckLists(t *testing.T) {
	t.Parallel()
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"too few items":                   {"queues: []", "1:10: queues has 0 items; it must have 1 to 3"},
		"one item":                        {"queues: [{ name: a }]", ""},
		"as many items as allowed":        {"queues: [{ name: a }, { name: b }, { name: c }]", ""},
		"too many items":                  {"queues: [{ name: a }, { name: b }, { name: c }, { name: d }]", "1:10: queues has 4 items; it must have 1 to 3"},
		"no limit on the number of items": {"tags: []", ""},
		"twice":                           {"tags: [a, b, a, a]", `1:15: tags: duplicate item "a" (first at line 1); remove one of them|1:18: tags: duplicate item "a" (first at line 1); remove one of them`},
		"twice after normalization":       {"tags: [Ab,\n aB]", `2:2: tags: duplicate item "ab" (first at line 1); remove one of them`},
		"a key twice":                     {"queues: [{ name: a },\n{ max: 1, name: a }]", `2:17: queues: duplicate item "a" (first at line 1); remove one of them`},
		"empty keys":                      {"queues: [{ name: a }, { name: '' }, { name: '' }]", ""},
		"different keys of two members":   {"roles: [{ on: a, role: b }, { on: a, role: c }, { role: b, on: b }]", ""},
		"equal keys of two members":       {"roles: [{ on: a, role: b },\n{ role: B, on: A }]", `2:16: roles: duplicate item "a, b" (first at line 1); remove one of them`},
		"incomplete keys":                 {"roles: [{ on: a }, { on: a }]", ""},
		"unknown keys":                    {"queues: [{ name: '${env:NONE}' }, { name: '${env:NONE}' }]", ""},
		"problems in an item":             {"queues: [{ name: axe, max: 10 }]", `1:19: queues[0].name is "axe": an x in axe|1:29: queues[0].max must be a whole number from 0 to 9, not 10`},
	})
}

// The path of a condition starts at the resource's root. If the value at the path is
// unknown or has a problem, the condition isn't checked.
func TestCheckConditions(t *testing.T) {
	t.Parallel()
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"met":                       {"size: MEDIUM, queues: [{ name: a, machine: m }]", ""},
		"not met":                   {"size: SMALL, queues: [{ name: a, machine: m }]", "1:35: queues[0].machine doesn't apply when size is SMALL, only when it is LARGE or MEDIUM; remove queues[0].machine, or change size"},
		"not declared":              {"queues: [{ name: a, machine: m }]", ""},
		"unknown":                   {"size: '${env:NONE}', queues: [{ name: a, machine: m }]", ""},
		"null":                      {"size: ~, queues: [{ name: a, machine: m }]", "1:8: size has no value; remove the field to keep the value in Astro"},
		"misspelled":                {"size: LARG, queues: [{ name: a, machine: m }]", `1:8: size must be one of SMALL, MEDIUM, LARGE, not "LARG"; did you mean "LARGE"?`},
		"wrong form":                {"size: [SMALL], queues: [{ name: a, machine: m }]", "1:8: size must be one of SMALL, MEDIUM, LARGE, not a list"},
		"nested":                    {"inner: { enabled: false, bucket: b }", "1:27: inner.bucket doesn't apply when inner.enabled is false, only when it is true; remove inner.bucket, or change inner.enabled"},
		"nested, and met":           {"inner: { enabled: true, bucket: b }", ""},
		"nested, not a boolean":     {"inner: { enabled: no, bucket: b }", "1:20: inner.enabled must be true or false; no is text in YAML 1.2"},
		"first of two fails":        {"inner: { enabled: true }, size: LARGE, local: x", "1:41: local doesn't apply when inner.enabled is true, only when it is false; remove local, or change inner.enabled"},
		"second of two fails":       {"inner: { enabled: false }, size: LARGE, local: x", "1:42: local doesn't apply when size is LARGE, only when it is SMALL; remove local, or change size"},
		"reference by id":           {"size: LARGE, hostId: chost00000000000000000001", "1:15: hostId doesn't apply when size is LARGE, only when it is SMALL; remove hostId, or change size"},
		"reference by name":         {"size: LARGE, host: x", "1:15: host doesn't apply when size is LARGE, only when it is SMALL; remove host, or change size"},
		"field has another problem": {"size: SMALL, queues: [{ name: a, machine: 1 }]", `1:35: queues[0].machine doesn't apply when size is SMALL, only when it is LARGE or MEDIUM; remove queues[0].machine, or change size|1:44: queues[0].machine must be text, but 1 is a number in YAML; write it in quotes: "1"`},
	})
	// A condition may refer to a field that doesn't exist.
	fields := []schema.Field{{Name: "a", Type: schema.TextType(0), When: []schema.Condition{{Field: "b", In: []string{"x"}}}}}
	testkit.AssertEqual(t, "unknown field", []string(nil), testkit.ProblemTexts(schema.Check(fields, parseDocument(t, "{a: v, b: z}"), "b")))
}

// Messages contain neither a secret value nor a part of it, and don't suggest a value
// similar to it.
func TestCheckSecrets(t *testing.T) {
	t.Parallel()
	const s = "'${secret:S}'"
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"enum":                     {"size: " + s, "1:8: size must be one of SMALL, MEDIUM, LARGE, not ***"},
		"similar to an enum value": {"size: '${secret:SMAL}'", "1:8: size must be one of SMALL, MEDIUM, LARGE, not ***"},
		"too long":                 {"word: " + s, "1:8: word has 7 characters; it must have at most 5"},
		"refused by Check":         {"word: 'x${secret:ON}'", "1:8: word is ***, which is not valid; the reason is not shown, because it could reveal the value"},
		"a number":                 {"count: " + s, "1:9: count must be a whole number from 1 to 24, not text"},
		"a boolean":                {"switch: '${secret:ON}'", "1:10: switch must be true or false, not text"},
		"a quantity":               {"cpu: " + s, "1:7: cpu must be a quantity of CPU such as 0.5 or 500m, not ***"},
		"a list":                   {"tags: " + s, "1:8: tags must be a list, not text"},
		"twice":                    {"tags: [" + s + ", " + s + "]", "1:24: tags: duplicate item *** (first at line 1); remove one of them"},
		"an id":                    {"homeId: " + s, "1:10: homeId is ***, which is not a valid id; to refer by name, write home: ***"},
		"a condition":              {"size: '${secret:SMALL}', queues: [{ name: a, machine: m }]", "1:47: queues[0].machine doesn't apply when size is ***, only when it is LARGE or MEDIUM; remove queues[0].machine, or change size"},
		"YAML 1.1 boolean":         {"tags: ['${secret:ON}']", ""},
		"a key":                    {"queues: [{ name: '${secret:ON}' }, { name: '${secret:ON}' }]", "1:45: queues: duplicate item *** (first at line 1); remove one of them"},
		"a key of two members":     {"roles: [{ on: " + s + ", role: b }, { on: " + s + ", role: b }]", "1:48: roles: duplicate item *** (first at line 1); remove one of them"},
		"list with other items":    {"tags: [" + s + ", 1]", `1:24: tags[1] must be text, but 1 is a number in YAML; write it in quotes: "1"`},
	})
	for text, want := range map[string]string{
		"{word: 12}":   "a.yaml:1:8: word must be text, not a number; write it in quotes, or better, read it with ${secret:NAME}",
		"{word: true}": "a.yaml:1:8: word must be text, not a boolean; write it in quotes, or better, read it with ${secret:NAME}",
		"{word: on}":   "",
		"{switch: on}": "a.yaml:1:10: switch must be true or false; on is text in YAML 1.2",
	} {
		n := parseDocument(t, text)
		n.MarkSensitive()
		testkit.AssertEqual(t, text, want, strings.Join(testkit.ProblemTexts(schema.Check(sampleFields(), n)), "|"))
	}
}

func TestSortProblems(t *testing.T) {
	t.Parallel()
	at := func(file string, line, col int, message string) schema.Problem {
		return schema.Problem{Pos: schema.Pos{File: file, Line: line, Col: col}, Message: message}
	}
	got := []schema.Problem{at("b", 1, 1, "1"), at("a", 10, 1, "2"), at("a", 9, 2, "3"), at("a", 9, 2, "4"), at("a", 9, 1, "5"), {Message: "6"}}
	schema.SortProblems(got)
	testkit.AssertEqual(t, "order", []string{"6", "a:9:1: 5", "a:9:2: 3", "a:9:2: 4", "a:10:1: 2", "b:1:1: 1"}, testkit.ProblemTexts(got))
}

// YAML readers disagree about the types of some scalars. Messages tell users how to
// write them.
func TestCheckScalars(t *testing.T) {
	t.Parallel()
	const (
		boolean  = "1:10: switch must be true or false"
		integer  = "1:9: count must be a whole number from 1 to 24"
		cpu      = "1:7: cpu must be a quantity of CPU such as 0.5 or 500m"
		disagree = "YAML readers disagree on the number "
	)
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"true":              {"switch: true", ""},
		"FALSE":             {"switch: FALSE", ""},
		"yes":               {"switch: yes", boolean + "; yes is text in YAML 1.2"},
		"On":                {"switch: On", boolean + "; On is text in YAML 1.2"},
		"n":                 {"switch: n", boolean + "; n is text in YAML 1.2"},
		"quoted yes":        {"switch: 'yes'", boolean + ", not text"},
		"quoted true":       {"switch: 'true'", boolean + " without quotes"},
		"quoted True":       {"switch: 'True'", boolean + ", not text"},
		"a number":          {"switch: 1", boolean + ", not a number"},
		"boolean from env":  {"switch: '${env:ON}'", boolean + ", not text"},
		"one item":          {"count: 1", ""},
		"zero":              {"count: 0", "1:9: count must be a whole number from 1 to 24, not 0"},
		"too many":          {"count: 25", "1:9: count must be a whole number from 1 to 24, not 25"},
		"octal":             {"count: 010", integer + " in plain decimal digits, not 010"},
		"octal of YAML 1.2": {"count: 0o10", integer + " in plain decimal digits, not 0o10"},
		"hexadecimal":       {"count: 0x10", integer + " in plain decimal digits, not 0x10"},
		"underscores":       {"count: 1_0", integer + " in plain decimal digits, not 1_0"},
		"plus":              {"count: +5", integer + " in plain decimal digits, not +5"},
		"fraction":          {"count: 5.0", integer + " in plain decimal digits, not 5.0"},
		"exponent":          {"count: 1e1", integer + " in plain decimal digits, not 1e1"},
		"infinite":          {"count: .inf", integer + " in plain decimal digits, not .inf"},
		"overflow":          {"count: 99999999999999999999", integer + " in plain decimal digits, not 99999999999999999999"},
		"16 digits":         {"count: 9999999999999999", "1:9: count must be a whole number from 1 to 24, not 9999999999999999"},
		"quoted":            {"count: '5'", integer + ", not text"},
		"a boolean":         {"count: true", integer + ", not a boolean"},
		"no upper limit":    {"least: 9999999999999999", ""},
		"minus two":         {"least: -2", ""},
		"minus three":       {"least: -3", "1:9: least must be a whole number of at least -2, not -3"},
		"minus zero":        {"least: -0", "1:9: least must be a whole number of at least -2 in plain decimal digits, not -0"},
		"half a core":       {"cpu: 0.5", ""},
		"a core":            {"cpu: 1", ""},
		"zero cores":        {"cpu: 0", ""},
		"millicores":        {"cpu: 500m", ""},
		"in quotes":         {"cpu: '0.5'", ""},
		"cores, octal":      {"cpu: 010", "1:7: cpu: " + disagree + `010; write it in quotes: "010"`},
		"cores, hex":        {"cpu: 0x1", "1:7: cpu: " + disagree + `0x1; write it in quotes: "0x1"`},
		"cores, exponent":   {"cpu: 1e3", "1:7: cpu: " + disagree + `1e3; write it in quotes: "1e3"`},
		"cores, no zero":    {"cpu: .5", "1:7: cpu: " + disagree + `.5; write it in quotes: ".5"`},
		"cores, grouped":    {"cpu: 1_000", "1:7: cpu: " + disagree + `1_000; write it in quotes: "1_000"`},
		"not a number":      {"cpu: .nan", "1:7: cpu: " + disagree + `.nan; write it in quotes: ".nan"`},
		"negative":          {"cpu: '-1'", "1:7: cpu must not be negative"},
		"cores, boolean":    {"cpu: true", cpu + ", not a boolean"},
		"cores, word":       {"cpu: two", `1:7: cpu must be a quantity of CPU such as 0.5 or 500m, not "two"`},
		"cores, yes":        {"cpu: yes", `1:7: cpu must be a quantity of CPU such as 0.5 or 500m, not "yes"`},
		"memory":            {"memory: 20Gi", ""},
		"no unit":           {"memory: 20", `1:10: memory is 20 without a unit; write "20Gi"`},
		"no unit, signed":   {"memory: '+.5'", `1:10: memory is +.5 without a unit; write "+.5Gi"`},
		"no unit, quoted":   {"memory: '0.5'", `1:10: memory is 0.5 without a unit; write "0.5Gi"`},
		"zero memory":       {"memory: 0", ""},
		"unknown unit":      {"memory: 20GB", `1:10: memory must be a quantity of memory such as 20Gi, not "20GB"`},
		"memory, boolean":   {"memory: false", "1:10: memory must be a quantity of memory such as 20Gi, not a boolean"},
		"text":              {"word: abc", ""},
		"empty text":        {"word: ''", ""},
		"text, number":      {"word: 12", `1:8: word must be text, but 12 is a number in YAML; write it in quotes: "12"`},
		"text, version":     {"word: 1.10", `1:8: word must be text, but 1.10 is a number in YAML; write it in quotes: "1.10"`},
		"text, octal":       {"word: 012", `1:8: word must be text, but 012 is a number in YAML; write it in quotes: "012"`},
		"text, true":        {"word: true", `1:8: word must be text, but true is a boolean in YAML; write it in quotes: "true"`},
		"text, on":          {"word: on", `1:8: word: many YAML readers read on as a boolean; write it in quotes: "on"`},
		"text, Y":           {"word: Y", `1:8: word: many YAML readers read Y as a boolean; write it in quotes: "Y"`},
		"quoted on":         {"word: 'on'", ""},
		"on from env":       {"word: '${env:ON}'", ""},
		"starts with on":    {"word: once", ""},
		"text, date":        {"local: 2026-12-24", ""},
		"maximum length":    {"word: äöüéß", ""},
		"too long by one":   {"word: äöüéßa", "1:8: word has 6 characters; it must have at most 5"},
		"refused by Check":  {"word: box", `1:8: word is "box": an x in box`},
		"enum":              {"size: SMALL", ""},
		"enum, lower case":  {"size: small", `1:8: size must be one of SMALL, MEDIUM, LARGE, not "small"; did you mean "SMALL"?`},
		"misspelled":        {"size: MEDUIM", `1:8: size must be one of SMALL, MEDIUM, LARGE, not "MEDUIM"; did you mean "MEDIUM"?`},
		"enum, empty":       {"size: ''", `1:8: size must be one of SMALL, MEDIUM, LARGE, not ""`},
		"YAML 1.1 boolean":  {"size: on", `1:8: size must be one of SMALL, MEDIUM, LARGE, not "on"`},
		"a number, choice": {
			"size: 1", `1:8: size must be text, but 1 is a number in YAML; write it in quotes: "1"`,
		},
	})
}
