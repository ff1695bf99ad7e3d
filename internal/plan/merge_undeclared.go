package plan

import "astro-apply/internal/schema"

// mergeUndeclared returns the value that an update sends for an undeclared field.
func (m *merger) mergeUndeclared(f *schema.Field, l *schema.Node, path string) *schema.Node {
	if !f.Has(schema.Update) || f.Undeclared == schema.OmitAlways || f.Undeclared == schema.OmitUnlessChanged {
		return nil
	}
	if m.resource.Kind.IsReplaced(path, m.declared) {
		if !f.Type.IsZero(l) {
			m.recordChange(path, l, nil)
		}
		return nil
	}
	if l != nil && l.UnclearOrigin != "" {
		m.addUnsafeValue(m.labelOf(path)+" "+l.Show(), l.UnclearOrigin)
		return l
	}
	if l.IsRedacted() && f.Secret == nil { // Astro keeps an omitted value; "" would keep only a secret
		if f.Has(schema.RequiredUpdate) {
			m.addMissingRequired(f, path)
		}
		return nil
	}
	if f.Has(schema.MustBeKnown) && l.Is("") { // "" counts as unknown
		l = nil
	}
	merged := m.silenced().mergeValue(f, nil, l, path, false)
	if merged != nil || !f.Has(schema.RequiredUpdate) {
		return merged
	}
	zero := f.Type.Zero()
	switch {
	case zero == nil, f.Has(schema.MustBeKnown):
		m.addMissingRequired(f, path)
		return nil
	case f.Undeclared == schema.KeepItems && l == nil && !m.isSilent && m.changeRefusal(f, nil, zero) == "":
		// A nested or refused zero value isn't sent.
		m.missing.addNote(m.declared.Pos, true, "%s: an update must send this list, but Astro doesn't return it, "+
			"so the update would remove all its items in Astro; declare the items to keep", path)
	}
	return zero
}

// addMissingRequired records that an update needs a value that is not known. It becomes a problem only if an update is
// sent.
func (m *merger) addMissingRequired(f *schema.Field, path string) {
	m.missing.addProblem(m.declared.Pos, "%s is required for an update, but Astro doesn't return it; declare it (%s)",
		m.labelOf(path), f.Type.Describe())
}

// dropInapplicable records the removal of a current value that no longer applies after this change, because a condition
// of its field isn't met any more.
func (m *merger) dropInapplicable(f *schema.Field, l *schema.Node, path string) {
	if f.Type.IsZero(l) || f.FailedCondition(m.lookUpCurrent) != nil {
		return
	}
	if m.removals.keepsInapplicable(l) {
		m.addProblem(m.declared.Pos, "%s would be removed by this change, but the resource is protected; "+
			"remove protect: true, or undo the change", path)
		return
	}
	if f.Type.Base == schema.BaseList {
		list := &listMerger{merger: m, field: f, path: path}
		for _, pair := range list.pairItems(nil, l.Items) {
			m.recordChange(list.itemPath(pair), f.Type.Elem.WithoutServerFields(pair.live, m.live), nil)
		}
	} else {
		m.recordChange(path, f.Type.WithoutServerFields(l, m.live), nil)
	}
	if warning := f.WarningForChange(l, nil); warning != "" {
		m.addNote(m.declared.Pos, true, "%s is removed by this change: %s", m.labelOf(path), warning)
	}
}
