package sandbox

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Save writes a secret to a file that only its owner can read: the owner of
// the folder it is in, so that later steps, which run as somebody else than a
// container, can. A file that is there is replaced as a whole.
func (f Folders) Save(path, secret string) error { return f.write(path, secret, 0o600) }

// Write is Save for a text that everybody may read.
func (f Folders) Write(path, text string) error { return f.write(path, text, 0o644) }

func (f Folders) write(path, text string, mode fs.FileMode) error {
	at, err := f.target(path)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(at.folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	owned := owner(root.Name())
	if err := folders(root, filepath.Dir(at.below), owned); err != nil {
		return err
	}
	temporary := at.below + "." + strings.ToLower(rand.Text()[:8])
	if err := fill(root, temporary, text, mode, owned); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	if err := root.Rename(temporary, at.below); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return nil
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
