package plan

import (
	"fmt"

	"astro-apply/internal/schema"
)

// mergeUndeclared is what an update sends for a field that isn't declared.
func (o *merger) mergeUndeclared(f *schema.Field, declared, l *schema.Node, path string) *schema.Node {
	if !f.Has(schema.Update) || f.Undeclared != schema.SendCurrent {
		return nil
	}
	for _, sibling := range f.ConflictsWith {
		if declared.Get(sibling) != nil {
			if !f.Type.IsZero(l) {
				o.recordChange(path, l, nil)
			}
			return nil
		}
	}
	if l != nil && l.UnclearOrigin != "" {
		o.addUnsafeValue(path+" "+l.Show(), l.UnclearOrigin)
		return l
	}
	if l.IsRedacted() && f.Secret == nil { // left out it stays, and "" keeps secrets only
		if f.Has(schema.RequiredUpdate) {
			o.addMissingRequired(f, path)
		}
		return nil
	}
	o.silentDepth++
	defer func() { o.silentDepth-- }()
	if f.Has(schema.MustBeKnown) && l.Is("") { // as good as not told
		l = nil
	}
	if v := o.mergeValue(f, nil, l, path, false); v != nil {
		return v
	}
	if !f.Has(schema.RequiredUpdate) {
		return nil
	}
	zero := f.Type.Zero()
	switch {
	case zero == nil, f.Has(schema.MustBeKnown):
		o.addMissingRequired(f, path)
		return nil
	case f.Type.Additive && l == nil && o.silentDepth == 1 && (f.CheckChange == nil || f.CheckChange(nil, zero, o.lookUpText) == ""): // else it isn't sent
		o.missingRequired = append(o.missingRequired, schema.Problem{Pos: o.declared.Pos, Warning: true, Message: fmt.Sprintf(
			"an update needs %s, and Astro tells of none: whatever there is goes; declare what is to stay", path)})
	}
	return zero
}

func (o *merger) addMissingRequired(f *schema.Field, path string) {
	o.missingRequired = append(o.missingRequired, schema.Problem{
		Pos: o.declared.Pos, Message: fmt.Sprintf("an update needs %s (%s), and Astro doesn't tell it; declare it", path, f.Type.Describe()),
	})
}

// dropInapplicable records a live value that goes because of another change: from now on
// the object has no use for it.
func (o *merger) dropInapplicable(f *schema.Field, l *schema.Node, path string) {
	if f.Type.IsZero(l) || f.FailedCondition(o.lookUpCurrent) != nil {
		return
	}
	if hasListItems(l) && o.policy.isProtected {
		o.addProblem(o.declared.Pos, "%s would go with this change, and the object is protected; remove protect: true, or leave the change out", path)
		return
	}
	if f.Type.Base == schema.BaseList {
		s := &listMerger{merger: o, field: f, path: path}
		for _, p := range s.pairItems(nil, l.Items) {
			o.recordChange(s.itemPath(p), o.withoutServerFields(f.Type.Elem, p.live), nil)
		}
	} else {
		o.recordChange(path, o.withoutServerFields(&f.Type, l), nil)
	}
	if why := f.WarningForChange(l, nil); why != "" && o.silentDepth == 0 {
		o.addNote(o.declared.Pos, true, "%s goes with this change: %s", path, why)
	}
}

// hasListItems reports whether a value is or has a list with something in it.
func hasListItems(n *schema.Node) (found bool) {
	n.Walk(func(n *schema.Node) { found = found || n.Form == schema.List && len(n.Items) > 0 })
	return found
}

// withoutServerFields is a live value without what only the server knows.
func (o *merger) withoutServerFields(t *schema.Type, live *schema.Node) *schema.Node {
	switch t.Base {
	case schema.BaseObject:
		out := &schema.Node{Form: schema.Map}
		for i := range t.Fields {
			f := &t.Fields[i]
			if n := f.CurrentValue(live, o.live); n != nil && !f.HoldsSecret(live) {
				out.Set(f.Name, o.withoutServerFields(&f.Type, n))
			}
		}
		return out
	case schema.BaseList:
		out := &schema.Node{Form: schema.List}
		for _, item := range live.Items {
			out.Items = append(out.Items, o.withoutServerFields(t.Elem, item))
		}
		return out
	}
	return live
}
