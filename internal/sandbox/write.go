package sandbox

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WriteSecret writes a secret to a file that only its owner can read: the owner of
// the folder it is in, so that later steps, which run as somebody else than a
// container, can. A file that is there is replaced as a whole.
func (f Folders) WriteSecret(path, secret string) error { return f.writeWithMode(path, secret, 0o600) }

// WriteFile is Save for a text that everybody may read.
func (f Folders) WriteFile(path, text string) error { return f.writeWithMode(path, text, 0o644) }

func (f Folders) writeWithMode(path, text string, mode fs.FileMode) error {
	at, err := f.resolveTarget(path)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(at.folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	owned := folderOwner(root.Name())
	if err := makeFolders(root, filepath.Dir(at.relPath), owned); err != nil {
		return err
	}
	temporary := at.relPath + "." + strings.ToLower(rand.Text()[:8])
	if err := createFile(root, temporary, text, mode, owned); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	if err := root.Rename(temporary, at.relPath); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return nil
}

// makeFolders makes the folders of a path that aren't there.
func makeFolders(root *os.Root, path string, owned *ownership) error {
	at := ""
	for name := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		at = filepath.Join(at, name)
		switch err := root.Mkdir(at, 0o755); {
		case err == nil:
			if err := owned.chownFile(root, at); err != nil {
				return err
			}
		case !errors.Is(err, os.ErrExist):
			return err
		}
	}
	return nil
}

func createFile(root *os.Root, name, text string, mode fs.FileMode, owned *ownership) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close(), owned.chownFile(root, name))
}
