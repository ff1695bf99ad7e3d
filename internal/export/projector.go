package export

import (
	"cmp"
	"fmt"
	"slices"

	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

type exporter struct {
	inventory     *current.Inventory
	options       Options
	nameIndex     *nameIndex
	variables     []*SecretVariable
	skippedByFile map[string][]Skipped // whole resources, by fileKey
}

// projector turns the current state of one resource into its manifest entry.
type projector struct {
	*exporter
	*exportedResource
	root               *schema.Node
	defaultContainerID string // id of the Workspace in which the loader looks up plain names
}

// fillBody fills in the body of an entry. It returns the reason if the resource can't
// be declared, else "".
func (x *exporter) fillBody(e *exportedResource) (why string) {
	w := &projector{exporter: x, exportedResource: e, defaultContainerID: x.defaultContainer(e)}
	w.root, _ = e.kind.WithoutEnded(e.live.Body(), x.options.Now)
	e.body = &schema.Node{Form: schema.Map}
	if !e.kind.Singleton && (!x.nameIndex.isUniqueName(e.kind, e.live) || x.nameIndex.isContainerHidden(e) && e.kind.Get.Path != "") {
		if e.kind.Get.Path == "" {
			return "several resources have this name, and Astro returns no id to distinguish them"
		}
		e.body.Set("id", schema.String(e.live.ID))
	}
	members := w.projectMembers(e.kind.Fields, w.root, location{nameParts: e.variableWords()})
	e.body.Members = append(e.body.Members, members...)
	slices.SortStableFunc(e.body.Members, func(a, b schema.Member) int { return cmp.Compare(w.memberRank(a.Name), w.memberRank(b.Name)) })
	if declaredFields := len(e.body.Members) - len(e.kind.Identity); (e.kind.Manual["create"] != "" || e.kind.Singleton) && declaredFields <= 0 {
		if len(e.skippedFields) > 0 {
			return e.skippedFields[0].Reason
		}
		return nothingToDeclare
	}
	return ""
}

// nothingToDeclare is the reason for a resource that exists anyway, such as a user, and
// that has nothing but its name. Make doesn't report it as skipped.
const nothingToDeclare = "it has nothing to declare"

// defaultContainer returns the id of the Workspace in which the loader looks up the names
// in an entry: the Workspace of the entry, or the one at the top of its file.
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

// memberRank sorts the members that identify a resource before the others.
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

// projectMembers returns the members of level, which is at the location, that a manifest
// can declare.
func (w *projector) projectMembers(fields []schema.Field, level *schema.Node, at location) (out []schema.Member) {
	for i := range fields {
		f := &fields[i]
		at := at.field(f)
		if f.Has(schema.MetaArgument) || f.FailedCondition(w.currentValue) != nil {
			continue
		}
		if why := unclearOrigin(f.CurrentValue(level, w.root)); why != "" { // an apply would turn an inherited value into the resource's own
			w.skippedFields = append(w.skippedFields, Skipped{FieldPath: at.path, Reason: why})
			continue
		}
		name, n := w.projectField(f, level, at)
		if n == nil || n.Is("false") && marksSiblingSecret(fields, f) {
			continue
		}
		if why, commentOnly := w.skipReason(f, at.path, n); why != "" {
			w.skippedFields = append(w.skippedFields, Skipped{FieldPath: at.path, Reason: why, commentOnly: commentOnly})
			continue
		}
		out = append(out, schema.Member{Name: name, Value: n})
	}
	return out
}

// unclearOrigin returns why a part of a current value may be inherited instead of the
// resource's own, or "" if all of the value is its own.
func unclearOrigin(live *schema.Node) (why string) {
	live.Walk(func(n *schema.Node) { why = cmp.Or(why, n.UnclearOrigin) })
	return why
}

// marksSiblingSecret reports whether f is the flag that makes a sibling secret. If the
// flag is false, a manifest doesn't need it.
func marksSiblingSecret(fields []schema.Field, f *schema.Field) bool {
	return slices.ContainsFunc(fields, func(other schema.Field) bool { return other.Secret != nil && other.Secret.If == f.Name })
}

func (w *projector) currentValue(path string) (text string, known bool) {
	return schema.CurrentValueAt(w.kind.Fields, w.root, path).KnownText()
}

// skipReason returns why a value isn't declared: Astro chose it, or a manifest can't
// change it. It returns "" for a value to declare. commentOnly reports that the reason
// is true of every resource of the kind.
func (w *projector) skipReason(f *schema.Field, path string, n *schema.Node) (why string, commentOnly bool) {
	if slices.Contains(w.kind.Identity, path) {
		return "", false
	}
	if why := w.options.SkipReasons.reasonFor(w.exportedResource, path); why != "" {
		return why, false
	}
	switch {
	case f.Has(schema.IgnoreChanges):
		return fmt.Sprintf("currently %s; %s", n.Show(), f.Remedy), true
	case f.Undeclared == schema.OmitAlways && f.ResponsePath != "":
		return fmt.Sprintf("currently %s; declare it only if you set this value yourself", n.Show()), true
	case n.Redacted:
		return "it is set, but Astro doesn't return it", false
	case path == f.Name && w.kind.Precondition != nil:
		changesField := func(field string) bool { return field == f.Name }
		return w.kind.Precondition(kind.ProposedChange{Live: w.root, After: w.root, ChangesField: changesField}).Reason, false
	}
	return "", false
}

// projectField returns the value of a field and the name of its member, which differs
// from that of the field in a reference by name. It returns nil if there is nothing to
// declare.
func (w *projector) projectField(f *schema.Field, level *schema.Node, at location) (name string, n *schema.Node) {
	live := f.CurrentValue(level, w.root)
	secret := f.HoldsSecret(level, func(path string) string { v, _ := w.currentValue(path); return v })
	required := f.Has(schema.Required | schema.RequiredCreate)
	switch {
	case secret && f.Type.Base != schema.BaseMap && (!f.Secret.PresenceReported || live.ScalarText() != "" || live.IsRedacted()):
		return f.Name, w.addSecretVariable(at)
	case live == nil:
		return "", nil
	case live.Redacted && f.Secret == nil:
		return f.Name, live
	case f.Type.Base == schema.BaseInt && f.Type.Range.Min > 0 && live.Is("0"): // 0 below the minimum means "not set"
		return "", nil
	case f.Type.Base != schema.BaseBool && f.Type.Base != schema.BaseInt && !required && f.Type.IsZero(live):
		return "", nil
	case f.Ref != nil && !f.Ref.ByName:
		return w.projectReference(f, live)
	case f.ItemRef != nil:
		return w.projectItemReference(f, live)
	}
	n = w.projectValue(&f.Type, live, at, secret)
	if n != nil && n.Form == schema.Map && len(n.Members) == 0 && !required {
		n = nil
	}
	return f.Name, n
}
