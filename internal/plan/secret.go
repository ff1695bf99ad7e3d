package plan

import (
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// secret is the value of a field that the API never returns, in an element
// that exists.
func (o *overlay) secret(f *schema.Field, d, live *schema.Node, path string) *schema.Node {
	switch {
	case d == nil && f.HoldsSecret(live):
		return nil // keeps what is stored
	case d == nil: // becomes secret: the API only keeps what is so already
		if d = f.CurrentValue(live, o.live); d == nil {
			return f.Type.Zero()
		}
		return o.concealed(d)
	}
	d = o.concealed(d)
	switch {
	case !f.HoldsSecret(live): // so far readable by everyone
		o.changed(path, nil, d)
		return d
	case !o.secrets:
		o.diff.Unverified = append(o.diff.Unverified, path)
		return nil
	}
	return o.again(d, path)
}

// concealed is d, known to be secret also where the manifest doesn't say so.
func (o *overlay) concealed(d *schema.Node) *schema.Node {
	d.Walk(func(n *schema.Node) {
		if !n.Sensitive {
			o.diff.Hidden = append(o.diff.Hidden, n)
		}
	})
	c := d.Clone()
	c.MarkSensitive()
	return c
}

// veiled is a declared field that is set in Astro and not returned: whether it
// differs can't be known.
func (o *overlay) veiled(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if f.Secret != nil && f.Type.Base == schema.BaseText {
		return o.secretMember(d, l, path)
	}
	if !o.secrets {
		o.diff.Unverified = append(o.diff.Unverified, path)
		return nil // left out it stays, and "" keeps secrets only
	}
	return o.again(d, path)
}

// secretMember is a declared secret that is set in Astro, where answers return "".
// An update that sends "" keeps it.
func (o *overlay) secretMember(d, l *schema.Node, path string) *schema.Node {
	if !o.secrets {
		o.diff.Unverified = append(o.diff.Unverified, path)
		return l
	}
	return o.again(o.concealed(d), path)
}

// again records a value that is written whether it differs or not.
func (o *overlay) again(d *schema.Node, path string) *schema.Node {
	if o.quiet == 0 {
		o.diff.Fields = append(o.diff.Fields, Field{Path: path, New: d, Again: true})
	}
	return d
}

// side is a level with the sibling that a secret depends on: the declared one
// if there is one.
func (o *overlay) side(f *schema.Field, declared, live *schema.Node) *schema.Node {
	if f.Secret == nil || f.Secret.IfSibling == "" || declared.Get(f.Secret.IfSibling) != nil {
		return declared
	}
	return live
}

// Secrets returns texts that only the comparison showed to be secret.
func (p *Plan) Secrets() []string {
	var manifest, secrets []*schema.Node
	for _, c := range p.Changes {
		manifest, secrets = append(manifest, c.Object.Body), append(secrets, c.Hidden...)
	}
	return resource.SensitiveTexts(manifest, secrets)
}
