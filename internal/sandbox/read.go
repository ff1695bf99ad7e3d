package sandbox

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

var (
	errNotRegular  = errors.New("not a regular file")
	errNotManifest = errors.New("it is a file of Git or of the runner, not a manifest")
)

// resolveSource finds a file or folder that is to be read, after links are resolved.
func (f Folders) resolveSource(path string) (location, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return location{}, err
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return location{}, err
	}
	at, err := f.locatePath(real)
	if err == nil && (at.isGitFile() || f.isRunnerFile(at)) {
		err = errNotManifest
	}
	return at, err
}

// Stat describes a file or folder.
func (f Folders) Stat(path string) (fs.FileInfo, error) {
	if !f.RestrictReads {
		return os.Stat(path)
	}
	at, err := f.resolveSource(path)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(at.folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	return root.Stat(at.relPath)
}

// FolderFS returns the files below a folder.
func (f Folders) FolderFS(path string) (fs.FS, error) {
	if !f.RestrictReads {
		return os.DirFS(path), nil
	}
	at, err := f.resolveSource(path)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(at.folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	below, err := root.OpenRoot(at.relPath)
	if err != nil {
		return nil, err
	}
	return below.FS(), nil
}

// Open opens a regular file. Any other file is refused at once: opening a pipe
// would wait for its writer, and a device can do anything.
func (f Folders) Open(path string) (fs.File, error) {
	if !f.RestrictReads {
		return openIfRegular(func(flag int) (*os.File, error) { return os.OpenFile(path, flag, 0) }, func() (fs.FileInfo, error) { return os.Stat(path) })
	}
	at, err := f.resolveSource(path)
	if err != nil {
		return nil, err
	}
	return at.openRegular()
}

// openRegular opens a regular file; no link leads out of the folder meanwhile.
func (l location) openRegular() (fs.File, error) {
	root, err := os.OpenRoot(l.folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	return openIfRegular(func(flag int) (*os.File, error) { return root.OpenFile(l.relPath, flag, 0) }, func() (fs.FileInfo, error) { return root.Stat(l.relPath) })
}

// openIfRegular opens a file that is a regular one before and after it was opened.
func openIfRegular(open func(flag int) (*os.File, error), stat func() (fs.FileInfo, error)) (fs.File, error) {
	info, err := stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	file, err := open(os.O_RDONLY | syscall.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	if info, err = file.Stat(); err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// ReadFile returns the content of a file that may be written again.
func (f Folders) ReadFile(path string) ([]byte, error) {
	at, err := f.resolveTarget(path)
	if err != nil {
		return nil, err
	}
	file, err := at.openRegular()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(file)
}

// ListNames returns the sorted names of the entries of a folder below the workspace or
// RUNNER_TEMP, none if the folder can't be read.
func (f Folders) ListNames(path string) (names []string) {
	at, err := f.resolveTarget(filepath.Join(path, "any")) // the workspace itself counts, too
	if err != nil {
		return nil
	}
	root, err := os.OpenRoot(at.folder)
	if err != nil {
		return nil
	}
	defer func() { _ = root.Close() }()
	entries, _ := fs.ReadDir(root.FS(), filepath.ToSlash(filepath.Dir(at.relPath)))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
