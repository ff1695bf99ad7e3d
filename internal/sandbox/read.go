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
	errNotManifest = errors.New("it is a file of Git or the runner, which can't be a manifest; choose another file")
)

// resolveSource returns the location of a file or folder to read, after resolving links.
func (f Folders) resolveSource(path string) (location, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return location{}, err
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return location{}, err
	}
	source, err := f.locatePath(real)
	if err == nil && (source.isGitFile() || f.isRunnerFile(source)) {
		err = errNotManifest
	}
	return source, err
}

// Stat returns the metadata of a file or folder.
func (f Folders) Stat(path string) (fs.FileInfo, error) {
	if !f.RestrictReads {
		return os.Stat(path)
	}
	source, err := f.resolveSource(path)
	if err != nil {
		return nil, err
	}
	return inRoot(source, func(root *os.Root) (fs.FileInfo, error) { return root.Stat(source.relPath) })
}

// FolderFS returns the file system below a folder.
func (f Folders) FolderFS(path string) (fs.FS, error) {
	if !f.RestrictReads {
		return os.DirFS(path), nil
	}
	source, err := f.resolveSource(path)
	if err != nil {
		return nil, err
	}
	folder, err := inRoot(source, func(root *os.Root) (*os.Root, error) { return root.OpenRoot(source.relPath) })
	if err != nil {
		return nil, err
	}
	return folder.FS(), nil
}

// Open opens a regular file. It refuses any other file without opening it: opening a pipe
// would wait for a writer, and opening a device may have any effect.
func (f Folders) Open(path string) (fs.File, error) {
	if !f.RestrictReads {
		info, err := os.Stat(path)
		return openIfRegular(info, err, func(flag int) (*os.File, error) { return os.OpenFile(path, flag, 0) })
	}
	source, err := f.resolveSource(path)
	if err != nil {
		return nil, err
	}
	return source.openRegular()
}

// openRegular opens a regular file.
func (l location) openRegular() (fs.File, error) {
	return inRoot(l, func(root *os.Root) (fs.File, error) {
		info, err := root.Stat(l.relPath)
		return openIfRegular(info, err, func(flag int) (*os.File, error) { return root.OpenFile(l.relPath, flag, 0) })
	})
}

// openIfRegular opens a file with the metadata info, or returns err, which is from reading
// info. It checks before and after opening it that the file is regular, because another
// process may replace it in between.
func openIfRegular(info fs.FileInfo, err error, open func(flag int) (*os.File, error)) (fs.File, error) {
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

// ReadFile returns the content of a file that WriteFile may replace.
func (f Folders) ReadFile(path string) ([]byte, error) {
	target, err := f.resolveTarget(path)
	if err != nil {
		return nil, err
	}
	file, err := target.openRegular()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(file)
}

// ListNames returns the sorted names in a folder: the workspace, RUNNER_TEMP or a folder
// below them. It returns nil if it can't read the folder.
func (f Folders) ListNames(path string) (names []string) {
	target, err := f.resolveTarget(filepath.Join(path, "any")) // resolveTarget rejects the workspace, but accepts a file in it
	if err != nil {
		return nil
	}
	entries, _ := inRoot(target, func(root *os.Root) ([]fs.DirEntry, error) {
		return fs.ReadDir(root.FS(), filepath.ToSlash(filepath.Dir(target.relPath)))
	})
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
