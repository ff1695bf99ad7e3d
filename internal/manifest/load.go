// Package manifest reads YAML files into trees of nodes with positions. It resolves
// aliases and ${env:…} references, and refuses YAML that some readers interpret in
// another way. It doesn't know the kinds and doesn't check values.
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

// MaxBytes is the maximum total size of the manifest files of one run.
const MaxBytes = 4 << 20

// Source is one manifest file in memory. Name is its path for messages. The path is
// relative to the repository, as GitHub's annotations need it.
type Source struct {
	Name string
	Data []byte
}

// Result holds the documents and problems of all sources. Secrets holds every text
// that contains the value of a secret variable, so that the run can redact it.
type Result struct {
	Documents    []*schema.Node
	Problems     []schema.Problem
	Secrets      []string
	UnsetSecrets []UnsetSecret // in order; only with Environment.NoSecrets
}

// UnsetSecret is a secret that is not set in this run, and the problem that it is if its
// value matters: if it isn't in a secret field.
type UnsetSecret struct {
	Name    string
	Problem schema.Problem
}

// Files provides access to manifest files. Open must refuse everything but regular
// files.
type Files interface {
	Stat(path string) (fs.FileInfo, error)
	Open(path string) (fs.File, error)
	FolderFS(path string) (fs.FS, error)
}

// ReadSources reads the files that match the patterns. A pattern is a file, a folder
// (for its .yaml and .yml files at any depth, except in folders that start with a dot) or a glob, in which ** matches any number
// of folders except symbolic links. ReadSources reads each file once, and the files of
// one pattern sorted by name. A pattern without matches is an error, because it probably
// contains a typing error.
func ReadSources(from Files, patterns []string) ([]Source, error) {
	var (
		sources []Source
		errs    []error
		seen    = map[string]bool{}
		limit   = int64(MaxBytes)
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
			source, err := readSource(from, file, limit)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			limit -= int64(len(source.Data))
			sources = append(sources, source)
		}
	}
	return sources, errors.Join(errs...)
}

func matchPattern(from Files, pattern string) ([]string, error) {
	clean := filepath.Clean(pattern)
	switch info, err := from.Stat(clean); {
	case err == nil && info.IsDir():
		return globFolder(from, pattern, clean, "**/{*,.*}.{yaml,yml}", doublestar.WithNoHidden())
	case err == nil:
		return []string{clean}, nil
	case strings.ContainsAny(pattern, "*?[{"):
		base, rest := doublestar.SplitPattern(filepath.ToSlash(clean))
		return globFolder(from, pattern, base, rest)
	default:
		return nil, withPatternHint(pattern, pathError(pattern, err))
	}
}

// withPatternHint adds to the error of a pattern without matches how to fix a pattern of
// another syntax. The result doesn't wrap err then, because the path isn't the mistake.
func withPatternHint(pattern string, err error) error {
	switch {
	case strings.HasPrefix(pattern, "!"):
		return errors.New(err.Error() + "; a pattern can't exclude files: list the files or folders to read")
	case strings.Contains(pattern, ","), strings.Contains(pattern, " "):
		return errors.New(err.Error() + "; write one pattern per line, without commas or spaces")
	}
	return err
}

// globFolder returns the files below a folder that match a glob. An unreadable folder
// is an error, because otherwise the run would silently omit the manifests in it.
func globFolder(from Files, pattern, folder, glob string, options ...doublestar.GlobOption) ([]string, error) {
	noMatch := withPatternHint(pattern, fmt.Errorf("%s: no manifest file matches", pattern))
	root, err := from.FolderFS(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noMatch
	}
	if err != nil {
		return nil, pathError(pattern, err)
	}
	options = append(options, doublestar.WithFilesOnly(), doublestar.WithNoFollow(), doublestar.WithFailOnIOErrors())
	files, err := doublestar.Glob(root, glob, options...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	if len(files) == 0 {
		return nil, noMatch
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
		return Source{}, fmt.Errorf("%s: the manifests together are larger than %d MiB; use several runs with fewer files", name, MaxBytes>>20)
	}
	return Source{Name: filepath.ToSlash(name), Data: data}, nil
}

func pathError(name string, err error) error {
	if cause := errors.Unwrap(err); cause != nil {
		err = cause
	}
	return fmt.Errorf("%s: %w", name, err)
}

// Parse reads all documents of all sources and returns all their problems. A syntax
// error ends the reading of its file, but not of the other files.
func Parse(sources []Source, env Environment) Result {
	r := reader{env: env, valuesLeft: maxValues, textLeft: maxText, knownSecrets: map[string]bool{}, reported: map[problemKey]bool{}, seed: maphash.MakeSeed()}
	for _, s := range sources {
		r.readFile(s)
	}
	if len(r.result.Documents) == 0 && r.problems.Total() == 0 {
		for _, s := range sources {
			r.problems.Addf(schema.Pos{File: s.Name, Line: 1, Col: 1}, "the manifest is empty; declare at least one resource")
		}
	}
	r.result.Problems = r.problems.List()
	return r.result
}
