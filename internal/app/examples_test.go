package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	difference "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// exampleWorkflow holds the parts of an example workflow that the tests check.
type exampleWorkflow struct {
	On          map[string]any
	Permissions map[string]string
	Concurrency any
	Jobs        map[string]struct {
		Permissions map[string]string
		Concurrency any
		Timeout     int `yaml:"timeout-minutes"`
		Steps       []struct {
			Name, Uses string
			With, Env  map[string]any
		}
	}
}

const publishedAction = "OWNER/astro-apply@v1"

// TestExamples checks that the examples use only inputs and outputs of action.yml, which
// actionlint can't do for the published name of the action, and that the workflows are
// safe to copy.
func TestExamples(t *testing.T) {
	t.Parallel()
	inputs, outputs := map[string]bool{}, map[string]bool{}
	for _, e := range actionEntries(t, "inputs") {
		inputs[e.name] = true
	}
	for _, e := range actionEntries(t, "outputs") {
		outputs[e.name] = true
	}
	files := globDocuments(t, ".github/examples/*.yml")
	output := regexp.MustCompile(`steps\.astro\.outputs\.([\w-]+)`)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var w exampleWorkflow
			if err := yaml.Unmarshal(b, &w); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(string(b), "# ") {
				t.Error("no comment at the top explains the example")
			}
			if _, ok := w.On["pull_request_target"]; ok {
				t.Error("pull_request_target would give secrets to untrusted manifests")
			}
			if w.Permissions == nil {
				t.Error("no permissions")
			}
			for _, m := range output.FindAllStringSubmatch(string(b), -1) {
				if !outputs[m[1]] {
					t.Errorf("action.yml has no output %s", m[1])
				}
			}
			actionSteps := 0
			for name, job := range w.Jobs {
				isPlan := name == "plan" || name == "drift" || name == "export"
				if w.Permissions["contents"] != "read" && job.Permissions["contents"] != "read" {
					t.Errorf("%s has no permission to check out", name)
				}
				if w.Concurrency == nil && job.Concurrency == nil || job.Timeout == 0 {
					t.Errorf("%s needs concurrency and timeout-minutes", name)
				}
				for _, step := range job.Steps {
					if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
						t.Errorf("%s leaves credentials behind", name)
					}
					if step.Name == "" {
						t.Errorf("%s has a step without a name", name)
					}
					if step.Uses != publishedAction {
						continue
					}
					actionSteps++
					token := "${{ secrets.ASTRO_API_TOKEN }}"
					if isPlan {
						token = "${{ secrets.ASTRO_PLAN_TOKEN }}"
					}
					if got := step.Env["ASTRO_API_TOKEN"]; got != token || isPlan && len(step.Env) > 1 {
						t.Errorf("%s passes %v, want the token %s, and no other secrets to a job that only reads", name, step.Env, token)
					}
					for input := range step.With {
						if !inputs[input] {
							t.Errorf("action.yml has no input %s", input)
						}
					}
				}
			}
			if actionSteps == 0 {
				t.Errorf("no step uses %s", publishedAction)
			}
		})
	}
}

// TestQuickStart checks that the workflow in README is the first example, except for the
// names of steps.
func TestQuickStart(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../../.github/examples/minimal.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), "Add the workflow** `.github/workflows/astro.yml`:")
	_, text, _ = strings.Cut(text, "```yaml\n")
	text, _, _ = strings.Cut(text, "```")
	if diff := difference.Diff(withoutStepNames(t, []byte(text)), withoutStepNames(t, example)); diff != "" {
		t.Errorf("README's workflow (-) is not minimal.yml (+):\n%s", diff)
	}
}

// withoutStepNames parses a workflow and removes the names of its steps.
func withoutStepNames(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var w map[string]any
	if err := yaml.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	jobs, _ := w["jobs"].(map[string]any)
	for _, job := range jobs {
		steps, _ := job.(map[string]any)["steps"].([]any)
		for _, step := range steps {
			delete(step.(map[string]any), "name")
		}
	}
	if len(jobs) == 0 {
		t.Fatal("no workflow")
	}
	return w
}
