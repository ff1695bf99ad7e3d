// Package sandbox reads and writes the files of a run. It writes only below the
// workspace or the folder for temporary files, after links are resolved, and no
// file that Git, GitHub or the runner acts on. On a runner, it reads only in these
// folders too: the author of a manifest must not see other files.
package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Folders are where a run may have files. The zero value is for a command: the
// working directory, and reading any regular file.
type Folders struct {
	Workspace     string   // where relative paths of written files start; "" is the working directory
	Temporary     string   // the runner's folder for temporary files; "" is none
	RestrictReads bool     // only files in these folders are read
	RunnerFiles   []string // files of the runner itself, which are never written
}

var (
	errOutside      = errors.New("it is neither below the workspace nor below RUNNER_TEMP")
	errLeadsOutside = errors.New("the path leads out of the workspace and RUNNER_TEMP")
)

// location is a file whose links are resolved, except its last part where it is
// to be written.
type location struct {
	folder  string // one of the two folders, without links
	relPath string // path below it
}

func (l location) fullPath() string { return filepath.Join(l.folder, l.relPath) }

// rootFolders returns the folders, absolute. The working directory stands in for a
// workspace that isn't known.
func (f Folders) rootFolders() ([]string, error) {
	workspace, err := filepath.Abs(f.Workspace)
	if err != nil {
		return nil, err
	}
	if f.Temporary == "" {
		return []string{workspace}, nil
	}
	return []string{workspace, f.Temporary}, nil
}

// locatePath finds the folder that a path without links is in.
func (f Folders) locatePath(path string) (location, error) {
	roots, err := f.rootFolders()
	if err != nil {
		return location{}, err
	}
	for _, root := range roots {
		real, err := filepath.EvalSymlinks(root)
		if err != nil {
			continue
		}
		if below, err := filepath.Rel(real, path); err == nil && filepath.IsLocal(below) {
			return location{real, below}, nil
		}
	}
	return location{}, errLeadsOutside
}

// resolveTarget finds where a file is to be written: the path is below one of the
// folders as it is written, and after the links above the file are resolved.
func (f Folders) resolveTarget(path string) (location, error) {
	roots, err := f.rootFolders()
	if err != nil {
		return location{}, err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(roots[0], path)
	}
	inside := false
	for _, root := range roots {
		below, err := filepath.Rel(root, path)
		inside = inside || err == nil && below != "." && filepath.IsLocal(below)
	}
	if !inside {
		return location{}, errOutside
	}
	real, err := resolveLinks(filepath.Dir(path))
	if err != nil {
		return location{}, withoutPath(err)
	}
	at, err := f.locatePath(filepath.Join(real, filepath.Base(path)))
	if err != nil {
		return location{}, err
	}
	return at, f.checkProtected(at)
}

// resolveLinks is filepath.EvalSymlinks for a path whose end need not exist yet.
func resolveLinks(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if parent := filepath.Dir(path); errors.Is(err, fs.ErrNotExist) && parent != path {
		if real, err = resolveLinks(parent); err == nil {
			real = filepath.Join(real, filepath.Base(path))
		}
	}
	return real, err
}

// WritablePath checks that a file may be written where path says, and returns what
// identifies it: its path without links.
func (f Folders) WritablePath(path string) (real string, err error) {
	at, err := f.resolveTarget(path)
	if err != nil {
		return "", err
	}
	root, err := os.OpenRoot(at.folder)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }()
	switch there, err := root.Lstat(at.relPath); {
	case err == nil && there.IsDir():
		return "", errors.New("it is a folder")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", withoutPath(err) // a file above it
	}
	return at.fullPath(), nil
}

// withoutPath is an error without the path, which the caller names.
func withoutPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}
