package plan

import "astro-apply/internal/schema"

// mergeOtherEndpoint is a field that another call carries: what is live of it is sent back,
// so that this one doesn't take it away.
func (o *merger) mergeOtherEndpoint(f *schema.Field, d, l *schema.Node, path string, fresh bool) *schema.Node {
	if f.IsExpired != nil && d != nil && f.IsExpired(d, o.policy.Now) {
		d = nil
	}
	if f.IsExpired != nil && l != nil && f.IsExpired(l, o.policy.Now) {
		l = nil
	}
	if !fresh {
		if l == nil {
			return nil
		}
		return o.mergeUndeclared(f, nil, l, path)
	}
	if d != nil {
		o.mergeValue(f, d, nil, path, true)
	}
	return nil
}

// mergeNewField is the value of a field of something new.
func (o *merger) mergeNewField(f *schema.Field, declared *schema.Node, path string) *schema.Node {
	d := declared.Get(f.Name)
	if d == nil {
		d = declared.CreateDefaults.Get(f.Name)
	}
	if d == nil && f.Default != nil {
		d = f.Default(declared)
	}
	switch {
	case d == nil && f.Has(schema.RequiredCreate) && o.isConditionUnknown(f):
		return nil // what decides whether it is needed is missing itself
	case d == nil && f.Has(schema.RequiredCreate):
		o.addProblem(declared.Pos, "%s is missing; something new needs it (%s)", path, f.Type.Describe())
		return nil
	case d == nil:
		return nil
	case !f.Has(schema.Create): // an update follows
		o.mergeValue(f, d, nil, path, true)
		return nil
	}
	if f.HoldsSecret(declared) || f.HoldsSecretByPath(o.lookUpText) {
		d = o.asSensitive(d)
	}
	return o.mergeValue(f, d, nil, path, true)
}

func (o *merger) mergeImmutable(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if l == nil && f.ResponsePath != "-" && !f.Type.IsZero(d) {
		o.addNote(d.Pos, false, "%s can't change once it is set, and Astro doesn't tell what it is: %s was not compared", path, d.Show())
	}
	if l != nil && !f.Type.Equal(d, l) {
		live, declared := schema.ShowBoth(l, d)
		o.addProblem(d.Pos, "%s can't change once it is set: it is %s live and %s here. %s", path, live, declared, f.Remedy)
	}
	switch {
	case !f.Has(schema.Update):
		return nil
	case l == nil:
		return f.Type.Encode(d)
	}
	return l.WithPos(d.Pos)
}
