package github_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/github"
)

func TestSetSecretOutput(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "outputs")
	env := map[string]string{"GITHUB_OUTPUT": file}
	r := github.NewRunner(func(name string) string { return env[name] }, io.Discard)
	r.Mask("a-secret-value")
	if err := r.SetSecretOutput("tokens", "x"); err == nil || !strings.Contains(err.Error(), "outside of a GitHub runner") {
		t.Error(err)
	}
	env["GITHUB_ACTIONS"] = "true"
	if err := r.SetSecretOutput("tokens", `{"x":"a-secret-value"}`); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || !strings.Contains(string(got), `{"x":"a-secret-value"}`) {
		t.Errorf("%q, %v", got, err)
	}
	delete(env, "GITHUB_OUTPUT")
	if err := r.SetSecretOutput("tokens", "x"); err == nil || !strings.Contains(err.Error(), "there is no file for outputs here") {
		t.Error(err)
	}
}
