package plan

import (
	"fmt"
	"strings"

	"astro-apply/internal/schema"
)

// overlay lays what is declared over what is live. Undeclared fields are
// copied from the live side as each field's echo rule says, because the API's
// updates replace; what differs is recorded.
type overlay struct {
	declared *schema.Node // the whole object
	live     *schema.Node // the whole object, nil for a new one
	made     *schema.Node // what is declared of the object that it makes
	fields   []schema.Field
	part     string // the update at hand, "" for the first one and for a create
	policy   Policy
	secrets  bool             // write declared secrets that can't be compared
	quiet    int              // > 0: inside something that was recorded as a whole
	lacking  []schema.Problem // what an update would have to send and nobody knows
	doubts   []doubt          // values that an update would have to send back and must not
	diff     *Diff
}

func (o *overlay) problem(pos schema.Pos, format string, args ...any) {
	o.diff.Problems = append(o.diff.Problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (o *overlay) note(pos schema.Pos, warning bool, format string, args ...any) {
	o.diff.Notes = append(o.diff.Notes, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Warning: warning})
}

// changed records a difference. It copies the declared side, in which
// references are filled in later: a plan stays what it was.
func (o *overlay) changed(path string, before, after *schema.Node) {
	if o.quiet == 0 {
		o.diff.Fields = append(o.diff.Fields, Field{Path: path, Old: before, New: after.Clone()})
	}
}

// object merges one level. fresh marks a level that is new as a whole: a new
// object, or a new element of a list.
func (o *overlay) object(fields []schema.Field, declared, live *schema.Node, path string, fresh bool) *schema.Node {
	out := &schema.Node{Form: schema.Map}
	if declared != nil {
		out.Pos = declared.Pos
	}
	for i := range fields {
		f := &fields[i]
		out.Set(f.Name, o.field(f, declared, live, join(path, f.Name), fresh))
	}
	return out
}

func (o *overlay) field(f *schema.Field, declared, live *schema.Node, path string, fresh bool) *schema.Node {
	d, l := declared.Get(f.Name), f.CurrentValue(live, o.live)
	if d == nil && l != nil && declared != nil && f.Type.UnsetList != "" { // what is around it is declared in full
		d = &schema.Node{Form: schema.Map, Pos: declared.Pos}
	}
	if f.Has(schema.MetaArgument) {
		if fresh && d == nil && f.Has(schema.RequiredCreate) {
			o.problem(declared.Pos, "%s is missing: %s", path, f.Remedy)
		}
		return nil
	}
	if d != nil && d.Sensitive && l != nil {
		if l.Form == schema.Text && l.Text != d.Text && f.Type.Equal(d, l) {
			o.diff.Hidden = append(o.diff.Hidden, &schema.Node{Form: schema.Text, Text: l.Text, VariableValues: []string{}}) // another spelling of it
		}
		l = l.Clone() // what a secret replaces was most likely its last value
		l.MarkSensitive()
	}
	if w := f.FailedCondition(o.value); w != nil {
		if d != nil {
			o.problem(d.Pos, "%s does not apply when %s is %s, only when it is %s", path, w.Field, o.text(w.Field), strings.Join(w.In, " or "))
		} else {
			o.dropped(f, l, path)
		}
		return nil
	}
	if f.EndpointName != o.part && f.EndpointName != "" && (!fresh || !f.Has(schema.Create)) {
		return o.apart(f, d, l, path, fresh)
	}
	if f.IsExpired != nil {
		if d != nil && f.IsExpired(d, o.policy.Now) {
			o.note(d.Pos, false, "%s is over and no longer looked at: %s", path, d.Show())
			d = nil
		}
		if l != nil && f.IsExpired(l, o.policy.Now) {
			l = nil
		}
		if d == nil && l == nil {
			return nil
		}
	}
	if fresh {
		return o.created(f, declared, path)
	}
	secret := f.HoldsSecret(o.side(f, declared, live)) || f.HoldsSecretByPath(o.text)
	if secret && f.Secret.PresenceReported && d != nil {
		if d.Is("") && l.IsRedacted() {
			o.problem(d.Pos, "%s can't be cleared: an empty secret keeps the one that is stored; leave it out, or write another one", path)
		}
		d = o.concealed(d)
	}
	switch {
	case secret && !f.Secret.PresenceReported:
		return o.secret(f, d, live, path)
	case l.IsRedacted() && d != nil:
		return o.veiled(f, d, l, path)
	case d == nil:
		return o.echo(f, declared, l, path)
	case f.Has(schema.IgnoreChanges):
		if o.made.Get(f.ResponsePath) == nil && o.differs(f, d, l, path) {
			live, declared := schema.ShowBoth(o.shown(&f.Type, l), d)
			o.note(d.Pos, false, "%s is %s live and %s here: %s", path, live, declared, f.Remedy)
		}
		return nil
	case f.Has(schema.Immutable):
		return o.immutable(f, d, l, path)
	}
	before := len(o.diff.Fields)
	v := o.merge(f, d, l, path)
	if f.Undeclared == schema.OmitUnlessChanged && len(o.diff.Fields) == before {
		return nil
	}
	return v
}

// differs reports whether anything of a value would change, without a record.
func (o *overlay) differs(f *schema.Field, d, l *schema.Node, path string) bool {
	trial := *o
	trial.diff = &Diff{}
	trial.merged(f, d, l, path, false)
	return len(trial.diff.Fields)+len(trial.diff.Kept) > 0
}

// merge records what changes in a declared field and returns what to send.
func (o *overlay) merge(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if f.CheckChange != nil && !f.Type.Equal(d, l) {
		if why := f.CheckChange(l, d, o.text); why != "" {
			o.problem(d.Pos, "%s: %s", path, why)
		}
	}
	return o.merged(f, d, l, path, false)
}

func (o *overlay) merged(f *schema.Field, d, l *schema.Node, path string, fresh bool) *schema.Node {
	t := &f.Type
	switch {
	case t.Base == schema.BaseMap:
		return o.mapping(f, d, l, path)
	case t.Base == schema.BaseObject:
		return o.nested(f, d, l, path, fresh)
	case t.Base == schema.BaseList && d == nil && (l == nil || t.ItemCount != nil && len(l.Items) < t.ItemCount.Min):
		return nil
	case t.Base == schema.BaseList:
		return (&list{overlay: o, field: f, path: path}).merge(d, l)
	case d == nil:
		return l
	case t.Equal(d, l):
		if l == nil {
			return t.Encode(d)
		}
		v := l.WithPos(d.Pos) // the live spelling of the same value
		v.ParentID = d.ParentID
		return v
	}
	if why := f.WarningForChange(l, d); why != "" && !fresh {
		live, declared := schema.ShowBoth(l, d)
		o.note(d.Pos, true, "%s changes from %s to %s: %s", path, live, declared, why)
	}
	o.changed(path, l, d)
	return t.Encode(d)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
