// Package manifest reads YAML files into trees whose nodes know their place.
// It resolves anchors and ${env:…} references, and refuses what YAML readers
// disagree about. It knows no kind: what the values mean is not its concern.
package manifest

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"astro-apply/internal/schema"
)

// MaxBytes bounds what one run reads, over all manifest files.
const MaxBytes = 4 << 20

// Source is one manifest file in memory. Name is what messages call it: a path
// relative to the workspace, which annotations need.
type Source struct {
	Name string
	Data []byte
}

// Result is what all sources say. Secrets holds every text that was read
// through ${secret:…}, for scrubbing.
type Result struct {
	Documents []*schema.Node
	Problems  []schema.Problem
	Secrets   []string
}

// Files is where manifests are read. Open opens regular files only.
type Files interface {
	Stat(path string) (fs.FileInfo, error)
	Open(path string) (fs.File, error)
	FolderFS(path string) (fs.FS, error)
}

// ReadSources reads the files that patterns name: files, folders (their .yaml and
// .yml files, at any depth) and globs, where ** spans folders, symbolic links
// to folders aside. Each file is read once, in the order of its name within a
// pattern. A pattern that matches nothing is an error, because it's most
// likely a typing error.
func ReadSources(from Files, patterns []string) ([]Source, error) {
	var (
		sources []Source
		errs    []error
		seen    = map[string]bool{}
		left    = int64(MaxBytes)
	)
	for _, pattern := range patterns {
		files, err := matchPattern(from, pattern)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, file := range files {
			if seen[file] {
				continue
			}
			seen[file] = true
			source, err := readSource(from, file, left)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			left -= int64(len(source.Data))
			sources = append(sources, source)
		}
	}
	return sources, errors.Join(errs...)
}

func matchPattern(from Files, pattern string) ([]string, error) {
	clean := filepath.Clean(pattern)
	switch info, err := from.Stat(clean); {
	case err == nil && info.IsDir():
		return globFolder(from, pattern, clean, "**/*.{yaml,yml}")
	case err == nil:
		return []string{clean}, nil
	case strings.ContainsAny(pattern, "*?[{"):
		base, rest := doublestar.SplitPattern(filepath.ToSlash(clean))
		return globFolder(from, pattern, base, rest)
	default:
		return nil, pathError(pattern, err)
	}
}

// globFolder lists the files below a folder. A folder that can't be read is an
// error: what it holds would be left out without a word.
func globFolder(from Files, pattern, folder, below string) ([]string, error) {
	root, err := from.FolderFS(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no manifest file matches", pattern)
	}
	if err != nil {
		return nil, pathError(pattern, err)
	}
	files, err := doublestar.Glob(root, below,
		doublestar.WithFilesOnly(), doublestar.WithNoFollow(), doublestar.WithFailOnIOErrors())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no manifest file matches", pattern)
	}
	for i := range files {
		files[i] = filepath.Join(folder, filepath.FromSlash(files[i]))
	}
	slices.Sort(files)
	return files, nil
}

func readSource(from Files, name string, limit int64) (Source, error) {
	f, err := from.Open(name)
	if err != nil {
		return Source{}, pathError(name, err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return Source{}, pathError(name, err)
	}
	if int64(len(data)) > limit {
		return Source{}, fmt.Errorf("%s: the manifests together are larger than %d MiB", name, MaxBytes>>20)
	}
	return Source{Name: filepath.ToSlash(name), Data: data}, nil
}

func pathError(name string, err error) error {
	if cause := errors.Unwrap(err); cause != nil {
		err = cause
	}
	return fmt.Errorf("%s: %w", name, err)
}

// Parse reads every document of every source. All problems of all sources are
// reported together; a document with a syntax error ends its own file only.
func Parse(sources []Source, env Environment) Result {
	r := reader{env: env, valuesLeft: maxValues, textLeft: maxText, knownSecrets: map[string]bool{}, reported: map[problemKey]bool{}, seed: maphash.MakeSeed()}
	for _, s := range sources {
		r.readFile(s)
	}
	if len(r.result.Documents) == 0 && r.problems.Total() == 0 {
		names := make([]string, len(sources))
		for i, s := range sources {
			names[i] = s.Name
		}
		r.addErrorf(schema.Pos{}, "the manifest is empty: %s", strings.Join(names, ", "))
	}
	r.result.Problems = r.problems.List()
	return r.result
}
