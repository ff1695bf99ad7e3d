package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// mergeMap merges a free-form mapping like a list: it removes an undeclared member only if the policy allows it. Astro
// replaces the mapping as a whole, so a change is an error if it would erase a secret that Astro doesn't return.
func (m *merger) mergeMap(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if d == nil {
		return l
	}
	secrets := m.undeclaredSecrets(d, l)
	if len(secrets) > 0 { // writing one secret would erase the others, so only writeSecrets does it
		unsent := *m
		unsent.isSent = false
		m = &unsent
	}
	before := len(m.Fields)
	merged := &schema.Node{Form: schema.Map, Pos: d.Pos}
	for _, member := range d.Members {
		memberPath, current := schema.JoinPath(path, member.Name), l.Get(member.Name)
		value := member.Value
		if hasSensitive(value) && current != nil && !hasRedacted(current) {
			current = current.Clone() // a value that a secret replaces is probably the previous secret
			current.MarkSensitive()
		}
		switch {
		case hasRedacted(current) && (current.IsRedacted() || f.Type.SameMapValue(value, current)):
			value = m.mergeSecretMember(value, current, memberPath)
		case current == nil || !f.Type.SameMapValue(value, current):
			m.recordChange(memberPath, current, value)
		}
		merged.Set(member.Name, value)
	}
	if len(secrets) > 0 && len(m.Fields) > before {
		m.reportErasure(f, m.Fields[before].New, path, secrets)
	}
	if l == nil {
		return merged
	}
	var kept []string
	for _, member := range l.Members {
		if d.Get(member.Name) == nil && !m.removeOrKeep(schema.JoinPath(path, member.Name), member.Value) {
			kept = append(kept, member.Name)
			merged.Set(member.Name, member.Value)
		}
	}
	m.noteKept(d.Pos, path, kept)
	return merged
}

// undeclaredSecrets returns the names of current members that Astro doesn't return, that the manifest doesn't declare,
// and that must be kept.
func (m *merger) undeclaredSecrets(d, l *schema.Node) (names []string) {
	if l == nil || !m.removals.keepsUndeclared() {
		return nil
	}
	for _, member := range l.Members {
		if d.Get(member.Name) == nil && hasRedacted(member.Value) {
			names = append(names, member.Name)
		}
	}
	slices.Sort(names)
	return names
}

// reportErasure reports a problem: the change of one member would erase the named ones.
func (m *merger) reportErasure(f *schema.Field, changed *schema.Node, path string, names []string) {
	m.addProblem(changed.Pos, "%s: this change would remove %s (in Astro, but not in the manifest), "+
		"because Astro replaces %s as a whole and doesn't return secrets; %s",
		path, strings.Join(names, ", "), f.Name, m.removals.erasureRemedy())
}

// hasRedacted reports whether n contains a value that Astro doesn't return.
func hasRedacted(n *schema.Node) bool { return n.Any((*schema.Node).IsRedacted) }

// hasSensitive reports whether n contains a secret.
func hasSensitive(n *schema.Node) bool {
	return n.Any(func(n *schema.Node) bool { return n.Sensitive })
}

// removeOrKeep records that an undeclared value is removed, and returns true, or that it is kept, and returns false.
func (m *merger) removeOrKeep(path string, live *schema.Node) bool {
	if !m.removals.keepsUndeclared() {
		m.recordChange(path, live, nil)
		return true
	}
	if !m.isSilent {
		m.Kept = append(m.Kept, Field{Path: path, Label: m.labelOf(path), Old: live})
	}
	return false
}

// noteKept warns that undeclared values are kept.
func (m *merger) noteKept(pos schema.Pos, path string, names []string) {
	if len(names) > 0 {
		m.addNote(pos, true, "%s: %s %s in Astro but not in the manifest; kept (%s)",
			m.labelOf(path), strings.Join(names, ", "), existVerb(names), m.removals.remedy())
	}
}

// mergeUnsettable merges an object whose omitted members the API keeps. To remove a member, the request must name it in
// the list t.UnsetList.
func (m *merger) mergeUnsettable(t *schema.Type, d, l *schema.Node, path string, isNew bool) *schema.Node {
	merged := m.mergeObject(t.Fields, d, l, path, isNew)
	if l == nil {
		return merged
	}
	var kept []string
	unset := &schema.Node{Form: schema.List}
	for i := range t.Fields {
		f := &t.Fields[i]
		current := f.CurrentValue(l, m.live)
		switch {
		case f.Type.IsZero(current) && !current.IsRedacted():
		case d.Get(f.Name) == nil && !m.removeOrKeep(schema.JoinPath(path, f.Name), current):
			kept = append(kept, f.Name)
		case d.Get(f.Name) == nil:
			merged.Delete(f.Name)
			unset.Items = append(unset.Items, schema.String(f.Name))
		case f.Type.Base == schema.BaseMap && merged.Get(f.Name) != nil:
			for _, member := range current.Members {
				if merged.Get(f.Name).Get(member.Name) == nil {
					unset.Items = append(unset.Items, schema.String(schema.JoinPath(f.Name, member.Name)))
				}
			}
		}
	}
	m.noteKept(d.Pos, path, kept)
	if len(unset.Items) > 0 {
		merged.Set(t.UnsetList, unset)
	}
	return merged
}

// existVerb returns "exist" in the form for the number of names.
func existVerb(names []string) string {
	if len(names) == 1 {
		return "exists"
	}
	return "exist"
}
