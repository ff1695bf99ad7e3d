package github_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/github"

	"github.com/google/go-cmp/cmp"
)

// readOutputs reads an output file as the runner does.
func readOutputs(t *testing.T, path string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 0 && b[len(b)-1] != '\n' {
		t.Errorf("the next output would be appended to %q", b)
	}
	got := map[string]string{}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		name, end, heredoc := strings.Cut(lines[i], "<<")
		if !heredoc || strings.Contains(name, "=") {
			name, value, ok := strings.Cut(lines[i], "=")
			if !ok {
				t.Fatalf("invalid line %q", lines[i])
			}
			got[name] = value
			continue
		}
		var value []string
		for i++; i < len(lines) && lines[i] != end; i++ {
			value = append(value, lines[i])
		}
		if i == len(lines) {
			t.Fatalf("output %s has no end", name)
		}
		got[name] = strings.Join(value, "\n")
	}
	return got
}

func TestSetOutput(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "output")
	r := github.NewRunner(runnerEnv(map[string]string{"GITHUB_OUTPUT": path}), io.Discard)
	want := map[string]string{
		"changed": "true",
		"plan":    "{\"a\":\n1}\n",
		"empty":   "",
		"forged":  "a\nchanged=false\n_GitHubActionsFileCommandDelimeter_\nplan<<x\ny\nx\r",
	}
	for name, value := range want {
		if err := r.SetRedactedOutput(name, value); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(want, readOutputs(t, path)); diff != "" {
		t.Error(diff)
	}
}

func TestRunnerFilesMissing(t *testing.T) {
	t.Parallel()
	r := github.NewRunner(runnerEnv(laptopEnv), io.Discard)
	if err := r.SetRedactedOutput("a", "b"); err != nil {
		t.Errorf("without a runner: %v", err)
	}
	if err := r.AppendSummary("a"); err != nil {
		t.Errorf("without a runner: %v", err)
	}
	folder := t.TempDir()
	r = github.NewRunner(runnerEnv(map[string]string{"GITHUB_OUTPUT": folder, "GITHUB_STEP_SUMMARY": folder}), io.Discard)
	if err := r.SetRedactedOutput("a", "b"); err == nil || !strings.HasPrefix(err.Error(), "output a: ") {
		t.Errorf("a folder: %v", err)
	}
	if err := r.AppendSummary("a"); err == nil || !strings.HasPrefix(err.Error(), "job summary: ") {
		t.Errorf("a folder: %v", err)
	}
}

func FuzzSetOutput(f *testing.F) {
	f.Add("value")
	f.Add("a\nb=c\nEOF\nd<<e\r\n")
	f.Add("\xff\x00\n")
	path := filepath.Join(f.TempDir(), "output")
	f.Fuzz(func(t *testing.T, value string) {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		r := github.NewRunner(runnerEnv(map[string]string{"GITHUB_OUTPUT": path}), io.Discard)
		if err := r.SetRedactedOutput("name", value); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"name": strings.ToValidUTF8(value, "\ufffd")}
		if diff := cmp.Diff(want, readOutputs(t, path)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAppendSummary(t *testing.T) {
	t.Parallel()
	row := "| " + strings.Repeat("x", 1000) + " hunter2 |\n"
	for _, tt := range []struct {
		name, text string
		cut        bool
	}{
		{"small", "# Plan\nno changes", false},
		{"900 KiB", strings.Repeat("x", 900<<10-1), false},
		{"too long", strings.Repeat(row, 1000), true},
		{"one long line", strings.Repeat("x", 1<<20), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "summary")
			var log bytes.Buffer
			r := github.NewRunner(runnerEnv(map[string]string{"GITHUB_STEP_SUMMARY": path}), &log)
			r.Mask("hunter2")
			log.Reset()
			if err := r.AppendSummary(tt.text); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := string(b)
			if len(got) > 900<<10 || !strings.HasSuffix(got, "\n") || strings.Contains(got, "hunter2") {
				t.Errorf("%d bytes, ends in %q", len(got), got[len(got)-10:])
			}
			if noted := strings.Contains(got, "in the log"); noted != tt.cut {
				t.Errorf("has the note about a cut: %v", noted)
			}
			if !tt.cut {
				if want := tt.text + "\n"; got != want {
					t.Error(cmp.Diff(want, got))
				}
			}
		})
	}
}

func TestSetSecretOutput(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "outputs")
	newRunner := func(env map[string]string) *github.Runner {
		r := github.NewRunner(readEnv(env), io.Discard)
		r.Mask("a-secret-value")
		return r
	}
	r := newRunner(map[string]string{"GITHUB_OUTPUT": file})
	if err := r.SetSecretOutput("tokens", "x"); err == nil || !strings.Contains(err.Error(), "only a GitHub runner can mask the value") {
		t.Error(err)
	}
	r = newRunner(map[string]string{"GITHUB_OUTPUT": file, "GITHUB_ACTIONS": "true"})
	if err := r.SetSecretOutput("tokens", `{"x":"a-secret-value"}`); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || !strings.Contains(string(got), `{"x":"a-secret-value"}`) {
		t.Errorf("%q, %v", got, err)
	}
	r = newRunner(map[string]string{"GITHUB_ACTIONS": "true"})
	if err := r.SetSecretOutput("tokens", "x"); err == nil || !strings.Contains(err.Error(), "there is no file for outputs") {
		t.Error(err)
	}
}
