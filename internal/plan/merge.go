package plan

import (
	"fmt"
	"strings"

	"astro-apply/internal/schema"
)

// merger lays what is declared over what is live. Undeclared fields are
// copied from the live side as each field's echo rule says, because the API's
// updates replace; what differs is recorded.
type merger struct {
	declared        *schema.Node // the whole object
	live            *schema.Node // the whole object, nil for a new one
	createdBody     *schema.Node // what is declared of the object that it makes
	fields          []schema.Field
	endpointName    string // the update at hand, "" for the first one and for a create
	policy          Policy
	writeSecrets    bool             // write declared secrets that can't be compared
	silentDepth     int              // > 0: inside something that was recorded as a whole
	missingRequired []schema.Problem // what an update would have to send and nobody knows
	unsafeValues    []unsafeValue    // values that an update would have to send back and must not
	diff            *Diff
}

func (o *merger) addProblem(pos schema.Pos, format string, args ...any) {
	o.diff.Problems = append(o.diff.Problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (o *merger) addNote(pos schema.Pos, warning bool, format string, args ...any) {
	o.diff.Notes = append(o.diff.Notes, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Warning: warning})
}

// recordChange records a difference. It copies the declared side, in which
// references are filled in later: a plan stays what it was.
func (o *merger) recordChange(path string, before, after *schema.Node) {
	if o.silentDepth == 0 {
		o.diff.Fields = append(o.diff.Fields, Field{Path: path, Old: before, New: after.Clone()})
	}
}

// mergeObject merges one level. fresh marks a level that is new as a whole: a new
// object, or a new element of a list.
func (o *merger) mergeObject(fields []schema.Field, declared, live *schema.Node, path string, fresh bool) *schema.Node {
	out := &schema.Node{Form: schema.Map}
	if declared != nil {
		out.Pos = declared.Pos
	}
	for i := range fields {
		f := &fields[i]
		out.Set(f.Name, o.mergeField(f, declared, live, joinPath(path, f.Name), fresh))
	}
	return out
}

func (o *merger) mergeField(f *schema.Field, declared, live *schema.Node, path string, fresh bool) *schema.Node {
	d, l := declared.Get(f.Name), f.CurrentValue(live, o.live)
	if d == nil && l != nil && declared != nil && f.Type.UnsetList != "" { // what is around it is declared in full
		d = &schema.Node{Form: schema.Map, Pos: declared.Pos}
	}
	if f.Has(schema.MetaArgument) {
		if fresh && d == nil && f.Has(schema.RequiredCreate) {
			o.addProblem(declared.Pos, "%s is missing: %s", path, f.Remedy)
		}
		return nil
	}
	if d != nil && d.Sensitive && l != nil {
		if l.Form == schema.Text && l.Text != d.Text && f.Type.Equal(d, l) {
			o.diff.NewlySensitive = append(o.diff.NewlySensitive, &schema.Node{Form: schema.Text, Text: l.Text, VariableValues: []string{}}) // another spelling of it
		}
		l = l.Clone() // what a secret replaces was most likely its last value
		l.MarkSensitive()
	}
	if w := f.FailedCondition(o.lookUpValue); w != nil {
		if d != nil {
			o.addProblem(d.Pos, "%s does not apply when %s is %s, only when it is %s", path, w.Field, o.lookUpText(w.Field), strings.Join(w.In, " or "))
		} else {
			o.dropInapplicable(f, l, path)
		}
		return nil
	}
	if f.EndpointName != o.endpointName && f.EndpointName != "" && (!fresh || !f.Has(schema.Create)) {
		return o.mergeOtherEndpoint(f, d, l, path, fresh)
	}
	if f.IsExpired != nil {
		if d != nil && f.IsExpired(d, o.policy.Now) {
			o.addNote(d.Pos, false, "%s is over and no longer looked at: %s", path, d.Show())
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
		return o.mergeNewField(f, declared, path)
	}
	secret := f.HoldsSecret(o.secretContext(f, declared, live)) || f.HoldsSecretByPath(o.lookUpText)
	if secret && f.Secret.PresenceReported && d != nil {
		if d.Is("") && l.IsRedacted() {
			o.addProblem(d.Pos, "%s can't be cleared: an empty secret keeps the one that is stored; leave it out, or write another one", path)
		}
		d = o.asSensitive(d)
	}
	switch {
	case secret && !f.Secret.PresenceReported:
		return o.mergeSecret(f, d, live, path)
	case l.IsRedacted() && d != nil:
		return o.mergeRedacted(f, d, l, path)
	case d == nil:
		return o.mergeUndeclared(f, declared, l, path)
	case f.Has(schema.IgnoreChanges):
		if o.createdBody.Get(f.ResponsePath) == nil && o.hasDifference(f, d, l, path) {
			live, declared := schema.ShowBoth(o.withoutServerFields(&f.Type, l), d)
			o.addNote(d.Pos, false, "%s is %s live and %s here: %s", path, live, declared, f.Remedy)
		}
		return nil
	case f.Has(schema.Immutable):
		return o.mergeImmutable(f, d, l, path)
	}
	before := len(o.diff.Fields)
	v := o.mergeDeclared(f, d, l, path)
	if f.Undeclared == schema.OmitUnlessChanged && len(o.diff.Fields) == before {
		return nil
	}
	return v
}

// hasDifference reports whether anything of a value would change, without a record.
func (o *merger) hasDifference(f *schema.Field, d, l *schema.Node, path string) bool {
	trial := *o
	trial.diff = &Diff{}
	trial.mergeValue(f, d, l, path, false)
	return len(trial.diff.Fields)+len(trial.diff.Kept) > 0
}

// mergeDeclared records what changes in a declared field and returns what to send.
func (o *merger) mergeDeclared(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if f.CheckChange != nil && !f.Type.Equal(d, l) {
		if why := f.CheckChange(l, d, o.lookUpText); why != "" {
			o.addProblem(d.Pos, "%s: %s", path, why)
		}
	}
	return o.mergeValue(f, d, l, path, false)
}

func (o *merger) mergeValue(f *schema.Field, d, l *schema.Node, path string, fresh bool) *schema.Node {
	t := &f.Type
	switch {
	case t.Base == schema.BaseMap:
		return o.mergeMap(f, d, l, path)
	case t.Base == schema.BaseObject:
		return o.mergeNested(f, d, l, path, fresh)
	case t.Base == schema.BaseList && d == nil && (l == nil || t.ItemCount != nil && len(l.Items) < t.ItemCount.Min):
		return nil
	case t.Base == schema.BaseList:
		return (&listMerger{merger: o, field: f, path: path}).mergeItems(d, l)
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
		o.addNote(d.Pos, true, "%s changes from %s to %s: %s", path, live, declared, why)
	}
	o.recordChange(path, l, d)
	return t.Encode(d)
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// mergeNested merges an object within the object.
func (o *merger) mergeNested(f *schema.Field, d, l *schema.Node, path string, fresh bool) *schema.Node {
	t := &f.Type
	switch {
	case f.EndpointName != "" && d != nil && len(d.Members) == 0: // {} ends what has a call of its own
		if l != nil {
			o.recordChange(path, o.withoutServerFields(t, l), nil)
		}
		return nil
	case f.EndpointName != "" && d != nil && l == nil: // new as a whole, as an element of a list is
		o.silentDepth++
		v := o.mergeObject(t.Fields, d, nil, path, true)
		o.silentDepth--
		o.recordChange(path, nil, v)
		return v
	case t.UnsetList != "" && d != nil:
		return o.mergeUnsettable(t, d, l, path, fresh)
	}
	v := o.mergeObject(t.Fields, d, l, path, fresh)
	switch {
	case d != nil && !fresh && !f.Has(schema.RequiredUpdate) && t.IsZero(d) && t.IsZero(l): // no more is wanted than there is
		return nil
	case len(v.Members) == 0 && (d == nil || len(d.Members) > 0): // nothing is left of it; {} says that on purpose
		return nil
	}
	return v
}
