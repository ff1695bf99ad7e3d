package plan

import (
	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// mergeSecret is the value of a field that the API never returns, in an element
// that exists.
func (o *merger) mergeSecret(f *schema.Field, d, live *schema.Node, path string) *schema.Node {
	switch {
	case d == nil && f.HoldsSecret(live):
		return nil // keeps what is stored
	case d == nil: // becomes secret: the API only keeps what is so already
		if d = f.CurrentValue(live, o.live); d == nil {
			return f.Type.Zero()
		}
		return o.asSensitive(d)
	}
	d = o.asSensitive(d)
	switch {
	case !f.HoldsSecret(live): // so far readable by everyone
		o.recordChange(path, nil, d)
		return d
	case !o.writeSecrets:
		o.diff.NotComparable = append(o.diff.NotComparable, path)
		return nil
	}
	return o.recordRewrite(d, path)
}

// asSensitive is d, known to be secret also where the manifest doesn't say so.
func (o *merger) asSensitive(d *schema.Node) *schema.Node {
	d.Walk(func(n *schema.Node) {
		if !n.Sensitive {
			o.diff.NewlySensitive = append(o.diff.NewlySensitive, n)
		}
	})
	c := d.Clone()
	c.MarkSensitive()
	return c
}

// mergeRedacted is a declared field that is set in Astro and not returned: whether it
// differs can't be known.
func (o *merger) mergeRedacted(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if f.Secret != nil && f.Type.Base == schema.BaseText {
		return o.mergeSecretMember(d, l, path)
	}
	if !o.writeSecrets {
		o.diff.NotComparable = append(o.diff.NotComparable, path)
		return nil // left out it stays, and "" keeps secrets only
	}
	return o.recordRewrite(d, path)
}

// mergeSecretMember is a declared secret that is set in Astro, where answers return "".
// An update that sends "" keeps it.
func (o *merger) mergeSecretMember(d, l *schema.Node, path string) *schema.Node {
	if !o.writeSecrets {
		o.diff.NotComparable = append(o.diff.NotComparable, path)
		return l
	}
	return o.recordRewrite(o.asSensitive(d), path)
}

// recordRewrite records a value that is written whether it differs or not.
func (o *merger) recordRewrite(d *schema.Node, path string) *schema.Node {
	if o.silentDepth == 0 {
		o.diff.Fields = append(o.diff.Fields, Field{Path: path, New: d, Rewrite: true})
	}
	return d
}

// secretContext is a level with the sibling that a secret depends on: the declared one
// if there is one.
func (o *merger) secretContext(f *schema.Field, declared, live *schema.Node) *schema.Node {
	if f.Secret == nil || f.Secret.IfSibling == "" || declared.Get(f.Secret.IfSibling) != nil {
		return declared
	}
	return live
}

// NewlySensitiveTexts returns texts that only the comparison showed to be secret.
func (p *Plan) NewlySensitiveTexts() []string {
	var manifest, secrets []*schema.Node
	for _, c := range p.Changes {
		manifest, secrets = append(manifest, c.Resource.Body), append(secrets, c.NewlySensitive...)
	}
	return resource.SensitiveTexts(manifest, secrets)
}
