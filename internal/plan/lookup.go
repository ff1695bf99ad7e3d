package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// lookUpValue looks up a field that a condition names: as declared, else as live.
func (o *merger) lookUpValue(path string) (string, bool) {
	n := o.lookUpNode(path)
	return n.ScalarText(), n != nil && n.Form <= schema.Text
}

// isConditionUnknown reports whether it can't be said that the object has a field.
func (o *merger) isConditionUnknown(f *schema.Field) bool {
	return slices.ContainsFunc(f.When, func(w schema.Condition) bool { _, known := o.lookUpValue(w.Field); return !known })
}

// lookUpCurrent looks up the same as live alone, before this change.
func (o *merger) lookUpCurrent(path string) (string, bool) {
	name, rest, nested := strings.Cut(path, ".")
	f := schema.FindField(o.fields, name)
	if f == nil || o.live == nil {
		return "", false
	}
	n := f.CurrentValue(o.live, o.live)
	if nested {
		n = n.GetPath(rest)
	}
	return n.ScalarText(), n != nil && n.Form <= schema.Text
}

func (o *merger) lookUpText(path string) string { return o.lookUpNode(path).ScalarText() }

func (o *merger) lookUpNode(path string) *schema.Node {
	if n := o.declared.GetPath(path); n != nil {
		return n
	}
	name, rest, nested := strings.Cut(path, ".")
	f := schema.FindField(o.fields, name)
	if f == nil || f.FailedCondition(o.lookUpValue) != nil { // what is live of it goes with this change
		return nil
	}
	n := f.CurrentValue(o.live, o.live)
	if nested {
		return n.GetPath(rest)
	}
	return n
}

// checkItemRefs reports mentions of elements in a list of nothing: neither the
// manifest nor what is live says what has it. Where the field has no place at
// all, that was said.
func (o *merger) checkItemRefs(object *resource.Resource) {
	for _, p := range object.ItemRefs {
		of := schema.FindField(o.fields, p.Field.ItemRef.RefField)
		said := slices.ContainsFunc(o.diff.Problems, func(other schema.Problem) bool { return other.Pos == p.Node.Pos })
		if p.Node.Form == schema.Unknown && o.declared.Get(of.Name) == nil && !said {
			o.addProblem(p.Node.Pos, "a %s is one of a %s; name the %s, too", p.Field.ItemRef.Title, of.Ref.Kind, of.Ref.Kind)
		}
	}
}
