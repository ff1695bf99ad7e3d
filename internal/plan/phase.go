package plan

import "astro-apply/internal/schema"

// apart is a field that another call carries: what is live of it is sent back,
// so that this one doesn't take it away.
func (o *overlay) apart(f *schema.Field, d, l *schema.Node, path string, fresh bool) *schema.Node {
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
		return o.echo(f, nil, l, path)
	}
	if d != nil {
		o.merged(f, d, nil, path, true)
	}
	return nil
}

// created is the value of a field of something new.
func (o *overlay) created(f *schema.Field, declared *schema.Node, path string) *schema.Node {
	d := declared.Get(f.Name)
	if d == nil {
		d = declared.CreateDefaults.Get(f.Name)
	}
	if d == nil && f.Default != nil {
		d = f.Default(declared)
	}
	switch {
	case d == nil && f.Has(schema.RequiredCreate) && o.undecided(f):
		return nil // what decides whether it is needed is missing itself
	case d == nil && f.Has(schema.RequiredCreate):
		o.problem(declared.Pos, "%s is missing; something new needs it (%s)", path, f.Type.Describe())
		return nil
	case d == nil:
		return nil
	case !f.Has(schema.Create): // an update follows
		o.merged(f, d, nil, path, true)
		return nil
	}
	if f.HoldsSecret(declared) || f.HoldsSecretByPath(o.text) {
		d = o.concealed(d)
	}
	return o.merged(f, d, nil, path, true)
}

func (o *overlay) immutable(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if l == nil && f.ResponsePath != "-" && !f.Type.IsZero(d) {
		o.note(d.Pos, false, "%s can't change once it is set, and Astro doesn't tell what it is: %s was not compared", path, d.Show())
	}
	if l != nil && !f.Type.Equal(d, l) {
		live, declared := schema.ShowBoth(l, d)
		o.problem(d.Pos, "%s can't change once it is set: it is %s live and %s here. %s", path, live, declared, f.Remedy)
	}
	switch {
	case !f.Has(schema.Update):
		return nil
	case l == nil:
		return f.Type.Encode(d)
	}
	return l.WithPos(d.Pos)
}
