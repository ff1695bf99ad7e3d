package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestReadmeSnippets checks that the workflow snippets in README, the recipes and the
// guides use only inputs of action.yml.
func TestReadmeSnippets(t *testing.T) {
	t.Parallel()
	inputs := map[string]bool{}
	for _, e := range actionEntries(t, "inputs") {
		inputs[e.name] = true
	}
	for file, want := range map[string]int{"../../README.md": 2, "../../.github/examples/README.md": 4, "../../.github/docs/modes.md": 1, "../../.github/docs/pull-requests.md": 1, "../../.github/docs/inputs.md": 1, "../../.github/docs/from-the-cli.md": 1} {
		steps := 0
		parts := strings.Split(readMarkdown(t, file), "```yaml\n")
		for _, part := range parts[1:] {
			text, _, _ := strings.Cut(part, "```")
			var snippet any
			if err := yaml.Unmarshal([]byte(text), &snippet); err != nil {
				t.Errorf("%s: %v in\n%s", file, err, text)
			}
			steps += countActionSteps(t, file, snippet, inputs)
		}
		if steps < want {
			t.Errorf("%s: %d steps use %s, want %d at least", file, steps, publishedAction, want)
		}
	}
}

// TestShellSnippets checks that commands set inputs whose name has a dash with env: a
// shell doesn't accept a dash in the name of a variable.
func TestShellSnippets(t *testing.T) {
	t.Parallel()
	docs, err := filepath.Glob("../../.github/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	dashed := regexp.MustCompile(`INPUT_[A-Z]+-`)
	for _, file := range append(docs, "../../README.md", "../../.github/CONTRIBUTING.md", "../../.github/examples/README.md") {
		for _, part := range strings.Split(readMarkdown(t, file), "```sh\n")[1:] {
			text, _, _ := strings.Cut(part, "```")
			for line := range strings.Lines(text) {
				if dashed.MatchString(line) && !strings.HasPrefix(line, "env ") {
					t.Errorf("%s: a shell can't run this without env: %s", file, line)
				}
			}
		}
	}
}

// countActionSteps counts the steps in a tree that use the action, and checks their
// inputs.
func countActionSteps(t *testing.T, file string, tree any, inputs map[string]bool) (steps int) {
	t.Helper()
	switch tree := tree.(type) {
	case []any:
		for _, e := range tree {
			steps += countActionSteps(t, file, e, inputs)
		}
	case map[string]any:
		for _, e := range tree {
			steps += countActionSteps(t, file, e, inputs)
		}
		if tree["uses"] != publishedAction {
			return steps
		}
		steps++
		with, _ := tree["with"].(map[string]any)
		for name := range with {
			if !inputs[name] {
				t.Errorf("%s: action.yml has no input %s", file, name)
			}
		}
	}
	return steps
}

func readMarkdown(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
