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
	errGitFile     = errors.New("it is a file of Git, which may run commands from it; choose another path")
	errActionsFile = errors.New("GitHub runs this file; choose another path")
	errRunnerFile  = errors.New("it is a file of the runner; choose another path")
)

// checkProtected returns an error if Git, GitHub or the runner acts on the file, so that
// a run must not write it.
func (f Folders) checkProtected(target location) error {
	if target.isGitFile() {
		return errGitFile
	}
	if f.isRunnerFile(target) {
		return errRunnerFile
	}
	names := target.comparableNames()
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

// isGitFile reports whether the path contains .git, or a folder that Git recognizes as a
// repository by its files.
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

// isRunnerFile reports whether the file belongs to the runner: a file for commands, the
// event, or a file in the runner's folders below the folder for temporary files.
func (f Folders) isRunnerFile(l location) bool {
	for _, file := range f.RunnerFiles {
		if file == "" {
			continue
		}
		if abs, err := filepath.Abs(file); err == nil {
			file = abs
		}
		if real, err := resolveLinks(filepath.Dir(file)); err == nil && strings.EqualFold(filepath.Join(real, filepath.Base(file)), l.fullPath()) {
			return true
		}
	}
	temporary, err := filepath.EvalSymlinks(f.Temporary)
	if f.Temporary == "" || err != nil {
		return false
	}
	relPath, err := filepath.Rel(temporary, l.fullPath())
	return err == nil && (strings.HasPrefix(relPath, "_runner_") || strings.HasPrefix(relPath, "_github_"))
}
