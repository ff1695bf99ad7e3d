package schema_test

import "testing"

// YAML's traps: what looks like one type to a reader and like another to the
// next.
func TestCheckScalars(t *testing.T) {
	t.Parallel()
	const (
		boolean  = "1:10: switch must be true or false"
		integer  = "1:9: count must be a whole number from 1 to 24"
		cpu      = "1:7: cpu must be a quantity of CPU such as 0.5 or 500m"
		disagree = "YAML readers disagree on the number "
	)
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"true":            {"switch: true", ""},
		"FALSE":           {"switch: FALSE", ""},
		"yes":             {"switch: yes", boolean + "; yes is text in YAML 1.2"},
		"On":              {"switch: On", boolean + "; On is text in YAML 1.2"},
		"n":               {"switch: n", boolean + "; n is text in YAML 1.2"},
		"quoted yes":      {"switch: 'yes'", boolean + ", not text"},
		"quoted true":     {"switch: 'true'", boolean + " without quotes"},
		"quoted True":     {"switch: 'True'", boolean + ", not text"},
		"a number":        {"switch: 1", boolean + ", not a number"},
		"truth from env":  {"switch: '${env:ON}'", boolean + ", not text"},
		"one":             {"count: 1", ""},
		"zero":            {"count: 0", "1:9: count is 0, must be a whole number from 1 to 24"},
		"too many":        {"count: 25", "1:9: count is 25, must be a whole number from 1 to 24"},
		"octal":           {"count: 010", integer + " in plain decimal digits, not 010"},
		"octal of 1.2":    {"count: 0o10", integer + " in plain decimal digits, not 0o10"},
		"hexadecimal":     {"count: 0x10", integer + " in plain decimal digits, not 0x10"},
		"underscores":     {"count: 1_0", integer + " in plain decimal digits, not 1_0"},
		"plus":            {"count: +5", integer + " in plain decimal digits, not +5"},
		"a fraction":      {"count: 5.0", integer + " in plain decimal digits, not 5.0"},
		"an exponent":     {"count: 1e1", integer + " in plain decimal digits, not 1e1"},
		"infinite":        {"count: .inf", integer + " in plain decimal digits, not .inf"},
		"immense":         {"count: 99999999999999999999", integer + " in plain decimal digits, not 99999999999999999999"},
		"large":           {"count: 9999999999999999", "1:9: count is 9999999999999999, must be a whole number from 1 to 24"},
		"quoted":          {"count: '5'", integer + ", not text"},
		"a truth":         {"count: true", integer + ", not a boolean"},
		"no upper end":    {"least: 9999999999999999", ""},
		"minus two":       {"least: -2", ""},
		"minus three":     {"least: -3", "1:9: least is -3, must be a whole number of at least -2"},
		"minus zero":      {"least: -0", "1:9: least must be a whole number of at least -2 in plain decimal digits, not -0"},
		"half a core":     {"cpu: 0.5", ""},
		"a core":          {"cpu: 1", ""},
		"no core":         {"cpu: 0", ""},
		"by a thousand":   {"cpu: 500m", ""},
		"in quotes":       {"cpu: '0.5'", ""},
		"cores, octal":    {"cpu: 010", "1:7: cpu: " + disagree + `010; write it as text, "010"`},
		"cores, hex":      {"cpu: 0x1", "1:7: cpu: " + disagree + `0x1; write it as text, "0x1"`},
		"cores, exponent": {"cpu: 1e3", "1:7: cpu: " + disagree + `1e3; write it as text, "1e3"`},
		"cores, no zero":  {"cpu: .5", "1:7: cpu: " + disagree + `.5; write it as text, ".5"`},
		"cores, grouped":  {"cpu: 1_000", "1:7: cpu: " + disagree + `1_000; write it as text, "1_000"`},
		"not a number":    {"cpu: .nan", "1:7: cpu: " + disagree + `.nan; write it as text, ".nan"`},
		"negative":        {"cpu: '-1'", "1:7: cpu must not be negative"},
		"cores, a truth":  {"cpu: true", cpu + ", not a boolean"},
		"cores, in words": {"cpu: two", `1:7: cpu is "two", must be a quantity of CPU such as 0.5 or 500m`},
		"cores, yes":      {"cpu: yes", `1:7: cpu is "yes", must be a quantity of CPU such as 0.5 or 500m`},
		"memory":          {"memory: 20Gi", ""},
		"no unit":         {"memory: 20", `1:10: memory is 20 without a unit; write "20Gi"`},
		"no unit, signed": {"memory: '+.5'", `1:10: memory is +.5 without a unit; write "+.5Gi"`},
		"no unit, quoted": {"memory: '0.5'", `1:10: memory is 0.5 without a unit; write "0.5Gi"`},
		"no memory":       {"memory: 0", ""},
		"a typing error":  {"memory: 20GB", `1:10: memory is "20GB", must be a quantity of memory such as 20Gi`},
		"memory, a truth": {"memory: false", "1:10: memory must be a quantity of memory such as 20Gi, not a boolean"},
		"text":            {"word: abc", ""},
		"empty text":      {"word: ''", ""},
		"a number, text":  {"word: 12", `1:8: word must be text; 12 is a number to YAML, write it in quotes: "12"`},
		"a version":       {"word: 1.10", `1:8: word must be text; 1.10 is a number to YAML, write it in quotes: "1.10"`},
		"octal, text":     {"word: 012", `1:8: word must be text; 012 is a number to YAML, write it in quotes: "012"`},
		"true, text":      {"word: true", `1:8: word must be text; true is a boolean to YAML, write it in quotes: "true"`},
		"on, text":        {"word: on", `1:8: word: many YAML readers take on for a boolean; write it in quotes: "on"`},
		"Y, text":         {"word: Y", `1:8: word: many YAML readers take Y for a boolean; write it in quotes: "Y"`},
		"quoted on":       {"word: 'on'", ""},
		"on from env":     {"word: '${env:ON}'", ""},
		"only begins so":  {"word: once", ""},
		"a date":          {"local: 2026-12-24", ""},
		"just fits":       {"word: äöüéß", ""},
		"one too many":    {"word: äöüéßa", "1:8: word has 6 characters, at most 5 are allowed"},
		"not accepted":    {"word: box", `1:8: word is "box": an x in box`},
		"a choice":        {"size: SMALL", ""},
		"in lower case":   {"size: small", `1:8: size is "small", must be one of SMALL, MEDIUM, LARGE, did you mean "SMALL"?`},
		"misspelt":        {"size: MEDUIM", `1:8: size is "MEDUIM", must be one of SMALL, MEDIUM, LARGE, did you mean "MEDIUM"?`},
		"no choice":       {"size: ''", `1:8: size is "", must be one of SMALL, MEDIUM, LARGE`},
		"a switch word":   {"size: on", `1:8: size is "on", must be one of SMALL, MEDIUM, LARGE`},
		"a number, choice": {
			"size: 1", `1:8: size must be text; 1 is a number to YAML, write it in quotes: "1"`,
		},
	})
}
