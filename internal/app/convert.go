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

// runConvert converts Astro CLI deployment files to one manifest. It makes no calls
// to Astro.
func runConvert(ctx context.Context, s *setup) (*report.Run, error) {
	r := s.newReport()
	if ext := path.Ext(string(s.config.ExportTo)); ext != ".yaml" && ext != ".yml" {
		return r, fmt.Errorf("input export-to: %s must be a .yaml or .yml file, "+
			"because export-from is converted to one manifest", s.config.ExportTo)
	}
	sources, err := findManifests(ctx, s.files, s.config.ExportFrom)
	if err != nil {
		return r, fmt.Errorf("input export-from: %w", err)
	}
	allUnset := manifest.Environment{Lookup: func(string) string { return "" }, AllowUnset: true} // the manifest keeps references to variables
	parsed := manifest.Parse(sources, allUnset)
	// Warnings are about variables, which are unset on purpose.
	parsed.Problems = slices.DeleteFunc(parsed.Problems, func(problem schema.Problem) bool { return problem.Warning })
	declared := desired.Load(s.catalog, parsed.Documents, "", parsed.Problems...)
	for _, secret := range declared.Secrets {
		s.runner.Mask(secret)
	}
	r.Problems = declared.Problems
	var documents []*schema.Node
	for _, d := range parsed.Documents {
		translated, _, _ := astrocli.Translate(d)
		if translated == d {
			return r, fmt.Errorf("input export-from: %s is not an Astro CLI deployment file: "+
				"it has no field deployment at the top level; remove it from the input", d.Pos.File)
		}
		translated.Walk(func(n *schema.Node) {
			if text, ok := manifest.UnresolvedText(n); ok {
				n.Form, n.Text, n.VariableValues = schema.Text, text, []string{text}
			}
		})
		documents = append(documents, translated)
	}
	if r.HasBlockingErrors() {
		return r, nil
	}
	o := export.Options{OutputPath: string(s.config.ExportTo), Header: convertedFileHeader}
	converted := export.Convert(s.catalog, documents, o)
	reparsed := manifest.Parse(converted.Files, allUnset)
	problems := desired.Load(s.catalog, reparsed.Documents, "", reparsed.Problems...).Problems
	if i := slices.IndexFunc(problems, isError); i >= 0 {
		return r, errors.Join(
			errors.New("the files can't be converted, because the manifest would be invalid; fix this first"), problems[i])
	}
	r.Export = &report.ExportResult{Export: converted, Converted: true}
	if r.Export.Written, err = writeExport(s, converted.Files); err != nil {
		return r, err
	}
	s.publisher.printExport(r)
	return r, nil
}
