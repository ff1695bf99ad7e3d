package schema_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/schema"
	"astro-apply/internal/testkit"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"name", "workspaceId", "schedulerSize", "deployments", "isCicdEnforced", "executor", "ŝablono"}
	for name, want := range map[string]string{
		"name":                         "name",
		"nam":                          "name",
		"anme":                         "name",
		"NAME":                         "name",
		"workspace_id":                 "workspaceId",
		"is_cicd_enforced":             "isCicdEnforced",
		"schedulersize":                "schedulerSize",
		"scheduler":                    "schedulerSize",
		"deployment":                   "deployments",
		"excutor":                      "executor",
		"sablono":                      "ŝablono",
		"size":                         "",
		"x":                            "",
		"":                             "",
		"_":                            "",
		"__________":                   "",
		strings.Repeat("name", 20):     "",
		strings.Repeat("x", 1_000_000): "",
		"___nam":                       "name",
	} {
		if want != "" {
			want = `; did you mean "` + want + `"?`
		}
		testkit.AssertEqual(t, name, want, schema.Suggest(name, known))
	}
	testkit.AssertEqual(t, "too long for a suggestion", "", schema.Suggest(strings.Repeat("a", 65)+"b", []string{strings.Repeat("a", 66)}))
	testkit.AssertEqual(t, "no known names", "", schema.Suggest("name", nil))
	testkit.AssertEqual(t, "first of two equally similar names", `; did you mean "ab"?`, schema.Suggest("aa", []string{"ab", "ac"}))
	testkit.AssertEqual(t, "more similar of two names", `; did you mean "abc"?`, schema.Suggest("abx", []string{"axy", "abc"}))
}

// Suggest finds a known name that contains one typing error.
func TestSuggestFindsTypingErrors(t *testing.T) {
	t.Parallel()
	known := []string{"workspaceId", "schedulerSize", "environmentVariables", "contactEmails"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(known).Draw(t, "name")
		at := rapid.IntRange(0, len(name)-1).Draw(t, "at")
		typo := rapid.SampledFrom([]string{name[:at] + name[at+1:], name[:at] + "x" + name[at:], name[:at] + "x" + name[at+1:], name[:at] + "_" + name[at:]}).Draw(t, "typo")
		if got := schema.Suggest(typo, known); got != `; did you mean "`+name+`"?` {
			t.Fatalf("%s%s", typo, got)
		}
	})
}
