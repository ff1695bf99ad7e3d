package export

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/schema"
)

// Each secret has its own variable, and no later export with other secrets in addition
// gives the name of the variable to another secret.
func TestVariablesStayWithTheirSecrets(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"data", "etl", "data-etl", "pw", "etl pw", "ETL", "", "home", "9"})
	rapid.Check(t, func(t *rapid.T) {
		var all []*SecretVariable
		for range rapid.IntRange(1, 8).Draw(t, "secrets") {
			container, parts := word.Draw(t, "container"), []string{word.Draw(t, "resource"), word.Draw(t, "field")}
			v := &SecretVariable{Resource: parts[0], FieldPath: parts[1], node: &schema.Node{}}
			for _, nameParts := range [][]string{parts, append([]string{container}, parts...), append([]string{container, word.Draw(t, "id")}, parts...)} {
				v.candidates = append(v.candidates, variableName(nameParts))
			}
			all = append(all, v)
		}
		owner := map[string]*SecretVariable{}
		for n := 1; n <= len(all); n++ {
			exported := all[:n]
			for _, v := range exported {
				v.Name = ""
			}
			assignNames(slices.Clone(exported))
			for _, v := range exported {
				isFallback := !slices.Contains(v.candidates, v.Name)
				if previous := owner[v.Name]; previous != nil && previous != v && !isFallback {
					t.Fatalf("%s belonged to %v, and now to %v", v.Name, previous.candidates, v.candidates)
				}
				if slices.ContainsFunc(exported, func(other *SecretVariable) bool { return other != v && other.Name == v.Name }) {
					t.Fatalf("two variables are named %s", v.Name)
				}
				owner[v.Name] = v
			}
		}
	})
}

// GitHub accepts the names for secrets, and no other program reads these variables.
func TestVariableNames(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"etl,DB_PASSWORD": "ETL_DB_PASSWORD", "myKey": "MY_KEY", "home": "SECRET_HOME", "github,x": "SECRET_GITHUB_X",
		"9lives": "SECRET_9LIVES", "": "SECRET", "--": "SECRET", "日本": "SECRET", "日本,pw": "PW", "a/b\n${x}": "A_B_X",
		"astro-api,token": "SECRET_ASTRO_API_TOKEN", "Path": "SECRET_PATH", "https,proxy": "SECRET_HTTPS_PROXY", "runner": "SECRET_RUNNER",
	} {
		if got := variableName(strings.Split(words, ",")); got != want {
			t.Errorf("%q: %s, want %s", words, got, want)
		}
	}
}
