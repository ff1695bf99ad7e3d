package plan

import (
	"strings"

	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// merger merges declared values over current ones and records the differences. It copies undeclared fields from the
// current values, as the UndeclaredRule of each field demands, because an update in the API replaces the whole
// resource. In its methods, d is a declared value and l the current (live) one.
type merger struct {
	*Comparison  // the differences so far
	resource     *desired.Resource
	declared     *schema.Node // the whole resource, without values that have ended
	live         *schema.Node // the whole resource, without values that have ended; nil for a new one
	endpointName string       // the endpoint to merge for; "" for the main update and for a create
	removals     removalFilter
	writeSecrets bool // write declared secrets that can't be compared
	isSent       bool // the update is sent for another difference, so it writes these secrets, too
	isSilent     bool // inside a value that is recorded as a whole, so its parts aren't recorded
	labels       map[string]pathLabel
}

// pathLabel is the last step of a path as people read it, and the path of its parent.
type pathLabel struct{ parent, step string }

// labelOf returns path for people: with the names that the manifest uses for reference fields, and with the names of
// resources instead of their ids.
func (m *merger) labelOf(path string) string {
	for end := len(path); end > 0; end = strings.LastIndexAny(path[:end], ".[") {
		if label, ok := m.labels[path[:end]]; ok {
			return m.labelOf(label.parent) + label.step + path[end:]
		}
	}
	return path
}

func (m *merger) addNote(pos schema.Pos, warning bool, format string, args ...any) {
	if !m.isSilent {
		m.Diff.addNote(pos, warning, format, args...)
	}
}

// silenced returns a merger for the parts of a value that is recorded as a whole.
func (m *merger) silenced() *merger {
	silent := *m
	silent.isSilent = true
	return &silent
}

// recordChange records a difference. It copies the declared value, because apply later replaces references in it, and
// the plan must not change.
func (m *merger) recordChange(path string, current, desired *schema.Node) {
	if !m.isSilent {
		m.Fields = append(m.Fields, Field{Path: path, Label: m.labelOf(path), Old: current, New: desired.Clone()})
	}
}

// mergeObject merges the fields of one object. isNew is true if the whole object is new: a new resource, or a new item
// of a list.
func (m *merger) mergeObject(fields []schema.Field, declared, live *schema.Node, path string, isNew bool) *schema.Node {
	merged := &schema.Node{Form: schema.Map}
	if declared != nil {
		merged.Pos = declared.Pos
	}
	for i := range fields {
		f := &fields[i]
		fieldPath := schema.JoinPath(path, f.Name)
		if f.NameField() != "" {
			m.labels[fieldPath] = pathLabel{path, fieldPath[len(path):len(fieldPath)-len(f.Name)] + f.NameField()}
		}
		merged.Set(f.Name, m.mergeField(f, declared, live, fieldPath, isNew))
	}
	return merged
}

func (m *merger) mergeField(f *schema.Field, declared, live *schema.Node, path string, isNew bool) *schema.Node {
	d, l := declared.Get(f.Name), f.CurrentValue(live, m.live)
	if d == nil && l != nil && declared != nil && f.Type.UnsetList != "" { // a declared object is authoritative
		d = &schema.Node{Form: schema.Map, Pos: declared.Pos}
	}
	if f.Has(schema.MetaArgument) {
		if isNew && d == nil && f.Has(schema.RequiredCreate) {
			m.addProblem(declared.Pos, "%s is missing: %s", m.labelOf(path), f.Remedy)
		}
		return nil
	}
	if d != nil && d.Sensitive && l != nil {
		if l.Form == schema.Text && l.Text != d.Text && f.Type.Equal(d, l) {
			secret := &schema.Node{Form: schema.Text, Text: l.Text, VariableValues: []string{}} // in another spelling
			m.NewlySensitive = append(m.NewlySensitive, secret)
		}
		l = l.Clone() // a value that a secret replaces is probably the previous secret
		l.MarkSensitive()
	}
	if condition := f.FailedCondition(m.lookUpValue); condition != nil {
		if d != nil {
			m.addProblem(d.Pos, "%s doesn't apply when %s is %s, only when it is %s; remove %s, or change %s",
				m.labelOf(path), condition.Field, m.lookUpText(condition.Field), strings.Join(condition.In, " or "),
				m.labelOf(path), condition.Field)
		} else {
			m.dropInapplicable(f, l, path)
		}
		return nil
	}
	if f.EndpointName != m.endpointName && f.EndpointName != "" && (!isNew || !f.Has(schema.Create)) {
		return m.mergeOtherEndpoint(f, d, l, path, isNew)
	}
	if isNew {
		return m.mergeNewField(f, declared, path)
	}
	secret := f.HoldsSecret(m.secretContext(f, declared, live), m.lookUpText)
	if secret && f.Secret.PresenceReported && d != nil {
		if d.Is("") && l.IsRedacted() {
			m.addProblem(d.Pos, "%s can't be cleared, because Astro keeps the stored secret if the new one is empty; "+
				"remove the field, or set another value", m.labelOf(path))
		}
		d = m.asSensitive(d)
	}
	switch {
	case secret && !f.Secret.PresenceReported:
		return m.mergeSecret(f, d, live, path)
	case l.IsRedacted() && d != nil:
		return m.mergeRedacted(f, d, l, path)
	case d == nil:
		return m.mergeUndeclared(f, l, path)
	case f.Has(schema.IgnoreChanges):
		isSetElsewhere := m.resource.Creates != nil && m.resource.Creates.Body.Get(f.ResponsePath) != nil
		if !isSetElsewhere && m.hasDifference(f, d, l, path) {
			currentText, desiredText := schema.ShowBoth(f.Type.WithoutServerFields(l, m.live), d)
			m.addNote(d.Pos, false, "%s is %s in Astro and %s in the manifest: %s",
				m.labelOf(path), currentText, desiredText, f.Remedy)
		}
		return nil
	case f.Has(schema.Immutable):
		return m.mergeImmutable(f, d, l, path)
	}
	fieldsBefore := len(m.Fields)
	if reason := m.changeRefusal(f, l, d); reason != "" && m.hasDifference(f, d, l, path) {
		m.addProblem(d.Pos, "%s: %s", m.labelOf(path), reason)
	}
	merged := m.mergeValue(f, d, l, path, false)
	if f.Undeclared == schema.OmitUnlessChanged && len(m.Fields) == fieldsBefore {
		return nil
	}
	return merged
}

// hasDifference reports whether the value would change, without recording it.
func (m *merger) hasDifference(f *schema.Field, d, l *schema.Node, path string) bool {
	trial := *m
	trial.Comparison = &Comparison{}
	trial.mergeValue(f, d, l, path, false)
	return len(trial.Fields)+len(trial.Kept) > 0
}

// changeRefusal returns why the field doesn't allow a change, or "".
func (m *merger) changeRefusal(f *schema.Field, current, desired *schema.Node) string {
	if f.CheckChange == nil {
		return ""
	}
	return f.CheckChange(current, desired, m.lookUpText)
}

func (m *merger) mergeValue(f *schema.Field, d, l *schema.Node, path string, isNew bool) *schema.Node {
	t := &f.Type
	switch {
	case t.Base == schema.BaseMap:
		return m.mergeMap(f, d, l, path)
	case t.Base == schema.BaseObject:
		return m.mergeNested(f, d, l, path, isNew)
	case t.Base == schema.BaseList && d == nil && (l == nil || t.ItemCount != nil && len(l.Items) < t.ItemCount.Min):
		return nil
	case t.Base == schema.BaseList:
		return (&listMerger{merger: m, field: f, path: path}).mergeItems(d, l)
	case d == nil:
		return l
	case t.Equal(d, l):
		if l == nil {
			return t.Encode(d)
		}
		same := l.WithPos(d.Pos) // send the spelling that Astro uses
		same.ParentID = d.ParentID
		return same
	}
	if warning := f.WarningForChange(l, d); warning != "" && !isNew {
		currentText, desiredText := schema.ShowBoth(l, d)
		m.addNote(d.Pos, true, "%s changes from %s to %s: %s", m.labelOf(path), currentText, desiredText, warning)
	}
	m.recordChange(path, l, d)
	return t.Encode(d)
}

// mergeNested merges a field that holds an object.
func (m *merger) mergeNested(f *schema.Field, d, l *schema.Node, path string, isNew bool) *schema.Node {
	t := &f.Type
	switch {
	case f.EndpointName != "" && d != nil && len(d.Members) == 0: // {} removes a value that has a separate endpoint
		if l != nil {
			m.recordChange(path, t.WithoutServerFields(l, m.live), nil)
		}
		return nil
	case f.EndpointName != "" && d != nil && l == nil: // the whole object is new, like a new list item
		merged := m.silenced().mergeObject(t.Fields, d, nil, path, true)
		m.recordChange(path, nil, merged)
		return merged
	case t.UnsetList != "" && d != nil:
		return m.mergeUnsettable(t, d, l, path, isNew)
	}
	merged := m.mergeObject(t.Fields, d, l, path, isNew)
	switch {
	case d != nil && !isNew && !f.Has(schema.RequiredUpdate) && t.IsZero(d) && t.IsZero(l): // both are empty
		return nil
	case len(merged.Members) == 0 && (d == nil || len(d.Members) > 0): // {} is sent only if the manifest declares it
		return nil
	}
	return merged
}
