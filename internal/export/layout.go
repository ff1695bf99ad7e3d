package export

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// isFolderExport reports whether each Workspace gets a file of its own.
func (x *exporter) isFolderExport() bool {
	return !slices.Contains([]string{".yaml", ".yml"}, path.Ext(x.options.OutputPath))
}

// fileKey tells the file that an entry goes to: the id of its Workspace, or "" for
// that of the rest, and for the only one.
func (x *exporter) fileKey(e *exportedResource) string {
	if x.isFolderExport() {
		return e.containerID
	}
	return ""
}

// organizationFile has what is in no Workspace.
const organizationFile = "organization"

var nonFileNameChars = regexp.MustCompile(`[^a-z0-9._-]+`)

// layOutFiles puts the entries into files, and returns them in the order there.
func (x *exporter) layOutFiles(entries []*exportedResource) (files []File, written []*exportedResource) {
	if !x.isFolderExport() {
		return []File{{x.options.OutputPath, x.writeDocument(entries, "")}}, entries
	}
	of, taken := map[string][]*exportedResource{}, map[string]bool{organizationFile: true}
	for _, e := range entries {
		of[e.containerID] = append(of[e.containerID], e)
	}
	var order []string
	for id := range of {
		order = append(order, id)
	}
	name := func(id string) string { return x.nameIndex.displayName(x.inventory.RootKind.Name, id) }
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(name(a), name(b)), cmp.Compare(a, b)) })
	for _, id := range order {
		file := organizationFile
		if id != "" {
			file = strings.Trim(nonFileNameChars.ReplaceAllString(strings.ToLower(name(id)), "-"), "-.")
			for file == "" || taken[file] {
				file = strings.TrimPrefix(file+"-"+id, "-")
			}
		}
		taken[file] = true
		files = append(files, File{path.Join(x.options.OutputPath, file+".yaml"), x.writeDocument(of[id], id)})
		written = append(written, of[id]...)
	}
	return files, written
}

// writeDocument makes a document of entries that belong into one file, which is for one
// Workspace or, with "", for any.
func (x *exporter) writeDocument(entries []*exportedResource, home string) []byte {
	d := &document{header: x.options.Header}
	for _, l := range x.skippedByFile[home] {
		d.footer = append(d.footer, "Left out: "+l.String())
	}
	if home != "" {
		if n := x.nameIndex.referenceTo(x.inventory.RootKind.Name, home, ""); n != nil {
			d.addValue(x.inventory.RootKind.Name, n)
		} else {
			d.addValue(x.inventory.RootKind.Name+"Id", schema.String(home))
		}
	}
	var last *resource.Kind
	for _, e := range entries {
		body := e.body
		if home != "" {
			body = x.bodyWithoutContainer(e)
		}
		var comments []string
		for _, l := range e.skippedFields {
			comments = append(comments, fmt.Sprintf("%s: %s", l.FieldPath, l.Reason))
		}
		switch {
		case e.kind.ListField != "":
			d.addSingleton(e.kind.Section, body.Get(e.kind.ListField), comments)
		case e.kind.Singleton:
			d.addSingleton(e.kind.Section, body, comments)
		default:
			d.addItem(e.kind.Section, body, comments, e.kind != last)
		}
		last = e.kind
	}
	return d.encodeYAML()
}

// bodyWithoutContainer is an entry's body where the Workspace at the top of the file is its
// own, so that one that lives right in it need not say so again.
func (x *exporter) bodyWithoutContainer(e *exportedResource) *schema.Node {
	if e.live.ParentID() != e.containerID {
		return e.body
	}
	out := &schema.Node{Form: schema.Map}
	for _, m := range e.body.Members {
		own := slices.ContainsFunc(e.kind.ParentFields, func(name string) bool {
			f := schema.FindField(e.kind.Fields, name)
			return f.Ref.Kind == x.inventory.RootKind.Name && (m.Name == name || m.Name == f.Ref.NameField)
		})
		if !own {
			out.Members = append(out.Members, m)
		}
	}
	return out
}
