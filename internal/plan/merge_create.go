package plan

import "astro-apply/internal/schema"

// mergeOtherEndpoint merges a field that another endpoint updates. It returns the current value, so that this request
// doesn't remove it.
func (m *merger) mergeOtherEndpoint(f *schema.Field, d, l *schema.Node, path string, isNew bool) *schema.Node {
	switch {
	case !isNew && l != nil:
		return m.mergeUndeclared(f, l, path)
	case isNew && d != nil:
		m.mergeValue(f, d, nil, path, true)
	}
	return nil
}

// mergeNewField returns the value to send for a field of a new resource or item: the declared value, otherwise a
// default.
func (m *merger) mergeNewField(f *schema.Field, declared *schema.Node, path string) *schema.Node {
	d := declared.Get(f.Name)
	if d == nil {
		d = m.resource.CreateDefaults[path]
	}
	if d == nil && f.Default != nil {
		d = f.Default(declared)
	}
	switch {
	case d == nil:
		if f.Has(schema.RequiredCreate) && !m.isConditionUnknown(f) {
			m.addProblem(declared.Pos, "%s is missing, but a new resource or item requires it; add it (%s)",
				m.labelOf(path), f.Type.Describe())
		}
		return nil
	case !f.Has(schema.Create): // record it; the update after the create sends it
		m.mergeValue(f, d, nil, path, true)
		return nil
	}
	if f.HoldsSecret(declared, m.lookUpText) {
		d = m.asSensitive(d)
	}
	return m.mergeValue(f, d, nil, path, true)
}

// mergeImmutable reports a difference in a field that can't change, and returns the value to send.
func (m *merger) mergeImmutable(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if l == nil && f.ResponsePath != "-" && !f.Type.IsZero(d) {
		m.addNote(d.Pos, false, "%s can't be changed after creation, and Astro doesn't return it; %s was not compared",
			m.labelOf(path), d.Show())
	}
	if l != nil && !f.Type.Equal(d, l) {
		currentText, desiredText := schema.ShowBoth(l, d)
		m.addProblem(d.Pos, "%s can't be changed: %s in Astro, %s in the manifest; %s",
			m.labelOf(path), currentText, desiredText, f.Remedy)
	}
	switch {
	case !f.Has(schema.Update):
		return nil
	case l == nil:
		return f.Type.Encode(d)
	}
	return l.WithPos(d.Pos)
}
