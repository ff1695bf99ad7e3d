package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v4"
)

// workflowFile holds the parts of a workflow file that the rules check.
type workflowFile struct {
	On          any
	Permissions any
	Concurrency any
	Jobs        map[string]struct {
		Permissions any
		Concurrency any
		Uses        string
		Timeout     any    `yaml:"timeout-minutes"`
		Runner      string `yaml:"runs-on"`
		Steps       []struct {
			Uses, Run string
			With      map[string]any
		}
	}
}

var pinnedAction = regexp.MustCompile(`(?m)uses: *(\./|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d)`)

// The project's own workflows pin everything that can change under the same name, and
// take only the permissions that they need. The examples, which users copy, follow the
// same rules, except that their runner isn't pinned, and that this action has no commit
// before its first release. Scripts run no tool by a version that nothing updates.
func TestWorkflowRules(t *testing.T) {
	t.Parallel()
	for dir, mustPinRunner := range map[string]bool{"workflows": true, "examples": false} {
		files, err := filepath.Glob(filepath.Join("..", "..", ".github", dir, "*.yml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", dir, files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range workflowViolations(strings.ReplaceAll(string(text), "uses: "+publishedAction, "uses: ./"), mustPinRunner) {
				t.Errorf("%s: %s", file, problem)
			}
			if regexp.MustCompile(`go (run|install) \S+@|image=moby|syft-version`).Match(text) {
				t.Errorf("%s: a version that Dependabot doesn't find; see .ci/tools and .ci/Dockerfile", file)
			}
		}
	}
	action := readRepositoryFile(t, ".github/setup-go/action.yml")
	if len(pinnedAction.FindAllString(action, -1)) != strings.Count(action, "uses:") {
		t.Error("setup-go uses an action that is not pinned")
	}
}

// workflowViolations lists the rules that a workflow breaks. mustPinRunner includes the
// rule that runners are pinned.
func workflowViolations(text string, mustPinRunner bool) (problems []string) {
	var w workflowFile
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		return []string{err.Error()}
	}
	must := func(ok bool, problem string) {
		if !ok {
			problems = append(problems, problem)
		}
	}
	must(w.Permissions != nil, "no permissions")
	must(!strings.Contains(text, "pull_request_target"), "pull_request_target")
	must(!strings.Contains(text, "secrets: inherit"), "secrets: inherit")
	must(!strings.Contains(text, "write-all"), "write-all")
	must(len(pinnedAction.FindAllString(text, -1)) == strings.Count(text, "uses:"), "an action that is not pinned by its commit, with the version in a comment")
	for name, job := range w.Jobs {
		must(job.Timeout != nil || job.Uses != "", name+": no timeout-minutes")
		must(w.Concurrency != nil || job.Concurrency != nil, name+": no concurrency")
		must(!mustPinRunner || !strings.HasSuffix(job.Runner, "-latest"), name+": a runner that changes under its name")
		for _, step := range job.Steps {
			must(!strings.Contains(step.Run, "${{"), name+": an expression in a script, where its value becomes code; use env")
			must(!strings.HasPrefix(step.Uses, "actions/checkout@") || step.With["persist-credentials"] == false, name+": checkout keeps its credentials")
		}
	}
	return problems
}

// A workflow that another one calls has the trigger workflow_call. Its concurrency group
// contains the caller's name: in one group with the called workflow's own runs, a newer
// run would cancel the call.
func TestWorkflowRulesOfReusableWorkflows(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	read := func(file string) (w workflowFile) {
		text, err := os.ReadFile(file)
		if err == nil {
			err = yaml.Unmarshal(text, &w)
		}
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	files, _ := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	calls := 0
	for _, file := range files {
		for name, job := range read(file).Jobs {
			if !strings.HasPrefix(job.Uses, "./") {
				continue
			}
			calls++
			called := read(filepath.Join(root, job.Uses))
			triggers, _ := called.On.(map[string]any)
			if _, ok := triggers["workflow_call"]; !ok {
				t.Errorf("%s: %s calls %s, which has no workflow_call", file, name, job.Uses)
			}
			if group := fmt.Sprint(called.Concurrency); called.Concurrency != nil && !strings.Contains(group, "github.workflow }}") {
				t.Errorf("%s: %s calls %s, whose runs share the group %s", file, name, job.Uses, group)
			}
		}
	}
	if calls == 0 {
		t.Error("no workflow calls another one")
	}
}

// workflowViolations finds a violation of each rule.
func TestWorkflowRulesDetectViolations(t *testing.T) {
	t.Parallel()
	const good = `on: push
permissions: {}
concurrency: x
jobs:
  one:
    timeout-minutes: 5
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: { persist-credentials: false }
      - uses: ./
      - run: echo
`
	for name, test := range map[string]struct{ old, text, want string }{
		"nothing":      {"", "", ""},
		"a tag":        {"@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "an action that is not pinned by its commit, with the version in a comment"},
		"no version":   {" # v7.0.1", "", "an action that is not pinned by its commit, with the version in a comment"},
		"permissions":  {"permissions: {}\n", "", "no permissions"},
		"timeout":      {"    timeout-minutes: 5\n", "", "one: no timeout-minutes"},
		"concurrency":  {"concurrency: x\n", "", "one: no concurrency"},
		"credentials":  {"persist-credentials: false", "fetch-depth: 0", "one: checkout keeps its credentials"},
		"the target":   {"on: push", "on: pull_request_target", "pull_request_target"},
		"all secrets":  {"on: push", "on: push # secrets: inherit", "secrets: inherit"},
		"all scopes":   {"permissions: {}", "permissions: write-all", "write-all"},
		"the runner":   {"ubuntu-24.04", "ubuntu-latest", "one: a runner that changes under its name"},
		"injection":    {"run: echo", "run: echo ${{ github.head_ref }}", "one: an expression in a script, where its value becomes code; use env"},
		"no YAML":      {"on: push", "on: [", "yaml"},
		"another name": {"actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "docker://alpine:3", "an action that is not pinned by its commit, with the version in a comment"},
	} {
		got := strings.Join(workflowViolations(strings.Replace(good, test.old, test.text, 1), true), "; ")
		if got != test.want && (test.want != "yaml" || got == "") {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
