package resource

import "astro-apply/internal/schema"

// conceal marks the values of secret fields, wherever they came from.
func (d *declarer) conceal(fields []schema.Field, n, root *schema.Node) {
	for i := range fields {
		f := &fields[i]
		value := n.Get(f.Name)
		switch {
		case value == nil:
		case f.HoldsSecret(n), unclear(f, n), f.HoldsSecretIn(func(path string) string { return root.Path(path).Value() }):
			value.Conceal()
			d.secrets = append(d.secrets, value)
		case f.Type.Base == schema.BaseObject:
			d.conceal(f.Type.Fields, value, root)
		case f.Type.Base == schema.BaseList && f.Type.Elem.Fields != nil:
			for _, item := range value.Items {
				d.conceal(f.Type.Elem.Fields, item, root)
			}
		}
	}
}

// unclear reports whether what says that a field is secret says neither yes nor
// no. That is reported, and the value is not told along with it.
func unclear(f *schema.Field, n *schema.Node) bool {
	if f.Secret == nil || f.Secret.If == "" {
		return false
	}
	says := n.Get(f.Secret.If)
	return says != nil && !says.Is("true") && !says.Is("false")
}

// scrub lists the texts by which the concealed values could be told.
func (d *declarer) scrub(documents []*schema.Node) []string {
	var secrets []*schema.Node
	for _, value := range d.secrets {
		value.Walk(func(n *schema.Node) { secrets = append(secrets, n) })
	}
	return Scrub(documents, secrets)
}

// Scrub lists the texts by which values that are secret could be told. What the
// manifest spells out elsewhere, where it is none, is no secret: it may be the
// name of an object.
func Scrub(manifest, secrets []*schema.Node) []string {
	if len(secrets) == 0 {
		return nil
	}
	secret, open := map[*schema.Node]bool{}, map[string]bool{}
	for _, n := range secrets {
		secret[n] = true
	}
	for _, document := range manifest {
		document.Walk(func(n *schema.Node) {
			if !n.Secret && !secret[n] {
				open[n.Text] = true
			}
		})
	}
	var out []string
	for _, n := range secrets {
		if n.Read != nil || !open[n.Text] {
			out = append(out, n.Scrub()...)
		}
	}
	return out
}
