package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
)

// emptyEnvironment has no variables.
var emptyEnvironment = manifest.Environment{Lookup: func(string) string { return "" }}

// environmentOf returns an environment with the given variables.
func environmentOf(variables map[string]string) manifest.Environment {
	return manifest.Environment{Lookup: func(name string) string { return variables[name] }}
}

// parseFiles parses the texts as the files a.yaml, b.yaml and so on.
func parseFiles(env manifest.Environment, files ...string) manifest.Result {
	var sources []manifest.Source
	for i, text := range files {
		sources = append(sources, manifest.Source{Name: string(rune('a'+i)) + ".yaml", Data: []byte(text)})
	}
	return manifest.Parse(sources, env)
}

// parseValid returns the only document of a manifest that must have no problems.
func parseValid(t testing.TB, text string) *schema.Node {
	t.Helper()
	r := parseFiles(emptyEnvironment, text)
	if len(r.Problems) > 0 || len(r.Documents) != 1 {
		t.Fatalf("%d documents of %q, problems %v", len(r.Documents), text, problemTexts(r.Problems))
	}
	return r.Documents[0]
}

func problemTexts(problems []schema.Problem) []string {
	var out []string
	for _, p := range problems {
		text := p.Error()
		if p.Warning {
			text = "warning: " + text
		}
		out = append(out, text)
	}
	return out
}

// outlineNode lists n and all its descendants, each with path, position, form and text.
// Quoted text is in quotes, and a star marks a secret.
func outlineNode(n *schema.Node) []string {
	var out []string
	var walk func(path string, n *schema.Node)
	walk = func(path string, n *schema.Node) {
		text := n.Text
		if n.Form == schema.Text && !n.Unquoted {
			text = fmt.Sprintf("%q", text)
		}
		if n.Sensitive {
			text += "*"
		}
		form := strings.TrimPrefix(n.Form.String(), "a ")
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %d:%d %s %s", path, n.Pos.Line, n.Pos.Col, form, text)))
		for i, item := range n.Items {
			walk(fmt.Sprintf("%s[%d]", path, i), item)
		}
		for _, m := range n.Members {
			walk(strings.TrimPrefix(path+"."+m.Name, "."), m.Value)
		}
	}
	walk("", n)
	return out
}
