package plan

import "astro-apply/internal/schema"

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
