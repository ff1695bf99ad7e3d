package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

type exporter struct {
	survey    *resource.Inventory
	options   Options
	names     *names
	variables []*Variable
	gone      map[string][]Left // whole objects, by the file they would be in
}

// walk is the way through one live object.
type walk struct {
	*exporter
	*entry
	root *schema.Node
	near string // id of the Workspace in which a plain name is looked up
}

// object fills in what an entry declares. What it returns is why it can't be
// declared at all.
func (x *exporter) object(e *entry) (why string) {
	w := &walk{exporter: x, entry: e, root: e.live.Body(), near: x.plain(e)}
	e.body = &schema.Node{Form: schema.Map}
	if !e.kind.Singleton && (!x.names.unique(e.kind, e.live) || x.names.hidden(e) && e.kind.Get.Path != "") {
		if e.kind.Get.Path == "" {
			return "there are several of this name, and no id tells them apart"
		}
		e.body.Set("id", schema.String(e.live.ID))
	}
	e.body.Members = append(e.body.Members, w.members(e.kind.Fields, w.root, "", e.parts())...)
	slices.SortStableFunc(e.body.Members, func(a, b schema.Member) int { return cmp.Compare(w.rank(a.Name), w.rank(b.Name)) })
	if said := len(e.body.Members) - len(e.kind.Identity); (e.kind.NotCreatable != "" || e.kind.Singleton) && said <= 0 {
		if len(e.left) > 0 {
			return e.left[0].Why
		}
		return nothing
	}
	return ""
}

// nothing is why an object isn't declared that goes without saying.
const nothing = "there is nothing to declare of it"

// plain is the Workspace in which the names of an entry are looked up: its own,
// or the one at the top of its file.
func (x *exporter) plain(e *entry) string {
	for _, name := range e.kind.ParentFields {
		if schema.FindField(e.kind.Fields, name).Ref.Kind == x.survey.RootKind.Name && e.live.ParentID() == e.home {
			return e.home
		}
	}
	if x.folder() {
		return e.home
	}
	return ""
}

// rank puts first what an object is told by.
func (w *walk) rank(name string) int {
	parent := func(field string) bool {
		return field == name || schema.FindField(w.kind.Fields, field).Ref.NameField == name
	}
	switch {
	case name == "id":
		return 0
	case slices.Contains(w.kind.Identity, name):
		return 1
	case slices.ContainsFunc(w.kind.ParentFields, parent):
		return 2
	}
	return 3
}

// members are the fields of one level, in the manifest's words. parts are the
// words for a secret in it.
func (w *walk) members(fields []schema.Field, level *schema.Node, path string, parts []string) (out []schema.Member) {
	for i := range fields {
		f := &fields[i]
		at := strings.TrimPrefix(path+"."+f.Name, ".")
		if f.Has(schema.MetaArgument) || f.FailedCondition(w.value) != nil {
			continue
		}
		if why := doubt(f.CurrentValue(level, w.root)); why != "" { // declared, it would become the object's own
			w.left = append(w.left, Left{Path: at, Why: why})
			continue
		}
		name, n := w.field(f, level, at, parts)
		if n == nil || n.Is("false") && decides(fields, f) {
			continue
		}
		if why, known := w.kept(f, at, n); why != "" {
			w.left = append(w.left, Left{Path: at, Why: why, known: known})
			continue
		}
		out = append(out, schema.Member{Name: name, Value: n})
	}
	return out
}

// doubt is why something in a live value may not be the object's own, "" if all is.
func doubt(live *schema.Node) (why string) {
	live.Walk(func(n *schema.Node) { why = cmp.Or(why, n.UnclearOrigin) })
	return why
}

// decides reports whether f says of a sibling that it is secret, which without
// it isn't.
func decides(fields []schema.Field, f *schema.Field) bool {
	return slices.ContainsFunc(fields, func(other schema.Field) bool { return other.Secret != nil && other.Secret.IfSibling == f.Name })
}

func (w *walk) value(path string) (text string, known bool) {
	name, rest, nested := strings.Cut(path, ".")
	f := schema.FindField(w.kind.Fields, name)
	if f == nil {
		return "", false
	}
	n := f.CurrentValue(w.root, w.root)
	if nested {
		n = n.GetPath(rest)
	}
	return n.ScalarText(), n != nil && n.Form <= schema.Text
}

// kept is why a value isn't declared: it would say what it doesn't mean, or is
// not for a manifest to change. known says that this is so of every object.
func (w *walk) kept(f *schema.Field, path string, n *schema.Node) (why string, known bool) {
	if slices.Contains(w.kind.Identity, path) {
		return "", false
	}
	if why := w.options.Omit.of(w.entry, path); why != "" {
		return why, false
	}
	switch {
	case f.Has(schema.IgnoreChanges):
		return fmt.Sprintf("%s live; %s", n.Show(), f.Remedy), true
	case f.Undeclared == schema.OmitAlways && f.ResponsePath != "":
		return fmt.Sprintf("%s is in effect; declare it if it was chosen", n.Show()), true
	case n.Redacted:
		return "it is set, and Astro doesn't return it", false
	case path == f.Name && w.kind.Precondition != nil:
		touches := func(field string) bool { return field == f.Name }
		return w.kind.Precondition(resource.ProposedChange{Live: w.root, After: w.root, ChangesField: touches}).Reason, false
	}
	return "", false
}

// field is one value, and the name it goes by; nil where there is nothing to
// say.
func (w *walk) field(f *schema.Field, level *schema.Node, path string, parts []string) (name string, n *schema.Node) {
	live := f.CurrentValue(level, w.root)
	secret := f.HoldsSecret(level) || f.HoldsSecretByPath(func(path string) string { v, _ := w.value(path); return v })
	must := f.Has(schema.Required | schema.RequiredCreate)
	switch {
	case secret && f.Type.Base != schema.BaseMap && (!f.Secret.PresenceReported || live.ScalarText() != "" || live.IsRedacted()):
		return f.Name, w.secret(path, append(slices.Clone(parts), word(f)))
	case live == nil, f.IsExpired != nil && f.IsExpired(live, w.options.Now):
		return "", nil
	case live.Redacted && f.Secret == nil:
		return f.Name, live
	case f.Type.Base == schema.BaseInt && f.Type.Range.Min > 0 && live.Is("0"): // there is none
		return "", nil
	case f.Type.Base != schema.BaseBool && f.Type.Base != schema.BaseInt && !must && f.Type.IsZero(live):
		return "", nil
	case f.Ref != nil && !f.Ref.ByName:
		return w.reference(f, live)
	case f.ItemRef != nil:
		return w.pick(f, live)
	}
	n = w.node(&f.Type, live, path, append(slices.Clone(parts), word(f)), secret)
	if n != nil && n.Form == schema.Map && len(n.Members) == 0 && !must {
		n = nil
	}
	return f.Name, n
}

// word is what a field adds to the name of a variable: nothing where it only
// holds others, or is the one secret beside what says so.
func word(f *schema.Field) string {
	holds := f.Type.Base == schema.BaseObject || f.Type.Base == schema.BaseList
	if holds || f.Secret != nil && f.Secret.IfSibling+f.Secret.IfPath != "" {
		return ""
	}
	return f.Name
}
