// Package sandbox reads and writes the files of a run. After resolving links, it writes
// only below the workspace or the folder for temporary files, and never a file that Git,
// GitHub or the runner acts on. On a runner, it also reads only in these folders, because
// the author of a manifest must not see other files.
package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Folders describes the folders in which a run may read and write. The zero value is for
// a command outside of a runner: it writes below the working directory and reads any
// regular file.
type Folders struct {
	Workspace     string   // base of relative paths of written files; "": the working directory
	Temporary     string   // the runner's folder for temporary files, "" if it has none
	RestrictReads bool     // read only files in these folders
	RunnerFiles   []string // files of the runner itself, which Folders never writes
}

var (
	errOutside      = errors.New("the file must be below GITHUB_WORKSPACE or RUNNER_TEMP")
	errLeadsOutside = errors.New("the path must stay inside GITHUB_WORKSPACE or RUNNER_TEMP, also after symbolic links are followed")
)

// location is a path after resolving links. The last part of a path to write may still
// be a link.
type location struct {
	folder  string // workspace or temporary folder, without links
	relPath string // path relative to folder
}

func (l location) fullPath() string { return filepath.Join(l.folder, l.relPath) }

// inRoot calls f with the folder of l, below which an os.Root stays even if another process
// creates a link in the meantime.
func inRoot[T any](l location, f func(*os.Root) (T, error)) (T, error) {
	root, err := os.OpenRoot(l.folder)
	if err != nil {
		var none T
		return none, err
	}
	defer func() { _ = root.Close() }()
	return f(root)
}

// rootFolders returns the absolute paths of the folders. Without a workspace it uses the
// working directory.
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

// locatePath finds the folder that contains path. path has no links.
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
		if relPath, err := filepath.Rel(real, path); err == nil && filepath.IsLocal(relPath) {
			return location{real, relPath}, nil
		}
	}
	return location{}, errLeadsOutside
}

// resolveTarget returns the location of a file to write. The path must be below one of
// the folders both literally and after resolving the links above the file.
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
		relPath, err := filepath.Rel(root, path)
		inside = inside || err == nil && relPath != "." && filepath.IsLocal(relPath)
	}
	if !inside {
		return location{}, errOutside
	}
	real, err := resolveLinks(filepath.Dir(path))
	if err != nil {
		return location{}, withoutPath(err)
	}
	target, err := f.locatePath(filepath.Join(real, filepath.Base(path)))
	if err != nil {
		return location{}, err
	}
	return target, f.checkProtected(target)
}

// resolveLinks is like filepath.EvalSymlinks, but the last parts of path needn't exist.
func resolveLinks(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if parent := filepath.Dir(path); errors.Is(err, fs.ErrNotExist) && parent != path {
		if real, err = resolveLinks(parent); err == nil {
			real = filepath.Join(real, filepath.Base(path))
		}
	}
	return real, err
}

// WritablePath checks that path is a file that may be written. It returns the path
// without links, which identifies the file.
func (f Folders) WritablePath(path string) (real string, err error) {
	target, err := f.resolveTarget(path)
	if err != nil {
		return "", err
	}
	info, err := inRoot(target, func(root *os.Root) (fs.FileInfo, error) { return root.Lstat(target.relPath) })
	switch {
	case err == nil && info.IsDir():
		return "", errors.New("it is a folder; choose the path of a file")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", withoutPath(err) // for example, a part of the path is a file
	}
	return target.fullPath(), nil
}

// withoutPath returns err without the path, because the caller adds the path.
func withoutPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}
