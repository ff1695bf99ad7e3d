package schema_test

import (
	"strings"
	"testing"

	"astro-apply/internal/schema"
)

func TestNameWarning(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"etl":           "",
		"données é":     "",
		"de\u0301":      "",
		"数据 team":       "",
		"データ":           "",
		"данные etl":    "", // the scripts are in different words
		"Δ-load":        "",
		"👩\u200d💻 team": "",
		"❤\ufe0f":       "",
		"می\u200cخواهم": "",
		"it's":          "",
		"½ price ™":     "",
		"dаta":          `the name "dаta" mixes Latin and Cyrillic letters in one word ("а" is U+0430); retype the word, or use another name`,
		"αlpha":         "mixes Latin and Greek",
		"et\u200bl":     `the name "et\u200bl" contains the invisible character U+200B; retype the name`,
		"et\u200dl":     "invisible character U+200D",
		"et\u00adl":     "invisible character U+00AD",
		"\ufeffetl":     "invisible character U+FEFF",
		"et\u3164l":     "invisible character U+3164",
		"a\tb":          "invisible character U+0009",
		"a\nb":          "invisible character U+000A",
		"e\x1b[31m":     "invisible character U+001B",
		"etl\u202egpj":  "U+202E, which changes the order",
		"a\u2066b":      "U+2066, which changes the order",
		"a\u00a0b":      "U+00A0, which looks like a space",
		"a\u3000b":      "U+3000, which looks like a space",
		"“etl”":         "the typographic quote “ (U+201C)",
		"etl’s":         "the typographic quote ’ (U+2019)",
		"«etl»":         "the typographic quote « (U+00AB)",
		"ｅtl":           "which looks like the letter e",
		"𝐞tl":           "which looks like the letter e",
	} {
		got := schema.NameWarning(name)
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%+q: %q, want %q", name, got, want)
		}
	}
}

func TestNamesThatLookAlike(t *testing.T) {
	t.Parallel()
	same := func(a, b string) bool { return schema.FoldName(a) == schema.FoldName(b) }
	for _, name := range []string{"ETL Jobs é", "etljobsé", "Etl  jobs\u00a0e\u0301", "ｅtl\u200b jobs é"} {
		if !same(name, "etl jobs é") {
			t.Errorf("%+q folds to %+q", name, schema.FoldName(name))
		}
	}
	for _, name := range []string{"etl jobs e", "etl-jobs é", "etl job é"} {
		if same(name, "etl jobs é") {
			t.Errorf("%+q folds to %+q", name, schema.FoldName(name))
		}
	}
	if schema.NormalizeName("e\u0301tl") != "étl" || schema.NormalizeName("Etl") != "Etl" {
		t.Error("names are not compared in NFC")
	}
}
