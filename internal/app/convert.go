package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/export"
	"astro-apply/internal/manifest"
	"astro-apply/internal/report"
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

const convertHead = exported + `, from Astro CLI deployment files.`

// convert writes Astro CLI deployment files as one manifest. Nothing is asked of
// Astro.
func (p *process) convert() error {
	sources, err := manifest.Find(p.config.ExportFrom)
	if err != nil {
		return fmt.Errorf("input export-from: %w", err)
	}
	const read = "${secret:"
	parsed := manifest.Parse(sources, manifest.Environment{Lookup: func(name string) string { return read + name + "}" }})
	declared := resource.Declare(p.catalog, parsed.Documents, "")
	for _, secret := range declared.Secrets {
		if !strings.HasPrefix(secret, read) {
			p.runner.Mask(secret)
		}
	}
	p.report.Problems = sorted(parsed.Problems, declared.Problems)
	var documents []*schema.Node
	for _, d := range parsed.Documents {
		translated, _ := resource.Translated(d)
		if translated == d {
			return fmt.Errorf("input export-from: %s is no Astro CLI deployment file: it has no mapping deployment at the top", d.Pos.File)
		}
		translated.Walk(func(n *schema.Node) {
			if n.Read != nil && !n.Secret {
				n.Text = strings.ReplaceAll(n.Text, read, "${env:")
			}
		})
		documents = append(documents, translated)
	}
	if p.report.Broken() {
		return nil
	}
	made := export.Convert(p.catalog, documents, export.Options{To: string(p.config.ExportTo), Head: convertHead})
	again := resource.Declare(p.catalog, manifest.Parse([]manifest.Source{{Name: made.Files[0].Name, Data: made.Files[0].Data}}, manifest.Environment{Lookup: standIn}).Documents, "")
	if i := slices.IndexFunc(again.Problems, func(problem schema.Problem) bool { return !problem.Warning }); i >= 0 {
		return errors.Join(errors.New("the files can't be said in another form"), again.Problems[i])
	}
	p.report.Exported = &report.Exported{Objects: made.Objects, Converted: true}
	for _, v := range made.Variables {
		p.report.Exported.Variables = append(p.report.Exported.Variables, report.Variable{Name: v.Name, For: v.Of + ": " + v.Path})
	}
	return p.save(made.Files)
}
