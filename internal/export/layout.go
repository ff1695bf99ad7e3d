package export

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
)

// isFolderExport reports whether the export writes a folder with one file per Workspace.
func (x *exporter) isFolderExport() bool {
	return !slices.Contains([]string{".yaml", ".yml"}, path.Ext(x.options.OutputPath))
}

// fileKey identifies the file of an entry in a folder export: the id of the entry's
// Workspace, or "" for resources outside of Workspaces. All entries have the key "" if
// the export writes one file.
func (x *exporter) fileKey(e *exportedResource) string {
	if x.isFolderExport() {
		return e.containerID
	}
	return ""
}

// organizationFile is the name of the file for resources outside of Workspaces.
const organizationFile = "organization"

var nonFileNameChars = regexp.MustCompile(`[^a-z0-9._-]+`)

// layOutFiles distributes the entries over files. written has the entries in the order
// of the files, which may differ from that of entries.
func (x *exporter) layOutFiles(entries []*exportedResource) (files []manifest.Source, written []*exportedResource) {
	if !x.isFolderExport() {
		return []manifest.Source{{Name: x.options.OutputPath, Data: x.writeDocument(entries, "")}}, entries
	}
	byContainer, taken := map[string][]*exportedResource{}, map[string]bool{organizationFile: true}
	for _, e := range entries {
		byContainer[e.containerID] = append(byContainer[e.containerID], e)
	}
	var containerIDs []string
	for id := range byContainer {
		containerIDs = append(containerIDs, id)
	}
	name := func(id string) string { return x.nameIndex.displayName(x.inventory.RootKind.Name, id) }
	slices.SortFunc(containerIDs, func(a, b string) int { return cmp.Or(cmp.Compare(name(a), name(b)), cmp.Compare(a, b)) })
	for _, id := range containerIDs {
		file := organizationFile
		if id != "" {
			file = strings.Trim(nonFileNameChars.ReplaceAllString(strings.ToLower(name(id)), "-"), "-.")
			for file == "" || taken[file] {
				file = strings.TrimPrefix(file+"-"+id, "-")
			}
		}
		taken[file] = true
		files = append(files, manifest.Source{
			Name: path.Join(x.options.OutputPath, file+".yaml"), Data: x.writeDocument(byContainer[id], id),
		})
		written = append(written, byContainer[id]...)
	}
	return files, written
}

// writeDocument returns the content of a file with entries. containerID is the id of
// the Workspace that the file is for, or "" if the file is not for a single Workspace.
func (x *exporter) writeDocument(entries []*exportedResource, containerID string) []byte {
	d := &document{header: x.options.Header}
	for _, skipped := range x.skippedByFile[containerID] {
		d.footer = append(d.footer, "Not exported: "+skipped.String())
	}
	if containerID != "" {
		if n := x.nameIndex.referenceTo(x.inventory.RootKind.Name, containerID, ""); n != nil {
			d.addValue(x.inventory.RootKind.Name, n)
		} else {
			d.addValue(x.inventory.RootKind.Name+"Id", schema.String(containerID))
		}
	}
	for _, e := range entries {
		body := e.body
		if containerID != "" {
			body = x.bodyWithoutContainer(e)
		}
		var comments []string
		for _, skipped := range e.skippedFields {
			comments = append(comments, fmt.Sprintf("%s: %s", skipped.FieldPath, skipped.Reason))
		}
		switch {
		case e.kind.ListField() != nil:
			d.addSingleton(e.kind.Section, body.Get(e.kind.Section), comments)
		case e.kind.Singleton:
			d.addSingleton(e.kind.Section, body, comments)
		default:
			d.addItem(e.kind.Section, body, comments)
		}
	}
	return d.encodeYAML()
}

// bodyWithoutContainer returns an entry's body for a file that has the entry's
// Workspace at the top. A resource directly in that Workspace doesn't repeat it.
func (x *exporter) bodyWithoutContainer(e *exportedResource) *schema.Node {
	if e.live.ParentID() != e.containerID {
		return e.body
	}
	out := &schema.Node{Form: schema.Map}
	for _, m := range e.body.Members {
		isContainer := slices.ContainsFunc(e.kind.ParentFields, func(name string) bool {
			f := schema.FindField(e.kind.Fields, name)
			return f.Ref.Kind == x.inventory.RootKind.Name && (m.Name == name || m.Name == f.Ref.NameField)
		})
		if !isContainer {
			out.Members = append(out.Members, m)
		}
	}
	return out
}
