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

	"astro-apply/internal/export"
	"astro-apply/internal/manifest"
	"astro-apply/internal/plan"
	"astro-apply/internal/report"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// exportedFilePrefix is how each exported file starts, which tells it from what people
// wrote.
const exportedFilePrefix = "Exported by astro-apply"

const exportedFileHeader = exportedFilePrefix + `.
Astro tells no secrets: each is read from the variable that ${secret:…} names,
and stays as it is stored until its object is written.`

// simulatedFileNote is for what no Organization has.
const simulatedFileNote = "It is of a simulation: nothing of it is live."

// exportManifests writes what is live as manifests, and holds it against what is live:
// what it can't be held to is no success.
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
	source, err := connect(&resource.Desired{Catalog: p.catalog})
	if err != nil {
		return err
	}
	survey, err := source.ReadInventory(ctx, p.catalog, scope)
	if p.recordStop(ctx) {
		return nil
	}
	if misnamed, ok := errors.AsType[*resource.ScopeError](err); ok {
		return fmt.Errorf("input export-workspaces: %w", misnamed.Err)
	}
	if err != nil {
		return fmt.Errorf("nothing was exported, since not everything could be read: %w", err)
	}
	if found, listed := survey.ListedByKind[survey.RootKind]; listed && len(found) == 0 {
		p.report.Notices = append(p.report.Notices, fmt.Sprintf("the token sees 0 %ss; it may have no role in the existing ones", survey.RootKind.Title))
	}
	for _, gap := range survey.Gaps {
		p.report.Notices = append(p.report.Notices, unreadableText(gap))
	}
	made, declared := p.buildExport(ctx, source, survey)
	if p.report.Plan == nil { // it was stopped
		return nil
	}
	p.report.DeclaredCount = len(declared.Resources)
	if err := p.writeExport(made.Files); err != nil {
		return err
	}
	if scope.Workspaces == nil && scope.IncludesKind == nil {
		p.warnStaleExports(made.Files)
	}
	p.printPlan()
	return nil
}

// unreadableText is what the token may not look at, in words.
func unreadableText(g resource.Gap) string {
	if g.Names == nil {
		return fmt.Sprintf("%s: not exported, and referred to by id: %v", g.Kind.Section, g.Err)
	}
	more := ""
	if n := len(g.Names) - 1; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("%s: %q%s not exported: %v", g.Kind.Section, g.Names[0], more, g.Err)
}

// buildExport is the export, without what turns out to be something that a manifest
// may not say, and what it declares, planned.
func (p *pipeline) buildExport(ctx context.Context, source resource.Source, survey *resource.Inventory) (*export.Export, *resource.Desired) {
	o := export.Options{OutputPath: path.Clean(string(p.config.ExportTo)), Header: exportedFileHeader, Now: time.Now(), SkipReasons: export.SkipReasons{}}
	if p.report.Simulated {
		o.Header += "\n" + simulatedFileNote
	}
	for {
		made := export.Make(survey, o)
		var sources []manifest.Source
		for _, f := range made.Files {
			sources = append(sources, manifest.Source{Name: f.Name, Data: f.Data})
		}
		parsed := manifest.Parse(sources, manifest.Environment{Lookup: placeholderValue}) // whatever it is, it isn't compared
		declared := resource.LoadDesired(p.catalog, parsed.Documents, "")
		problems := schema.MergeProblems(parsed.Problems, declared.Problems)
		if o.SkipReasons.AddProblems(made, declared, problems) {
			continue
		}
		p.report.Problems = problems
		p.planChanges(ctx, source, declared, plan.Policy{Now: o.Now})
		if p.report.Plan != nil && o.SkipReasons.AddProblems(made, declared, p.report.Plan.Problems) {
			continue
		}
		p.report.Export = exportSummary(made)
		return made, declared
	}
}

// exportSummary is what there is to tell of an export.
func exportSummary(made *export.Export) *report.ExportResult {
	out := &report.ExportResult{ResourceCount: made.ResourceCount}
	for _, v := range made.Variables {
		out.Variables = append(out.Variables, report.SecretVariable{Name: v.Name, UsedFor: v.Resource + ": " + v.FieldPath})
	}
	for _, l := range made.Skipped {
		out.Skipped = append(out.Skipped, l.String())
	}
	return out
}

// exportScope is what to export, by the inputs. Names of objects mean nothing yet, so
// only takes sections.
func (p *pipeline) exportScope() (resource.InventoryScope, error) {
	scope := resource.InventoryScope{Workspaces: p.config.ExportWorkspaces}
	if len(p.config.Only) == 0 {
		return scope, nil
	}
	wanted := map[*resource.Kind]bool{}
	for _, section := range p.config.Only {
		k := p.catalog.KindOfSection(section)
		if k == nil || k.CreatesKind != "" {
			return scope, fmt.Errorf("input only: %q is no section that can be exported%s", section, schema.Suggest(section, p.catalog.Sections()))
		}
		wanted[k] = true
	}
	scope.IncludesKind = func(k *resource.Kind) bool { return wanted[k] }
	return scope, nil
}

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
