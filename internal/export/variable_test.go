package export

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"astro-apply/internal/schema"
)

// Whatever is exported beside a secret, its variable isn't handed to another
// one, and each has its own.
func TestVariablesStayWithTheirSecrets(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"data", "etl", "data-etl", "pw", "etl pw", "ETL", "", "home", "9"})
	rapid.Check(t, func(t *rapid.T) {
		var all []*SecretVariable
		for range rapid.IntRange(1, 8).Draw(t, "secrets") {
			home, parts := word.Draw(t, "home"), []string{word.Draw(t, "object"), word.Draw(t, "field")}
			v := &SecretVariable{Resource: parts[0], FieldPath: parts[1], node: &schema.Node{}}
			for _, words := range [][]string{parts, append([]string{home}, parts...), append([]string{home, word.Draw(t, "id")}, parts...)} {
				v.candidates = append(v.candidates, variableName(words))
			}
			all = append(all, v)
		}
		owner := map[string]*SecretVariable{}
		for n := 1; n <= len(all); n++ {
			now := all[:n]
			for _, v := range now {
				v.Name = ""
			}
			assignNames(slices.Clone(now))
			for _, v := range now {
				marked := !slices.Contains(v.candidates, v.Name) // of several that are all alike
				if was := owner[v.Name]; was != nil && was != v && !marked {
					t.Fatalf("%s was of %v, and is of %v", v.Name, was.candidates, v.candidates)
				}
				if slices.ContainsFunc(now, func(other *SecretVariable) bool { return other != v && other.Name == v.Name }) {
					t.Fatalf("%s is of two", v.Name)
				}
				owner[v.Name] = v
			}
		}
	})
}

// Names are such that GitHub takes them for secrets, and nothing else reads them.
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
