package sandbox

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WriteSecret writes a secret to a file that only the owner of the folder can read. That
// isn't the user of the container but the user of later steps, which need the secret.
// WriteSecret replaces an existing file atomically.
func (f Folders) WriteSecret(path, secret string) error { return f.writeWithMode(path, secret, 0o600) }

// WriteFile is like WriteSecret, for a text that every user may read.
func (f Folders) WriteFile(path, text string) error { return f.writeWithMode(path, text, 0o644) }

func (f Folders) writeWithMode(path, text string, mode fs.FileMode) error {
	target, err := f.resolveTarget(path)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(target.folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	owner := folderOwner(root.Name())
	if err := makeFolders(root, filepath.Dir(target.relPath), owner); err != nil {
		return err
	}
	temporary := target.relPath + "." + strings.ToLower(rand.Text()[:8])
	if err := createFile(root, temporary, text, mode, owner); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	if err := root.Rename(temporary, target.relPath); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return nil
}

// makeFolders creates the missing folders of a path.
func makeFolders(root *os.Root, path string, owner *ownership) error {
	folder := ""
	for name := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		folder = filepath.Join(folder, name)
		switch err := root.Mkdir(folder, 0o755); {
		case err == nil:
			if err := owner.chownFile(root, folder); err != nil {
				return err
			}
		case !errors.Is(err, os.ErrExist):
			return err
		}
	}
	return nil
}

func createFile(root *os.Root, name, text string, mode fs.FileMode, owner *ownership) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close(), owner.chownFile(root, name))
}
