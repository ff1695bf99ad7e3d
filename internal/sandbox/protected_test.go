//go:build unix

package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"astro-apply/internal/sandbox"
)

func createSymlink(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func writeTestFile(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Folders refuses to write a file that Git, GitHub or the runner acts on, whichever path
// leads to it.
func TestProtectedFiles(t *testing.T) {
	t.Parallel()
	f, workspace, temporary := newFolders(t)
	writeTestFile(t, filepath.Join(workspace, ".git", "config"))
	writeTestFile(t, filepath.Join(workspace, "mirror", "HEAD"))
	writeTestFile(t, filepath.Join(workspace, "mirror", "objects", "x"))
	writeTestFile(t, filepath.Join(workspace, ".github", "workflows", "x.yml"))
	createSymlink(t, ".git", filepath.Join(workspace, "a"))
	createSymlink(t, filepath.Join(workspace, ".github"), filepath.Join(workspace, "b"))
	createSymlink(t, filepath.Join(temporary, "_runner_file_commands"), filepath.Join(workspace, "c"))
	writeTestFile(t, filepath.Join(temporary, "_runner_file_commands", "set_env_1"))
	f.RunnerFiles = []string{writeTestFile(t, filepath.Join(workspace, "outputs")), "", filepath.Join(workspace, "new-event")}
	for path, want := range map[string]string{
		".git/config":              "a file of Git",
		".git":                     "a file of Git",
		".GIT/hooks/post-checkout": "a file of Git",
		"sub/.git":                 "a file of Git",
		"sub/.git/hooks/x":         "a file of Git",
		".g\u200cit/config":        "a file of Git",
		".git./config":             "a file of Git",
		"git~1/config":             "a file of Git",
		"x/../.git/config":         "a file of Git",
		"a/config":                 "a file of Git",
		"a/hooks/new":              "a file of Git",
		"mirror/hooks/x":           "a file of Git",
		".github/workflows/x.yml":  "GitHub runs",
		".GitHub/Workflows/x.yml":  "GitHub runs",
		"sub/.github/workflows/x":  "GitHub runs",
		".github/actions/x/y.sh":   "GitHub runs",
		"b/workflows/x.yml":        "GitHub runs",
		"sub/action.yml":           "GitHub runs",
		"outputs":                  "of the runner",
		"OUTPUTS":                  "of the runner",
		"new-event":                "of the runner",
		"c/set_env_1":              "of the runner",
		filepath.Join(temporary, "_runner_file_commands", "set_env_1"): "of the runner",
		filepath.Join(temporary, "_github_workflow", "event.json"):     "of the runner",
		filepath.Join(temporary, "_github_home", ".gitconfig"):         "of the runner",
	} {
		if _, err := f.WritablePath(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("WritablePath %q: %v, want %q", path, err, want)
		}
		if err := f.WriteSecret(path, "secret"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("WriteSecret %q: %v, want %q", path, err, want)
		}
	}
	for _, path := range []string{".gitignore", ".github/astro.yaml", "workflows/x.yml", "git/config", "HEAD", ".github/workflows.yaml"} {
		if _, err := f.WritablePath(path); err != nil {
			t.Errorf("WritablePath %q: %v", path, err)
		}
	}
	relative, errRelative := f.WritablePath("d/token")
	absolute, errAbsolute := f.WritablePath(filepath.Join(workspace, "x", "..", "d", "token"))
	if errRelative != nil || errAbsolute != nil || relative != absolute {
		t.Errorf("two paths of one file are %q, %v and %q, %v", relative, errRelative, absolute, errAbsolute)
	}
}

// On a runner, Open opens only regular files in the two folders, also through links.
// Outside of a runner, it opens any regular file. It never blocks.
func TestOpen(t *testing.T) {
	t.Parallel()
	runner, workspace, temporary := newFolders(t)
	outside := t.TempDir()
	secret := writeTestFile(t, filepath.Join(outside, "shadow"))
	writeTestFile(t, filepath.Join(workspace, "astro.yaml"))
	writeTestFile(t, filepath.Join(workspace, ".git", "config"))
	writeTestFile(t, filepath.Join(temporary, "generated.yaml"))
	if err := syscall.Mkfifo(filepath.Join(workspace, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"inside": "astro.yaml", "temporary": filepath.Join(temporary, "generated.yaml"), "leads-out": secret, "folder-out": outside,
		"device": os.DevNull, "to-pipe": "pipe", "to-git": ".git/config", "loop": "loop",
	} {
		createSymlink(t, target, filepath.Join(workspace, name))
	}
	const out, kind = "the path must stay inside", "not a regular file"
	synctest.Test(t, func(t *testing.T) {
		for name, want := range map[string][2]string{ // errors on a runner and outside of one
			"astro.yaml":        {"", ""},
			"inside":            {"", ""},
			"temporary":         {"", ""},
			"leads-out":         {out, ""},
			"folder-out/shadow": {out, ""},
			"device":            {out, kind},
			"pipe":              {kind, kind},
			"to-pipe":           {kind, kind},
			".":                 {kind, kind},
			".git/config":       {"of Git or the runner", ""},
			"to-git":            {"of Git or the runner", ""},
			"loop":              {"too many links", "too many levels of symbolic links"},
			"missing":           {"no such file", "no such file"},
		} {
			for i, f := range []sandbox.Folders{runner, {}} {
				opened, err := f.Open(filepath.Join(workspace, name))
				if err == nil {
					_ = opened.Close()
				}
				if want[i] == "" && err != nil || want[i] != "" && (err == nil || !strings.Contains(err.Error(), want[i])) {
					t.Errorf("%s: %v, want %q", name, err, want[i])
				}
			}
		}
		for _, name := range []string{"folder-out", outside, "/etc"} {
			if !filepath.IsAbs(name) {
				name = filepath.Join(workspace, name)
			}
			if _, err := runner.FolderFS(name); err == nil {
				t.Errorf("FolderFS lists %s", name)
			}
			if _, err := runner.Stat(name); err == nil {
				t.Errorf("Stat describes %s", name)
			}
		}
	})
}
