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
	inventory     *resource.Inventory
	options       Options
	nameIndex     *nameIndex
	variables     []*SecretVariable
	skippedByFile map[string][]Skipped // whole objects, by the file they would be in
}

// projector is the way through one live object.
type projector struct {
	*exporter
	*exportedResource
	root               *schema.Node
	defaultContainerID string // id of the Workspace in which a plain name is looked up
}

// fillBody fills in what an entry declares. What it returns is why it can't be
// declared at all.
func (x *exporter) fillBody(e *exportedResource) (why string) {
	w := &projector{exporter: x, exportedResource: e, root: e.live.Body(), defaultContainerID: x.defaultContainer(e)}
	e.body = &schema.Node{Form: schema.Map}
	if !e.kind.Singleton && (!x.nameIndex.isUniqueName(e.kind, e.live) || x.nameIndex.isContainerHidden(e) && e.kind.Get.Path != "") {
		if e.kind.Get.Path == "" {
			return "there are several of this name, and no id tells them apart"
		}
		e.body.Set("id", schema.String(e.live.ID))
	}
	e.body.Members = append(e.body.Members, w.projectMembers(e.kind.Fields, w.root, "", e.variableWords())...)
	slices.SortStableFunc(e.body.Members, func(a, b schema.Member) int { return cmp.Compare(w.memberRank(a.Name), w.memberRank(b.Name)) })
	if said := len(e.body.Members) - len(e.kind.Identity); (e.kind.NotCreatable != "" || e.kind.Singleton) && said <= 0 {
		if len(e.skippedFields) > 0 {
			return e.skippedFields[0].Reason
		}
		return nothingToDeclare
	}
	return ""
}

// nothingToDeclare is why an object isn't declared that goes without saying.
const nothingToDeclare = "there is nothing to declare of it"

// defaultContainer is the Workspace in which the names of an entry are looked up: its own,
// or the one at the top of its file.
func (x *exporter) defaultContainer(e *exportedResource) string {
	for _, name := range e.kind.ParentFields {
		if schema.FindField(e.kind.Fields, name).Ref.Kind == x.inventory.RootKind.Name && e.live.ParentID() == e.containerID {
			return e.containerID
		}
	}
	if x.isFolderExport() {
		return e.containerID
	}
	return ""
}

// memberRank puts first what an object is told by.
func (w *projector) memberRank(name string) int {
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

// projectMembers are the fields of one level, in the manifest's words. parts are the
// words for a secret in it.
func (w *projector) projectMembers(fields []schema.Field, level *schema.Node, path string, parts []string) (out []schema.Member) {
	for i := range fields {
		f := &fields[i]
		at := strings.TrimPrefix(path+"."+f.Name, ".")
		if f.Has(schema.MetaArgument) || f.FailedCondition(w.currentValue) != nil {
			continue
		}
		if why := unclearOrigin(f.CurrentValue(level, w.root)); why != "" { // declared, it would become the object's own
			w.skippedFields = append(w.skippedFields, Skipped{FieldPath: at, Reason: why})
			continue
		}
		name, n := w.projectField(f, level, at, parts)
		if n == nil || n.Is("false") && marksSiblingSecret(fields, f) {
			continue
		}
		if why, known := w.skipReason(f, at, n); why != "" {
			w.skippedFields = append(w.skippedFields, Skipped{FieldPath: at, Reason: why, commentOnly: known})
			continue
		}
		out = append(out, schema.Member{Name: name, Value: n})
	}
	return out
}

// unclearOrigin is why something in a live value may not be the object's own, "" if all is.
func unclearOrigin(live *schema.Node) (why string) {
	live.Walk(func(n *schema.Node) { why = cmp.Or(why, n.UnclearOrigin) })
	return why
}

// marksSiblingSecret reports whether f says of a sibling that it is secret, which without
// it isn't.
func marksSiblingSecret(fields []schema.Field, f *schema.Field) bool {
	return slices.ContainsFunc(fields, func(other schema.Field) bool { return other.Secret != nil && other.Secret.IfSibling == f.Name })
}

func (w *projector) currentValue(path string) (text string, known bool) {
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

// skipReason is why a value isn't declared: it would say what it doesn't mean, or is
// not for a manifest to change. known says that this is so of every object.
func (w *projector) skipReason(f *schema.Field, path string, n *schema.Node) (why string, known bool) {
	if slices.Contains(w.kind.Identity, path) {
		return "", false
	}
	if why := w.options.SkipReasons.reasonFor(w.exportedResource, path); why != "" {
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

// projectField is one value, and the name it goes by; nil where there is nothing to
// say.
func (w *projector) projectField(f *schema.Field, level *schema.Node, path string, parts []string) (name string, n *schema.Node) {
	live := f.CurrentValue(level, w.root)
	secret := f.HoldsSecret(level) || f.HoldsSecretByPath(func(path string) string { v, _ := w.currentValue(path); return v })
	must := f.Has(schema.Required | schema.RequiredCreate)
	switch {
	case secret && f.Type.Base != schema.BaseMap && (!f.Secret.PresenceReported || live.ScalarText() != "" || live.IsRedacted()):
		return f.Name, w.addSecretVariable(path, append(slices.Clone(parts), variableWord(f)))
	case live == nil, f.IsExpired != nil && f.IsExpired(live, w.options.Now):
		return "", nil
	case live.Redacted && f.Secret == nil:
		return f.Name, live
	case f.Type.Base == schema.BaseInt && f.Type.Range.Min > 0 && live.Is("0"): // there is none
		return "", nil
	case f.Type.Base != schema.BaseBool && f.Type.Base != schema.BaseInt && !must && f.Type.IsZero(live):
		return "", nil
	case f.Ref != nil && !f.Ref.ByName:
		return w.projectReference(f, live)
	case f.ItemRef != nil:
		return w.projectItemReference(f, live)
	}
	n = w.projectValue(&f.Type, live, path, append(slices.Clone(parts), variableWord(f)), secret)
	if n != nil && n.Form == schema.Map && len(n.Members) == 0 && !must {
		n = nil
	}
	return f.Name, n
}

// variableWord is what a field adds to the name of a variable: nothing where it only
// holds others, or is the one secret beside what says so.
func variableWord(f *schema.Field) string {
	holds := f.Type.Base == schema.BaseObject || f.Type.Base == schema.BaseList
	if holds || f.Secret != nil && f.Secret.IfSibling+f.Secret.IfPath != "" {
		return ""
	}
	return f.Name
}
