package app

import (
	"context"
	"errors"
	"fmt"
	"path"
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
