package app

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"astro-apply/internal/astrocli"
	"astro-apply/internal/desired"
	"astro-apply/internal/export"
	"astro-apply/internal/manifest"
	"astro-apply/internal/report"
	"astro-apply/internal/schema"
)

const convertedFileHeader = exportedFilePrefix + `, from Astro CLI deployment files.`

// convertCLIFiles converts Astro CLI deployment files to one manifest. It makes no calls
// to Astro.
func (p *pipeline) convertCLIFiles(ctx context.Context) error {
	if ext := path.Ext(string(p.config.ExportTo)); ext != ".yaml" && ext != ".yml" {
		return fmt.Errorf("input export-to: %s must be a .yaml or .yml file, because export-from is converted to one manifest", p.config.ExportTo)
	}
	sources, err := p.findManifests(ctx, p.config.ExportFrom)
	if err != nil {
		return fmt.Errorf("input export-from: %w", err)
	}
	allUnset := manifest.Environment{Lookup: func(string) string { return "" }, AllowUnset: true} // the manifest keeps references to variables
	parsed := manifest.Parse(sources, allUnset)
	isWarning := func(problem schema.Problem) bool { return problem.Warning }
	parsed.Problems = slices.DeleteFunc(parsed.Problems, isWarning) // they are about variables, which are unset on purpose
	declared := desired.Load(p.catalog, parsed.Documents, "", parsed.Problems...)
	for _, secret := range declared.Secrets {
		p.runner.Mask(secret)
	}
	p.report.Problems = declared.Problems
	var documents []*schema.Node
	for _, d := range parsed.Documents {
		translated, _ := astrocli.Translate(d)
		if translated == d {
			return fmt.Errorf("input export-from: %s is not an Astro CLI deployment file: it has no field deployment at the top level; remove it from the input", d.Pos.File)
		}
		translated.Walk(func(n *schema.Node) {
			if text, ok := manifest.UnresolvedText(n); ok {
				n.Form, n.Text, n.VariableValues = schema.Text, text, []string{text}
			}
		})
		documents = append(documents, translated)
	}
	if p.report.HasBlockingErrors() {
		return nil
	}
	converted := export.Convert(p.catalog, documents, export.Options{OutputPath: string(p.config.ExportTo), Header: convertedFileHeader})
	reparsed := manifest.Parse([]manifest.Source{{Name: converted.Files[0].Name, Data: converted.Files[0].Data}}, allUnset)
	problems := desired.Load(p.catalog, reparsed.Documents, "", reparsed.Problems...).Problems
	if i := slices.IndexFunc(problems, func(problem schema.Problem) bool { return !problem.Warning }); i >= 0 {
		return errors.Join(errors.New("the files can't be converted, because the manifest would be invalid; fix this first"), problems[i])
	}
	p.report.Export = &report.ExportResult{Export: converted, Converted: true}
	return p.writeExport(converted.Files)
}
