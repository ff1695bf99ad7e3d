package resource

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// deploymentFile is an Astro CLI deployment file on its way into a manifest.
type deploymentFile struct {
	in, out  *schema.Node // deployment:, and the Deployment in our words
	table    []schema.Field
	problems []schema.Problem
}

// DeploymentFile is the member at the top that makes a document an Astro CLI
// deployment file.
const DeploymentFile = "deployment"

// Translated returns an Astro CLI deployment file, which a mapping deployment:
// at the top of a document tells, as a document in our words, and what is wrong
// with it or not honoured. Any other document is returned as it is. Places stay
// those of the file, and the document is not changed.
func Translated(document *schema.Node) (*schema.Node, []schema.Problem) {
	in := document.Get(DeploymentFile)
	if in == nil || in.Form != schema.Map {
		return document, nil
	}
	f := &deploymentFile{in: in, out: &schema.Node{Form: schema.Map, Pos: in.Pos}, table: deploymentFields()}
	list := &schema.Node{Form: schema.List, Pos: in.Pos, Items: []*schema.Node{f.out}}
	out := &schema.Node{Form: schema.Map, Pos: document.Pos}
	for _, m := range document.Members {
		if m.Value != in {
			f.report(m.Pos, false, "%q can't stand beside deployment, which makes this an Astro CLI deployment file; put it into a document of its own", m.Name)
			continue
		}
		out.Members = append(out.Members, schema.Member{Name: "deployments", Pos: m.Pos, Value: list})
	}
	f.mapping(fileFields(), in, f.out)
	if f.out.Get("name") == nil {
		pos := in.Pos
		if c := in.Get("configuration"); c != nil {
			pos = c.Pos
		}
		put(f.out, "name", pos, f.nameless(pos, "configuration.name is missing; it says which Deployment this is"))
	}
	return out, f.problems
}

func (f *deploymentFile) report(pos schema.Pos, warning bool, format string, args ...any) {
	f.problems = append(f.problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Warning: warning})
}

// mapping puts the members of one mapping of the file where they belong.
func (f *deploymentFile) mapping(fields []fileField, from, into *schema.Node) {
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].name
	}
	for _, m := range from.Members {
		if !slices.Contains(names, m.Name) {
			f.report(m.Pos, false, "unknown field %q%s", m.Name, schema.Suggest(m.Name, names))
		}
	}
	for i := range fields {
		for _, m := range from.Members {
			if m.Name == fields[i].name && m.Value.Form != schema.Null { // to the CLI null is as good as nothing
				f.field(&fields[i], m, into)
			}
		}
	}
	f.complete(fields, into)
}

// complete adds what is said by leaving it out, and notes what a new one has
// beside that.
func (f *deploymentFile) complete(fields []fileField, into *schema.Node) {
	for i := range fields {
		field := &fields[i]
		if field.means != nil && into.Get(field.to) == nil {
			put(into, field.to, into.Pos, field.means.WithPos(into.Pos))
		}
		if field.fresh == nil || into.Get(field.to) != nil {
			continue
		}
		if into.CreateDefaults == nil {
			into.CreateDefaults = &schema.Node{Form: schema.Map, Pos: into.Pos}
		}
		if n := field.fresh(f, into); n != nil {
			into.CreateDefaults.Set(field.to, n.WithPos(into.Pos))
		}
	}
}

func (f *deploymentFile) field(field *fileField, m schema.Member, into *schema.Node) {
	none := empty(m.Value)
	switch failed, sure := f.applies(field); {
	case field.why != "" && !none:
		f.report(m.Pos, true, "%s is not used: %s", m.Name, field.why)
		return
	case failed != nil:
		if !none && !field.quiet {
			here, _ := f.known(failed.Field)
			f.report(m.Pos, true, "%s is not used: it only applies when %s is %s, and here that is %s",
				m.Name, toldAs(fileFields(), failed.Field), strings.Join(failed.In, " or "), here)
		}
		return
	case !sure && m.Value.Form == schema.List && none: // such as the queues that the CLI prints for everybody
		return
	case field.moved:
		if beside := f.in.Get(m.Name); beside != nil && beside.Form != schema.Null {
			f.report(m.Pos, true, "%s is not used: the one beside configuration is", m.Name)
			return
		}
		f.report(m.Pos, true, "%s is used here, and the Astro CLI only looks for it beside configuration; move it there", m.Name)
	}
	value := m.Value
	switch {
	case field.value != nil:
		value = field.value(f, into, m)
	case field.fields != nil && field.to == "":
		f.inside(field, m, into)
		return
	case field.fields != nil && value.Form == schema.List:
		value = f.list(field, value)
	case value.Is(""):
		return
	}
	if value != nil && field.to != "" {
		put(into, field.to, m.Pos, value)
	}
}

// inside puts what is in a mapping beside what the mapping is in.
func (f *deploymentFile) inside(field *fileField, m schema.Member, into *schema.Node) {
	if m.Value.Form != schema.Map {
		f.report(m.Value.Pos, false, "%s must be a mapping, not %s", m.Name, m.Value.Form)
		return
	}
	f.mapping(field.fields, m.Value, into)
}

func (f *deploymentFile) list(field *fileField, from *schema.Node) *schema.Node {
	out := &schema.Node{Form: schema.List, Pos: from.Pos, Additive: field.adds}
	for _, item := range from.Items {
		if item.Form == schema.Map { // else the check says so
			element := &schema.Node{Form: schema.Map, Pos: item.Pos}
			f.mapping(field.fields, item, element)
			item = element
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// applies returns the condition that fails; sure tells whether the last one, on
// which the others depend, is known to hold.
func (f *deploymentFile) applies(field *fileField) (failed *schema.Condition, sure bool) {
	sure = true
	for i := range field.when {
		w := &field.when[i]
		text, known := f.known(w.Field)
		if known && !slices.Contains(w.In, text) {
			return w, false
		}
		sure = known
	}
	return nil, sure
}

// known is the value of one of our fields, so far. A word that isn't one of its
// words is reported by the check, and says nothing here.
func (f *deploymentFile) known(path string) (string, bool) {
	n, field := f.out.GetPath(path), schema.FindField(f.table, path)
	if n == nil || n.Form == schema.Text && (field == nil || !slices.Contains(field.Type.Enum, n.Text)) || n.Form != schema.Text && n.Form != schema.Bool {
		return "", false
	}
	return n.Text, true
}

// toldAs is what the file calls one of our fields.
func toldAs(fields []fileField, to string) string {
	for i := range fields {
		f := &fields[i]
		if f.to == to {
			return f.name
		}
		if name := toldAs(f.fields, to); f.to == "" && name != "" {
			return f.name + "." + name
		}
	}
	return ""
}
