package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// lookUpValue returns the declared value of the field at path, otherwise the current one. Conditions use it.
func (m *merger) lookUpValue(path string) (string, bool) { return m.lookUpNode(path).KnownText() }

// lookUpCurrent returns the current value of the field at path, before this change.
func (m *merger) lookUpCurrent(path string) (string, bool) { return m.currentNode(path).KnownText() }

func (m *merger) lookUpText(path string) string { return m.lookUpNode(path).ScalarText() }

func (m *merger) lookUpNode(path string) *schema.Node {
	if n := m.declared.GetPath(path); n != nil {
		return n
	}
	name, _, _ := strings.Cut(path, ".")
	f := m.resource.Kind.FieldByName(name)
	if f == nil || f.FailedCondition(m.lookUpValue) != nil { // this change removes the current value
		return nil
	}
	return m.currentNode(path)
}

func (m *merger) currentNode(path string) *schema.Node {
	return schema.CurrentValueAt(m.resource.Kind.Fields, m.live, path)
}

// isConditionUnknown reports whether a condition of f refers to a field that is missing itself, so that it is unknown
// whether f applies.
func (m *merger) isConditionUnknown(f *schema.Field) bool {
	isUnknown := func(condition schema.Condition) bool { _, known := m.lookUpValue(condition.Field); return !known }
	return slices.ContainsFunc(f.When, isUnknown)
}

// checkItemRefs reports a reference to an item, such as a node pool, if neither the manifest nor Astro names the
// resource that contains the item. If the field doesn't apply at all, there is a problem at the same position already.
func (m *merger) checkItemRefs() {
	for _, itemRef := range m.resource.ItemRefs {
		pos, refField := itemRef.Node.Pos, m.resource.Kind.FieldByName(itemRef.Field.ItemRef.RefField)
		isReported := slices.ContainsFunc(m.Problems, func(other schema.Problem) bool { return other.Pos == pos })
		if itemRef.Node.Form == schema.Unknown && m.declared.Get(refField.Name) == nil && !isReported {
			m.addProblem(pos, "a %s belongs to a %s; declare %s, too",
				itemRef.Field.ItemRef.Title, kind.ByName(refField.Ref.Kind).Title, refField.Ref.NameField)
		}
	}
}
