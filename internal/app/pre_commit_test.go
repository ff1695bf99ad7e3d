package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestPreCommitHook runs the hook as pre-commit does: the entry with the user's args, in
// the folder of the repository, with the program in PATH, where go install puts it.
func TestPreCommitHook(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct {
		ID, Entry, Language string
		PassFilenames       bool `yaml:"pass_filenames"`
	}
	if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) != 1 || hooks[0].Language != "golang" || hooks[0].PassFilenames {
		t.Fatalf("hooks %+v, %v", hooks, err)
	}
	bin, dir := buildProgram(t), t.TempDir()
	for name, text := range map[string]string{
		"astro.yaml":   "workspaces: [{ name: data }]\n",
		"a/wrong.yaml": "workspaces:\n  - nme: data\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	workflow := ""
	run := func(args ...string) (string, error) {
		words := append(strings.Fields(hooks[0].Entry), args...)
		c := exec.CommandContext(t.Context(), words[0], words[1:]...)
		c.Dir = dir
		c.Env = []string{"PATH=" + filepath.Dir(bin) + ":/usr/bin:/bin", "GITHUB_ACTIONS=" + workflow}
		out, err := c.CombinedOutput()
		return string(out), err
	}
	for _, workflow = range []string{"", "true"} { // on a laptop, and in a workflow that runs all hooks
		if out, err := run("astro.yaml"); err != nil {
			t.Errorf("%v:\n%s", err, out)
		}
		if out, err := run(); err != nil {
			t.Errorf("%v:\n%s", err, out)
		}
		if out, err := run("a"); err == nil || !strings.Contains(out, "\na/wrong.yaml:2:5: error: ") {
			t.Errorf("%v:\n%s", err, out)
		}
	}
}
