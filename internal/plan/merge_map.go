package plan

import (
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// mayRemove reports whether what is live and not declared may go.
func (o *merger) mayRemove() bool { return o.policy.AllowDelete && !o.policy.isProtected }

// mergeMap merges a mapping whose names are the user's own, as lists are merged:
// a live member that isn't declared is removed with allow-delete only. Astro replaces the
// mapping as a whole, so it isn't sent where that would erase a value that only
// Astro knows.
func (o *merger) mergeMap(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if d == nil {
		return l
	}
	unknown := o.undeclaredSecrets(d, l)
	if len(unknown) > 0 && !o.policy.WriteSecrets { // its secrets are not written just because the object is
		defer func(secrets bool) { o.writeSecrets = secrets }(o.writeSecrets)
		o.writeSecrets = false
	}
	before := len(o.diff.Fields)
	out := &schema.Node{Form: schema.Map, Pos: d.Pos}
	for _, m := range d.Members {
		at, live := joinPath(path, m.Name), l.Get(m.Name)
		value := m.Value
		if hasSensitive(value) && live != nil && !hasRedacted(live) {
			live = live.Clone() // what a secret replaces was most likely its last value
			live.MarkSensitive()
		}
		switch {
		case hasRedacted(live) && (live.IsRedacted() || f.Type.SameMapValue(value, live)):
			value = o.mergeSecretMember(value, live, at)
		case live == nil || !f.Type.SameMapValue(value, live):
			o.recordChange(at, live, value)
		}
		out.Set(m.Name, value)
	}
	if len(unknown) > 0 && len(o.diff.Fields) > before {
		o.reportErasure(f, o.diff.Fields[before].New, path, unknown)
	}
	if l == nil {
		return out
	}
	var kept []string
	for _, m := range l.Members {
		if d.Get(m.Name) == nil && !o.removeOrKeep(joinPath(path, m.Name), m.Value) {
			kept = append(kept, m.Name)
			out.Set(m.Name, m.Value)
		}
	}
	o.noteKept(d.Pos, path, kept)
	return out
}

// undeclaredSecrets lists the members of a live mapping that are set, not
// returned, not declared, and not removed either.
func (o *merger) undeclaredSecrets(d, l *schema.Node) (names []string) {
	if l == nil || o.mayRemove() {
		return nil
	}
	for _, m := range l.Members {
		if d.Get(m.Name) == nil && hasRedacted(m.Value) {
			names = append(names, m.Name)
		}
	}
	slices.Sort(names)
	return names
}

// reportErasure reports that a changed member of a mapping would erase others.
func (o *merger) reportErasure(f *schema.Field, changed *schema.Node, path string, names []string) {
	way := "declare every member"
	if !o.policy.isProtected {
		way += ", or allow the removal with allow-delete: true"
	}
	o.addProblem(changed.Pos, "%s: this change would erase %s, set in Astro but not declared: Astro replaces %s as a whole and doesn't return secrets; %s",
		path, strings.Join(names, ", "), f.Name, way)
}

// hasRedacted reports whether a value that Astro doesn't return is in n.
func hasRedacted(n *schema.Node) (found bool) {
	n.Walk(func(n *schema.Node) { found = found || n.IsRedacted() })
	return found
}

// hasSensitive reports whether there is a secret in a value.
func hasSensitive(n *schema.Node) (found bool) {
	n.Walk(func(n *schema.Node) { found = found || n.Sensitive })
	return found
}

// removeOrKeep records the removal of what is live and not declared, or that it is kept.
func (o *merger) removeOrKeep(path string, live *schema.Node) bool {
	if o.mayRemove() {
		o.recordChange(path, live, nil)
		return true
	}
	if o.silentDepth == 0 {
		o.diff.Kept = append(o.diff.Kept, Field{Path: path, Old: live})
	}
	return false
}

func (o *merger) noteKept(pos schema.Pos, path string, names []string) {
	if len(names) > 0 && o.silentDepth == 0 {
		o.addNote(pos, true, "%s: %s is live and not declared; kept, because %s", path, strings.Join(names, ", "), o.policy.keepReason())
	}
}

// mergeUnsettable merges an object that is declared in full although leaving a member out
// keeps it: what is to go is named.
func (o *merger) mergeUnsettable(t *schema.Type, d, l *schema.Node, path string, fresh bool) *schema.Node {
	v := o.mergeObject(t.Fields, d, l, path, fresh)
	if l == nil {
		return v
	}
	var kept []string
	unset := &schema.Node{Form: schema.List}
	for i := range t.Fields {
		f := &t.Fields[i]
		live := f.CurrentValue(l, o.live)
		switch {
		case f.Type.IsZero(live) && !live.IsRedacted():
		case d.Get(f.Name) == nil && !o.removeOrKeep(joinPath(path, f.Name), live):
			kept = append(kept, f.Name)
		case d.Get(f.Name) == nil:
			v.Delete(f.Name)
			unset.Items = append(unset.Items, schema.String(f.Name))
		case f.Type.Base == schema.BaseMap && v.Get(f.Name) != nil:
			for _, m := range live.Members {
				if v.Get(f.Name).Get(m.Name) == nil {
					unset.Items = append(unset.Items, schema.String(joinPath(f.Name, m.Name)))
				}
			}
		}
	}
	o.noteKept(d.Pos, path, kept)
	if len(unset.Items) > 0 {
		v.Set(t.UnsetList, unset)
	}
	return v
}
