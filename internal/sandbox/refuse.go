package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

var (
	errGit     = errors.New("it is a file of Git, which may run commands from it")
	errActions = errors.New("GitHub runs this file")
	errRunner  = errors.New("it is a file of the runner itself")
)

// refuse returns why a file must not be written, nil if it may be.
func (f Folders) refuse(at location) error {
	if at.ofGit() {
		return errGit
	}
	if f.ofRunner(at) {
		return errRunner
	}
	names := at.names()
	for i, name := range names {
		if name == ".github" && i+2 < len(names) && (names[i+1] == "workflows" || names[i+1] == "actions") {
			return errActions
		}
	}
	if last := names[len(names)-1]; last == "action.yml" || last == "action.yaml" {
		return errActions
	}
	return nil
}

// names returns the parts of the path as file systems that ignore case and
// invisible characters compare them.
func (l location) names() []string {
	visible := func(c rune) rune {
		if unicode.Is(unicode.Cf, c) {
			return -1
		}
		return unicode.ToLower(c)
	}
	names := strings.Split(filepath.ToSlash(l.below), "/")
	for i, name := range names {
		names[i] = strings.TrimRight(strings.Map(visible, name), ". ")
	}
	return names
}

// ofGit reports whether a file is, or is in, a folder or file of Git: .git, or
// a folder with the files by which Git recognises one.
func (l location) ofGit() bool {
	names := l.names()
	if slices.Contains(names, ".git") || slices.Contains(names, "git~1") {
		return true
	}
	for dir := filepath.Dir(l.below); dir != "."; dir = filepath.Dir(dir) {
		has := func(name string) bool {
			_, err := os.Lstat(filepath.Join(l.folder, dir, name))
			return err == nil
		}
		if has("HEAD") && (has("objects") || has("commondir")) {
			return true
		}
	}
	return false
}

// ofRunner reports whether the runner reads a file itself: its commands, the
// event, and files in its own folders among the temporary files.
func (f Folders) ofRunner(at location) bool {
	for _, file := range f.Reserved {
		if file == "" {
			continue
		}
		if abs, err := filepath.Abs(file); err == nil {
			file = abs
		}
		if real, err := resolve(filepath.Dir(file)); err == nil && strings.EqualFold(filepath.Join(real, filepath.Base(file)), at.path()) {
			return true
		}
	}
	temporary, err := filepath.EvalSymlinks(f.Temporary)
	if f.Temporary == "" || err != nil {
		return false
	}
	below, err := filepath.Rel(temporary, at.path())
	return err == nil && (strings.HasPrefix(below, "_runner_") || strings.HasPrefix(below, "_github_"))
}
