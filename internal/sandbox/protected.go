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
	errGitFile     = errors.New("it is a file of Git, which may run commands from it")
	errActionsFile = errors.New("GitHub runs this file")
	errRunnerFile  = errors.New("it is a file of the runner itself")
)

// checkProtected returns why a file must not be written, nil if it may be.
func (f Folders) checkProtected(at location) error {
	if at.isGitFile() {
		return errGitFile
	}
	if f.isRunnerFile(at) {
		return errRunnerFile
	}
	names := at.comparableNames()
	for i, name := range names {
		if name == ".github" && i+2 < len(names) && (names[i+1] == "workflows" || names[i+1] == "actions") {
			return errActionsFile
		}
	}
	if last := names[len(names)-1]; last == "action.yml" || last == "action.yaml" {
		return errActionsFile
	}
	return nil
}

// comparableNames returns the parts of the path as file systems that ignore case and
// invisible characters compare them.
func (l location) comparableNames() []string {
	visible := func(c rune) rune {
		if unicode.Is(unicode.Cf, c) {
			return -1
		}
		return unicode.ToLower(c)
	}
	names := strings.Split(filepath.ToSlash(l.relPath), "/")
	for i, name := range names {
		names[i] = strings.TrimRight(strings.Map(visible, name), ". ")
	}
	return names
}

// isGitFile reports whether a file is, or is in, a folder or file of Git: .git, or
// a folder with the files by which Git recognises one.
func (l location) isGitFile() bool {
	names := l.comparableNames()
	if slices.Contains(names, ".git") || slices.Contains(names, "git~1") {
		return true
	}
	for dir := filepath.Dir(l.relPath); dir != "."; dir = filepath.Dir(dir) {
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

// isRunnerFile reports whether the runner reads a file itself: its commands, the
// event, and files in its own folders among the temporary files.
func (f Folders) isRunnerFile(at location) bool {
	for _, file := range f.RunnerFiles {
		if file == "" {
			continue
		}
		if abs, err := filepath.Abs(file); err == nil {
			file = abs
		}
		if real, err := resolveLinks(filepath.Dir(file)); err == nil && strings.EqualFold(filepath.Join(real, filepath.Base(file)), at.fullPath()) {
			return true
		}
	}
	temporary, err := filepath.EvalSymlinks(f.Temporary)
	if f.Temporary == "" || err != nil {
		return false
	}
	below, err := filepath.Rel(temporary, at.fullPath())
	return err == nil && (strings.HasPrefix(below, "_runner_") || strings.HasPrefix(below, "_github_"))
}
