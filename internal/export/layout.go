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

// folder reports whether each Workspace gets a file of its own.
func (x *exporter) folder() bool {
	return !slices.Contains([]string{".yaml", ".yml"}, path.Ext(x.options.To))
}

// file tells the file that an entry goes to: the id of its Workspace, or "" for
// that of the rest, and for the only one.
func (x *exporter) file(e *entry) string {
	if x.folder() {
		return e.home
	}
	return ""
}

// organizationFile has what is in no Workspace.
const organizationFile = "organization"

var notInAFileName = regexp.MustCompile(`[^a-z0-9._-]+`)

// layout puts the entries into files, and returns them in the order there.
func (x *exporter) layout(entries []*entry) (files []File, written []*entry) {
	if !x.folder() {
		return []File{{x.options.To, x.write(entries, "")}}, entries
	}
	of, taken := map[string][]*entry{}, map[string]bool{organizationFile: true}
	for _, e := range entries {
		of[e.home] = append(of[e.home], e)
	}
	var order []string
	for id := range of {
		order = append(order, id)
	}
	name := func(id string) string { return x.names.called(x.survey.RootKind.Name, id) }
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(name(a), name(b)), cmp.Compare(a, b)) })
	for _, id := range order {
		file := organizationFile
		if id != "" {
			file = strings.Trim(notInAFileName.ReplaceAllString(strings.ToLower(name(id)), "-"), "-.")
			for file == "" || taken[file] {
				file = strings.TrimPrefix(file+"-"+id, "-")
			}
		}
		taken[file] = true
		files = append(files, File{path.Join(x.options.To, file+".yaml"), x.write(of[id], id)})
		written = append(written, of[id]...)
	}
	return files, written
}

// write makes a document of entries that belong into one file, which is for one
// Workspace or, with "", for any.
func (x *exporter) write(entries []*entry, home string) []byte {
	d := &document{head: x.options.Head}
	for _, l := range x.gone[home] {
		d.tail = append(d.tail, "Left out: "+l.String())
	}
	if home != "" {
		if n := x.names.reference(x.survey.RootKind.Name, home, ""); n != nil {
			d.add(x.survey.RootKind.Name, n)
		} else {
			d.add(x.survey.RootKind.Name+"Id", schema.String(home))
		}
	}
	var last *resource.Kind
	for _, e := range entries {
		body := e.body
		if home != "" {
			body = x.homeless(e)
		}
		var comments []string
		for _, l := range e.left {
			comments = append(comments, fmt.Sprintf("%s: %s", l.Path, l.Why))
		}
		switch {
		case e.kind.ListField != "":
			d.single(e.kind.Section, body.Get(e.kind.ListField), comments)
		case e.kind.Singleton:
			d.single(e.kind.Section, body, comments)
		default:
			d.item(e.kind.Section, body, comments, e.kind != last)
		}
		last = e.kind
	}
	return d.bytes()
}

// homeless is an entry's body where the Workspace at the top of the file is its
// own, so that one that lives right in it need not say so again.
func (x *exporter) homeless(e *entry) *schema.Node {
	if e.live.ParentID() != e.home {
		return e.body
	}
	out := &schema.Node{Form: schema.Map}
	for _, m := range e.body.Members {
		own := slices.ContainsFunc(e.kind.ParentFields, func(name string) bool {
			f := schema.FindField(e.kind.Fields, name)
			return f.Ref.Kind == x.survey.RootKind.Name && (m.Name == name || m.Name == f.Ref.NameField)
		})
		if !own {
			out.Members = append(out.Members, m)
		}
	}
	return out
}
