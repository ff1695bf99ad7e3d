//go:build unix

package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"astro-apply/internal/sandbox"
)

// newFolders returns the folders of a run on a runner.
func newFolders(t *testing.T) (f sandbox.Folders, workspace, temporary string) {
	t.Helper()
	workspace, temporary = t.TempDir(), t.TempDir()
	return sandbox.Folders{Workspace: workspace, Temporary: temporary, RestrictReads: true}, workspace, temporary
}

func TestWriteSecret(t *testing.T) {
	t.Parallel()
	r, workspace, temporary := newFolders(t)
	for path, file := range map[string]string{
		"token":                            filepath.Join(workspace, "token"),
		"a/b/token":                        filepath.Join(workspace, "a", "b", "token"),
		"a/../c":                           filepath.Join(workspace, "c"),
		filepath.Join(workspace, "d"):      filepath.Join(workspace, "d"),
		filepath.Join(temporary, "e", "f"): filepath.Join(temporary, "e", "f"),
	} {
		for _, secret := range []string{"first-value", "another"} { // the second replaces the first
			if err := r.WriteSecret(path, secret); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(file)
			if err != nil || string(got) != secret {
				t.Errorf("%s: %q, %v", path, got, err)
			}
			info, err := os.Stat(file)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
			}
		}
		temporaryFiles, err := filepath.Glob(file + ".*")
		if err != nil || len(temporaryFiles) > 0 {
			t.Errorf("temporary files remain: %v, %v", temporaryFiles, err)
		}
	}
}

// WriteSecret writes only in the two folders, whatever the path or a link is.
func TestWriteSecretStaysInside(t *testing.T) {
	t.Parallel()
	r, workspace, _ := newFolders(t)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(workspace, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "target"), filepath.Join(workspace, "file")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"../token", "a/../../token", filepath.Join(outside, "token"), "/etc/token", ".", "", workspace} {
		if _, err := r.WritablePath(path); err == nil || !strings.Contains(err.Error(), "must be below GITHUB_WORKSPACE or RUNNER_TEMP") {
			t.Errorf("%q: %v", path, err)
		}
		if err := r.WriteSecret(path, "secret"); err == nil {
			t.Errorf("%q was written", path)
		}
	}
	if err := r.WriteSecret("link/token", "secret"); err == nil {
		t.Error("WriteSecret followed a link to a folder")
	}
	if err := r.WriteSecret("file", "secret"); err != nil { // WriteSecret replaces the link itself
		t.Error(err)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("files outside of the folders: %v, %v", entries, err)
	}
}

// A failed write leaves no temporary file.
func TestWriteSecretFails(t *testing.T) {
	t.Parallel()
	r, workspace, _ := newFolders(t)
	if err := os.WriteFile(filepath.Join(workspace, "taken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(workspace, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"taken/token", "folder"} {
		if err := r.WriteSecret(path, "secret"); err == nil {
			t.Errorf("%s was written", path)
		}
	}
	if entries, err := os.ReadDir(workspace); err != nil || len(entries) != 2 {
		t.Errorf("entries of the workspace: %v, %v", entries, err)
	}
}

// In a container the process is root. A written file belongs to the owner of the folder,
// so that later steps, which aren't root, can read it.
func TestWriteSecretKeepsOwner(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can change the owner of a file")
	}
	r, workspace, _ := newFolders(t)
	if err := os.Chown(workspace, 1001, 1002); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteSecret("new/token", "secret"); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteFile("new/astro.yaml", "text"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"new/token": 0o600, "new/astro.yaml": 0o644} {
		if info, err := os.Stat(filepath.Join(workspace, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
	for _, name := range []string{"new", "new/token", "new/astro.yaml"} {
		uid, gid := ownerOf(t, filepath.Join(workspace, name))
		if uid != 1001 || gid != 1002 {
			t.Errorf("%s belongs to %d:%d", name, uid, gid)
		}
	}
}
