package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"astro-apply/internal/config"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/export"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/sandbox"
	"astro-apply/internal/schema"
)

// exportedFilePrefix is the start of every exported file. It distinguishes exported
// files, which an export may overwrite, from those that people wrote.
const exportedFilePrefix = "Exported by astro-apply"

const exportedFileHeader = exportedFilePrefix + `.
Astro never returns secrets: a run reads each from the variable in ${secret:…}.
A stored value remains until a run writes its resource.`

// simulatedFileNote marks files that a simulation exported.
const simulatedFileNote = "Written by a simulation: these resources don't exist in Astro."

// runExport writes the current state as manifests. It also plans them: a plan with
// changes means that applying the files would change Astro, so the run then fails.
func runExport(ctx context.Context, s *setup) (*report.Run, error) {
	if len(s.config.ExportFrom) > 0 {
		return runConvert(ctx, s)
	}
	r := s.newReport()
	scope, err := exportScope(s.config, s.catalog)
	if err != nil {
		return r, err
	}
	connection, err := connect(s, &desired.State{Catalog: s.catalog})
	r.UIURL, r.Notices = connection.uiURL, connection.notices
	if err != nil {
		return r, err
	}
	inventory, err := connection.source.ReadInventory(ctx, s.catalog, scope)
	switch r.StopErr = context.Cause(ctx); {
	case r.StopErr != nil:
		return r, nil //nolint:nilerr // the report has the reason
	case err != nil:
		return r, err
	}
	if found, listed := inventory.ListedByKind[inventory.RootKind]; listed && len(found) == 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("the token sees no %ss; "+
			"if the Organization has any, give the token a role in them", inventory.RootKind.Title))
	}
	for _, gap := range inventory.Gaps {
		r.Notices = append(r.Notices, unreadableText(gap))
	}
	exported, declared, p, stop := makeExport(ctx, s, connection.source, inventory)
	r.Export, r.Problems, r.Plan, r.StopErr = &report.ExportResult{Export: exported}, declared.Problems, p, stop
	if r.Plan == nil {
		return r, nil
	}
	r.DeclaredCount = len(declared.Resources)
	if r.Export.Written, err = writeExport(s, exported.Files); err != nil {
		return r, err
	}
	s.publisher.printExport(r)
	if scope.Workspaces == nil && scope.IncludesKind == nil {
		r.Problems = append(r.Problems, staleExports(s.files, path.Clean(string(s.config.ExportTo)), exported.Files)...)
	}
	s.publisher.printPlan(r)
	return r, nil
}

// unreadableText describes resources that the token isn't allowed to read.
func unreadableText(g current.Gap) string {
	if g.Names == nil {
		return fmt.Sprintf("%s: this section was not exported, so other resources refer to its resources by id: %v", g.Kind.Section, g.Err)
	}
	more := ""
	if n := len(g.Names) - 1; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("%s: %q%s not exported: %v", g.Kind.Section, g.Names[0], more, g.Err)
}

// makeExport makes the export, loads the exported manifests and plans them. It skips
// each field or resource that causes a problem there and makes the export again, until
// no problem is new. If ctx ends, makeExport returns why it stopped instead of a plan.
func makeExport(
	ctx context.Context, s *setup, source current.Source, inventory *current.Inventory,
) (*export.Export, *desired.State, *plan.Plan, error) {
	o := export.Options{
		OutputPath: path.Clean(string(s.config.ExportTo)), Header: exportedFileHeader, Now: time.Now(),
		SkipReasons: export.SkipReasons{},
	}
	if s.simulated {
		o.Header += "\n" + simulatedFileNote
	}
	for {
		exported := export.Make(inventory, o)
		// Any value will do for a secret: a plan doesn't compare secrets.
		parsed := manifest.Parse(exported.Files, manifest.Environment{Lookup: placeholderValue})
		declared := desired.Load(s.catalog, parsed.Documents, "", parsed.Problems...)
		if o.SkipReasons.AddProblems(exported, declared, declared.Problems) {
			continue
		}
		p, _, stop := makePlan(ctx, s.runner, source, declared, plan.Policy{Now: o.Now})
		if p == nil || !o.SkipReasons.AddProblems(exported, declared, p.Problems) {
			return exported, declared, p, stop
		}
	}
}

