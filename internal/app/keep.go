package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"astro-apply/internal/export"
	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
)

// writeExport writes what was made, all of it or nothing, and tells what is to be done
// by hand.
func (p *pipeline) writeExport(files []export.File) error {
	size := 0
	for _, f := range files {
		size += len(f.Data)
		if err := p.checkOverwrite(f.Name); err != nil {
			return fmt.Errorf("input export-to: %w", err)
		}
	}
	if size > manifest.MaxBytes {
		return fmt.Errorf("nothing was written: it would be %d MiB, and a run reads %d of manifests; write less at once, by export-workspaces or fewer files in export-from, and let each part have a run of its own",
			size>>20+1, manifest.MaxBytes>>20)
	}
	for _, f := range files {
		if err := p.files.WriteFile(f.Name, string(f.Data)); err != nil {
			return fmt.Errorf("input export-to: %s: %w", f.Name, err)
		}
		p.report.Export.Files = append(p.report.Export.Files, f.Name)
	}
	p.printGroup("Secrets to set, and what for", p.report.VariablesText())
	p.printGroup("Left out", p.report.SkippedText())
	return nil
}

// checkOverwrite checks that there is no file, or one that an export wrote.
func (p *pipeline) checkOverwrite(name string) error {
	there, err := p.files.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case !isExportedFile(there):
		return fmt.Errorf("%s is there, and no export wrote it; remove it first, or name another file", name)
	case p.report.Simulated && !strings.Contains(string(there), simulatedFileNote):
		return fmt.Errorf("%s is there and tells of what is live; a simulation has nothing to put in its place: name another file", name)
	}
	return nil
}

func isExportedFile(text []byte) bool {
	return strings.HasPrefix(string(text), "# "+exportedFilePrefix)
}

// warnStaleExports warns of the files of earlier exports beside the ones that were
// written now. What they declare is gone or has another name, and a run would
// make it anew.
func (p *pipeline) warnStaleExports(files []export.File) {
	folder := path.Clean(string(p.config.ExportTo))
	if len(files) == 0 || path.Dir(files[0].Name) != folder {
		return // it is one file
	}
	for _, name := range p.files.ListNames(folder) {
		file := path.Join(folder, name)
		same := func(f export.File) bool { return f.Name == file }
		if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" || slices.ContainsFunc(files, same) {
			continue
		}
		if text, err := p.files.ReadFile(file); err != nil || !isExportedFile(text) {
			continue
		}
		p.report.Problems = append(p.report.Problems, schema.Problem{
			Pos: schema.Pos{File: file, Line: 1, Col: 1}, Warning: true,
			Message: "an earlier export wrote this file, and this one has nothing for it: what it is about is gone, has another name, or can't be seen with this token; " +
				"remove the file, or what it declares is made anew",
		})
	}
}
