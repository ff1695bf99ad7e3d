package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// value looks up a field that a condition names: as declared, else as live.
func (o *overlay) value(path string) (string, bool) {
	n := o.find(path)
	return n.ScalarText(), n != nil && n.Form <= schema.Text
}

// undecided reports whether it can't be said that the object has a field.
func (o *overlay) undecided(f *schema.Field) bool {
	return slices.ContainsFunc(f.When, func(w schema.Condition) bool { _, known := o.value(w.Field); return !known })
}

// before looks up the same as live alone, before this change.
func (o *overlay) before(path string) (string, bool) {
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

func (o *overlay) text(path string) string { return o.find(path).ScalarText() }

func (o *overlay) find(path string) *schema.Node {
	if n := o.declared.GetPath(path); n != nil {
		return n
	}
	name, rest, nested := strings.Cut(path, ".")
	f := schema.FindField(o.fields, name)
	if f == nil || f.FailedCondition(o.value) != nil { // what is live of it goes with this change
		return nil
	}
	n := f.CurrentValue(o.live, o.live)
	if nested {
		return n.GetPath(rest)
	}
	return n
}

// unplaced reports mentions of elements in a list of nothing: neither the
// manifest nor what is live says what has it. Where the field has no place at
// all, that was said.
func (o *overlay) unplaced(object *resource.Resource) {
	for _, p := range object.ItemRefs {
		of := schema.FindField(o.fields, p.Field.ItemRef.RefField)
		said := slices.ContainsFunc(o.diff.Problems, func(other schema.Problem) bool { return other.Pos == p.Node.Pos })
		if p.Node.Form == schema.Unknown && o.declared.Get(of.Name) == nil && !said {
			o.problem(p.Node.Pos, "a %s is one of a %s; name the %s, too", p.Field.ItemRef.Title, of.Ref.Kind, of.Ref.Kind)
		}
	}
}
