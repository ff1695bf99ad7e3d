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

	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/export"
	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
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

// exportManifests writes the current state as manifests. It also plans them: a plan with
// changes means that applying the files would change Astro, so the run then fails.
func (p *pipeline) exportManifests(ctx context.Context) error {
	if len(p.config.ExportFrom) > 0 {
		return p.convertCLIFiles(ctx)
	}
	scope, err := p.exportScope()
	if err != nil {
		return err
	}
	connect := p.connectAstro
	if p.report.Simulated {
		connect = p.connectSimulator
	}
	source, err := connect(&desired.State{Catalog: p.catalog})
	if err != nil {
		return err
	}
	inventory, err := source.ReadInventory(ctx, p.catalog, scope)
	if p.recordStop(ctx) {
		return nil
	}
	if scopeErr, ok := errors.AsType[*current.ScopeError](err); ok {
		return fmt.Errorf("input export-workspaces: %w", scopeErr.Err)
	}
	if err != nil {
		return fmt.Errorf("nothing was exported, because not everything could be read: %w", err)
	}
	if found, listed := inventory.ListedByKind[inventory.RootKind]; listed && len(found) == 0 {
		p.report.Notices = append(p.report.Notices, fmt.Sprintf("the token sees no %ss; if the Organization has any, give the token a role in them", inventory.RootKind.Title))
	}
	for _, gap := range inventory.Gaps {
		p.report.Notices = append(p.report.Notices, unreadableText(gap))
	}
	exported, declared := p.buildExport(ctx, source, inventory)
	if p.report.Plan == nil { // ctx ended
		return nil
	}
	p.report.DeclaredCount = len(declared.Resources)
	if err := p.writeExport(exported.Files); err != nil {
		return err
	}
	if scope.Workspaces == nil && scope.IncludesKind == nil {
		p.warnStaleExports(exported.Files)
	}
	p.printPlan()
	return nil
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

// buildExport makes the export, loads the exported manifests and plans them. It skips
// each field or resource that causes a problem there and makes the export again, until
// no problem is new.
func (p *pipeline) buildExport(ctx context.Context, source current.Source, inventory *current.Inventory) (*export.Export, *desired.State) {
	o := export.Options{OutputPath: path.Clean(string(p.config.ExportTo)), Header: exportedFileHeader, Now: time.Now(), SkipReasons: export.SkipReasons{}}
	if p.report.Simulated {
		o.Header += "\n" + simulatedFileNote
	}
	for {
		exported := export.Make(inventory, o)
		var sources []manifest.Source
		for _, f := range exported.Files {
			sources = append(sources, manifest.Source{Name: f.Name, Data: f.Data})
		}
		parsed := manifest.Parse(sources, manifest.Environment{Lookup: placeholderValue}) // any value will do: a plan doesn't compare secrets
		declared := desired.Load(p.catalog, parsed.Documents, "", parsed.Problems...)
		if o.SkipReasons.AddProblems(exported, declared, declared.Problems) {
			continue
		}
		p.report.Problems = declared.Problems
		p.planChanges(ctx, source, declared, plan.Policy{Now: o.Now})
		if p.report.Plan != nil && o.SkipReasons.AddProblems(exported, declared, p.report.Plan.Problems) {
			continue
		}
		p.report.Export = &report.ExportResult{Export: exported}
		return exported, declared
	}
}

// exportScope returns what the inputs export-workspaces and only select. In an export,
// only accepts sections, not names: there is no manifest yet that declares names.
func (p *pipeline) exportScope() (current.InventoryScope, error) {
	scope := current.InventoryScope{Workspaces: p.config.ExportWorkspaces}
	if len(p.config.Only) == 0 {
		return scope, nil
	}
	wanted := map[*kind.Kind]bool{}
	for _, section := range p.config.Only {
		k := p.catalog.KindOfSection(section)
		if k == nil || k.CreatesKind != "" {
			return scope, fmt.Errorf("input only: %q is not a section that can be exported%s", section, schema.Suggest(section, p.catalog.Sections()))
		}
		wanted[k] = true
	}
	scope.IncludesKind = func(k *kind.Kind) bool { return wanted[k] }
	return scope, nil
}

// writeExport writes the files and prints the variables to set. It checks every file
// before it writes the first one.
func (p *pipeline) writeExport(files []export.File) error {
	size := 0
	for _, f := range files {
		size += len(f.Data)
		if err := p.checkOverwrite(f.Name); err != nil {
			return fmt.Errorf("input export-to: %w", err)
		}
	}
	if size > manifest.MaxBytes {
		return fmt.Errorf("nothing was written: the export would be %d MiB, but a run reads at most %d MiB of manifests; export in parts, with input export-workspaces or fewer files in export-from, and apply each part in a separate run",
			size>>20+1, manifest.MaxBytes>>20)
	}
	for _, f := range files {
		if err := p.files.WriteFile(f.Name, string(f.Data)); err != nil {
			return fmt.Errorf("input export-to: %s: %w", f.Name, err)
		}
		p.report.Export.Written = append(p.report.Export.Written, f.Name)
	}
	p.runner.PrintGroup("Secrets to set", p.report.VariablesText())
	p.runner.PrintGroup("Not exported", p.report.SkippedText())
	return nil
}

// checkOverwrite returns an error if the file exists and no export wrote it.
func (p *pipeline) checkOverwrite(name string) error {
	existing, err := p.files.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case !isExportedFile(existing):
		return fmt.Errorf("%s already exists and was not written by an export; remove it, or choose another file", name)
	case p.report.Simulated && !strings.Contains(string(existing), simulatedFileNote):
		return fmt.Errorf("%s is an export from Astro, which a simulation doesn't overwrite; choose another file", name)
	}
	return nil
}

func isExportedFile(text []byte) bool {
	return strings.HasPrefix(string(text), "# "+exportedFilePrefix)
}

// warnStaleExports warns about files of earlier exports in the folder that this export
// has not written. Their resources were deleted or renamed, and an apply of such a file
// would create them again.
func (p *pipeline) warnStaleExports(files []export.File) {
	folder := path.Clean(string(p.config.ExportTo))
	if len(files) == 0 || path.Dir(files[0].Name) != folder {
		return // the export is one file
	}
	for _, name := range p.files.ListNames(folder) {
		file := path.Join(folder, name)
		isFile := func(f export.File) bool { return f.Name == file }
		if ext := path.Ext(name); ext != ".yaml" && ext != ".yml" || slices.ContainsFunc(files, isFile) {
			continue
		}
		if text, err := p.files.ReadFile(file); err != nil || !isExportedFile(text) {
			continue
		}
		p.report.Problems = append(p.report.Problems, schema.Problem{
			Pos: schema.Pos{File: file, Line: 1, Col: 1}, Warning: true,
			Message: "an earlier export wrote this file, but this export found no resources for it: they were deleted, renamed, or are not visible to this token; " +
				"remove the file, or the next apply creates them again",
		})
	}
}
