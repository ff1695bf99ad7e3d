package app_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "go.yaml.in/yaml/v4"
)

// The CI workflow runs the same steps as .ci/run.
func TestWorkflowRunsEveryStep(t *testing.T) {
	t.Parallel()
	defaults := regexp.MustCompile(`(?m)\|\| set -- (.*)$`).FindStringSubmatch(readRepositoryFile(t, ".ci/run"))
	if defaults == nil {
		t.Fatal(".ci/run has no default steps")
	}
	want := strings.Fields(defaults[1])
	want[slices.Index(want, "container")] = "" // needs a harness; the job action does it with uses: ./
	var got []string
	for _, run := range regexp.MustCompile(`(?m)(?:run: \.ci/run (.*)|uses: \./)$`).FindAllStringSubmatch(readRepositoryFile(t, ".github/workflows/ci.yml"), -1) {
		got = append(got, run[1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("ci.yml runs %q, .ci/run %q", got, want)
	}
}

// The test command in README is the one that .ci/run runs.
func TestReadmeTestCommand(t *testing.T) {
	t.Parallel()
	commands := regexp.MustCompile(`(?m)^go test .*$`).FindAllString(readRepositoryFile(t, "README.md"), -1)
	if len(commands) != 1 || !strings.Contains(readRepositoryFile(t, ".ci/run"), commands[0]+" ") {
		t.Errorf("README has %q, want one command, the same as in .ci/run", commands)
	}
}

// Dependabot updates everything that is pinned, a week after the release at the earliest,
// and with one pull request per ecosystem. Each folder has a file that it reads.
func TestDependabot(t *testing.T) {
	t.Parallel()
	var file struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
			Cooldown    map[string]int
			Groups      map[string]any
		}
	}
	if err := yaml.Unmarshal([]byte(readRepositoryFile(t, ".github/dependabot.yml")), &file); err != nil {
		t.Fatal(err)
	}
	manifests := map[string][]string{
		"gomod": {"go.mod"}, "github-actions": {".github/workflows/*.yml", "*.yml"},
		"docker": {"Dockerfile"}, "npm": {"package-lock.json"},
	}
	var got []string
	for _, update := range file.Updates {
		for _, directory := range update.Directories {
			got = append(got, update.Ecosystem+" "+directory)
			found := 0
			for _, pattern := range manifests[update.Ecosystem] {
				files, _ := filepath.Glob(filepath.Join("..", "..", directory, pattern))
				found += len(files)
			}
			if found == 0 {
				t.Errorf("%s: nothing to update in %s", update.Ecosystem, directory)
			}
		}
		if update.Cooldown["default-days"] < 7 || len(update.Groups) != 1 {
			t.Errorf("%s: cooldown %v, groups %v", update.Ecosystem, update.Cooldown, update.Groups)
		}
	}
	want := []string{
		"gomod /", "gomod /.ci/tools/*",
		"github-actions /", "github-actions /.github/setup-go", "github-actions /.github/examples",
		"docker /", "docker /.ci", "npm /.ci",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// readRepositoryFile returns the text of a file, given its path from the root of the
// repository.
func readRepositoryFile(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
