package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// lookUpValue returns the declared value of the field at path, otherwise the current
// one. Conditions use it.
func (m *merger) lookUpValue(path string) (string, bool) {
	n := m.lookUpNode(path)
	return n.ScalarText(), n != nil && n.Form <= schema.Text
}

// isConditionUnknown reports whether a condition of f refers to a field without a
// value, so that it is unknown whether f applies.
func (m *merger) isConditionUnknown(f *schema.Field) bool {
	return slices.ContainsFunc(f.When, func(condition schema.Condition) bool { _, known := m.lookUpValue(condition.Field); return !known })
}

// lookUpCurrent returns the current value of the field at path, before this change.
func (m *merger) lookUpCurrent(path string) (string, bool) {
	name, rest, nested := strings.Cut(path, ".")
	f := m.resource.Kind.FieldByName(name)
	if f == nil || m.live == nil {
		return "", false
	}
	n := f.CurrentValue(m.live, m.live)
	if nested {
		n = n.GetPath(rest)
	}
	return n.ScalarText(), n != nil && n.Form <= schema.Text
}

func (m *merger) lookUpText(path string) string { return m.lookUpNode(path).ScalarText() }

func (m *merger) lookUpNode(path string) *schema.Node {
	if n := m.declared.GetPath(path); n != nil {
		return n
	}
	name, rest, nested := strings.Cut(path, ".")
	f := m.resource.Kind.FieldByName(name)
	if f == nil || f.FailedCondition(m.lookUpValue) != nil { // this change removes the current value
		return nil
	}
	n := f.CurrentValue(m.live, m.live)
	if nested {
		return n.GetPath(rest)
	}
	return n
}

// checkItemRefs reports a reference to an item, such as a node pool, if neither the
// manifest nor Astro names the resource that contains the item. If the field doesn't
// apply at all, there is a problem at the same position already.
func (m *merger) checkItemRefs() {
	for _, itemRef := range m.resource.ItemRefs {
		refField := m.resource.Kind.FieldByName(itemRef.Field.ItemRef.RefField)
		isReported := slices.ContainsFunc(m.Problems, func(other schema.Problem) bool { return other.Pos == itemRef.Node.Pos })
		if itemRef.Node.Form == schema.Unknown && m.declared.Get(refField.Name) == nil && !isReported {
			m.addProblem(itemRef.Node.Pos, "a %s belongs to a %s; declare %s, too", itemRef.Field.ItemRef.Title, kind.All().Title(refField.Ref.Kind), refField.Ref.NameField)
		}
	}
}
