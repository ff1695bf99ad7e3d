package github

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Place checks that a file for a secret may be where path says: below the
// workspace, where a relative path starts, or below RUNNER_TEMP.
func (r *Runner) Place(path string) error {
	root, below, err := r.open(path)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	switch there, err := root.Lstat(below); {
	case err == nil && there.IsDir():
		return errors.New("it is a folder")
	case !errors.Is(err, fs.ErrNotExist):
		return err // a file above it, or a link that leads out
	}
	return nil
}

// open opens the one of the two folders that path is in, and splits off what is
// below it.
func (r *Runner) open(path string) (root *os.Root, below string, err error) {
	workspace := r.getenv("GITHUB_WORKSPACE")
	if workspace == "" {
		if workspace, err = filepath.Abs("."); err != nil {
			return nil, "", err
		}
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(workspace, path)
	}
	for _, dir := range []string{workspace, r.getenv("RUNNER_TEMP")} {
		below, err := filepath.Rel(dir, path)
		if dir != "" && err == nil && below != "." && filepath.IsLocal(below) {
			root, err := os.OpenRoot(dir)
			return root, below, err
		}
	}
	return nil, "", errors.New("it is neither below the workspace nor below RUNNER_TEMP")
}

// Save writes a secret to a file that only its owner can read: the owner of
// the folder it is in, so that later steps, which run as somebody else than a
// container, can. A file that is there is replaced as a whole; no link leads
// out of the folder.
func (r *Runner) Save(path, secret string) error { return r.write(path, secret, 0o600) }

// Write is Save for a text that everybody may read.
func (r *Runner) Write(path, text string) error { return r.write(path, text, 0o644) }

func (r *Runner) write(path, text string, mode fs.FileMode) error {
	root, below, err := r.open(path)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	owned := owner(root.Name())
	if err := folders(root, filepath.Dir(below), owned); err != nil {
		return err
	}
	temporary := below + "." + strings.ToLower(rand.Text()[:8])
	if err := fill(root, temporary, text, mode, owned); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	if err := root.Rename(temporary, below); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return nil
}

// Read returns what a file below the workspace or RUNNER_TEMP holds.
func (r *Runner) Read(path string) ([]byte, error) {
	root, below, err := r.open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	return root.ReadFile(below)
}

// List returns the names of what is in a folder of the workspace or RUNNER_TEMP;
// none where it can't be read.
func (r *Runner) List(path string) (names []string) {
	root, below, err := r.open(filepath.Join(path, "any")) // the workspace itself counts, too
	if err != nil {
		return nil
	}
	defer func() { _ = root.Close() }()
	entries, _ := fs.ReadDir(root.FS(), filepath.ToSlash(filepath.Dir(below))) // sorted
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// folders makes the folders of a path that aren't there.
func folders(root *os.Root, path string, owned *owners) error {
	at := ""
	for name := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		at = filepath.Join(at, name)
		switch err := root.Mkdir(at, 0o755); {
		case err == nil:
			if err := owned.give(root, at); err != nil {
				return err
			}
		case !errors.Is(err, os.ErrExist):
			return err
		}
	}
	return nil
}

func fill(root *os.Root, name, text string, mode fs.FileMode, owned *owners) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close(), owned.give(root, name))
}

// Hand sets an output to a value that is secret on purpose: the runner masks it
// in the log, and it is not scrubbed. Without a file for outputs it is an error,
// since nobody would get it.
func (r *Runner) Hand(name, value string) error {
	if err := r.Hands(); err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	return r.output(name, value)
}

// Hands checks that there is a file for outputs, and a runner that masks what is
// written there: later steps and jobs print outputs.
func (r *Runner) Hands() error {
	switch {
	case r.getenv("GITHUB_OUTPUT") == "":
		return errors.New("there is no file for outputs here (GITHUB_OUTPUT)")
	case !r.Actions():
		return errors.New("no runner that could mask it is recognised (GITHUB_ACTIONS, GITHUB_RUN_ID); write it to a file")
	}
	return nil
}