// exportScope returns what the inputs export-workspaces and only select. In an export,
// only accepts sections, not names: there is no manifest yet that declares names.
func exportScope(c *config.Config, catalog kind.Catalog) (current.InventoryScope, error) {
	scope := current.InventoryScope{Workspaces: c.ExportWorkspaces}
	if len(c.Only) == 0 {
		return scope, nil
	}
	wanted := map[*kind.Kind]bool{}
	for _, section := range c.Only {
		k := catalog.KindOfSection(section)
		if k == nil || catalog.CreatedKind(k) != nil {
			return scope, fmt.Errorf("input only: %q is not a section that can be exported%s",
				section, schema.Suggest(section, catalog.Sections()))
		}
		wanted[k] = true
	}
	scope.IncludesKind = func(k *kind.Kind) bool { return wanted[k] }
	return scope, nil
}

// writeExport writes the files and returns the names of those that it has written. It
// checks every file before it writes the first one.
func writeExport(s *setup, files []manifest.Source) (written []string, err error) {
	size := 0
	for _, f := range files {
		size += len(f.Data)
		if err := checkOverwrite(s, f.Name); err != nil {
			return nil, fmt.Errorf("input export-to: %w", err)
		}
	}
	if size > manifest.MaxBytes {
		return nil, fmt.Errorf("nothing was written: the export would be %d MiB, "+
			"but a run reads at most %d MiB of manifests; export in parts, with input export-workspaces "+
			"or fewer files in export-from, and apply each part in a separate run",
			size>>20+1, manifest.MaxBytes>>20)
	}
	for _, f := range files {
		if err := s.files.WriteFile(f.Name, string(f.Data)); err != nil {
			return written, fmt.Errorf("input export-to: %s: %w", f.Name, err)
		}
		written = append(written, f.Name)
	}
	return written, nil
}

// checkOverwrite returns an error if the file exists and no export wrote it.
func checkOverwrite(s *setup, name string) error {
	existing, err := s.files.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case !isExportedFile(existing):
		return fmt.Errorf("%s already exists and was not written by an export; remove it, or choose another file", name)
	case s.simulated && !strings.Contains(string(existing), simulatedFileNote):
		return fmt.Errorf("%s is an export from Astro, which a simulation doesn't overwrite; choose another file", name)
	}
	return nil
}

func isExportedFile(text []byte) bool {
	return strings.HasPrefix(string(text), "# "+exportedFilePrefix)
}

// staleExports returns a warning for each file of an earlier export in the folder that
// this export has not written. Its resources were deleted or renamed, and an apply of such
// a file would create them again.
func staleExports(readable sandbox.Folders, folder string, files []manifest.Source) (warnings []schema.Problem) {
	if len(files) == 0 || path.Dir(files[0].Name) != folder {
		return nil // the export is one file
	}
	for _, name := range readable.ListNames(folder) {
		file := path.Join(folder, name)
		isFile := func(f manifest.Source) bool { return f.Name == file }
		if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" || slices.ContainsFunc(files, isFile) {
			continue
		}
		if text, err := readable.ReadFile(file); err != nil || !isExportedFile(text) {
			continue
		}
		warnings = append(warnings, schema.Problem{
			Pos: schema.Pos{File: file, Line: 1, Col: 1}, Warning: true,
			Message: "an earlier export wrote this file, but this export found no resources for it: " +
				"they were deleted, renamed, or are not visible to this token; " +
				"remove the file, or the next apply creates them again",
		})
	}
	return warnings
}
