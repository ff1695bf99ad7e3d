package plan

import (
	"astro-apply/internal/desired"
	"astro-apply/internal/schema"
)

// mergeSecret returns the value to send for a field of an existing item that the API never returns.
func (m *merger) mergeSecret(f *schema.Field, d, live *schema.Node, path string) *schema.Node {
	switch {
	case d == nil && f.HoldsSecret(live, nil):
		return nil // Astro keeps the stored value
	case d == nil: // becomes secret: send the value, because the API keeps only values that are secret already
		if d = f.CurrentValue(live, m.live); d == nil {
			return f.Type.Zero()
		}
		return m.asSensitive(d)
	}
	d = m.asSensitive(d)
	if !f.HoldsSecret(live, nil) { // becomes secret: until now, anyone can read it
		m.recordChange(path, nil, d)
		return d
	}
	return m.mergeUncomparable(d, nil, path)
}

// asSensitive returns a copy of d marked as sensitive. It remembers the values that the manifest doesn't mark as
// secret.
func (m *merger) asSensitive(d *schema.Node) *schema.Node {
	d.Walk(func(n *schema.Node) {
		if !n.Sensitive {
			m.NewlySensitive = append(m.NewlySensitive, n)
		}
	})
	c := d.Clone()
	c.MarkSensitive()
	return c
}

// writesSecrets reports whether declared secrets that can't be compared are written.
func (m *merger) writesSecrets() bool { return m.writeSecrets || m.isSent }

// mergeRedacted merges a declared field that is set in Astro but not returned.
func (m *merger) mergeRedacted(f *schema.Field, d, l *schema.Node, path string) *schema.Node {
	if f.Secret != nil && f.Type.Base == schema.BaseText {
		return m.mergeSecretMember(d, l, path)
	}
	return m.mergeUncomparable(d, nil, path) // Astro keeps an omitted value; "" would keep only a secret
}

// mergeSecretMember merges a declared secret for which Astro returns "". If an update sends "", Astro keeps the secret.
func (m *merger) mergeSecretMember(d, l *schema.Node, path string) *schema.Node {
	if m.writesSecrets() {
		d = m.asSensitive(d)
	}
	return m.mergeUncomparable(d, l, path)
}

// mergeUncomparable merges a declared value whose current value isn't known. It returns unchanged, which lets Astro
// keep that value, unless the update writes secrets.
func (m *merger) mergeUncomparable(d, unchanged *schema.Node, path string) *schema.Node {
	switch {
	case !m.writesSecrets():
		m.NotComparable = append(m.NotComparable, m.labelOf(path))
		return unchanged
	case !m.isSilent:
		m.Fields = append(m.Fields, Field{Path: path, Label: m.labelOf(path), New: d, Rewrite: true})
	}
	return d
}

// secretContext returns the object with the sibling that decides whether f is secret: the declared object if it has the
// sibling, otherwise the current one.
func (m *merger) secretContext(f *schema.Field, declared, live *schema.Node) *schema.Node {
	if f.Secret == nil || declared.Get(f.Secret.If) != nil {
		return declared
	}
	return live
}

// NewlySensitiveTexts returns texts that only the comparison identified as secret.
func (p *Plan) NewlySensitiveTexts() []string {
	var manifest, secrets []*schema.Node
	for _, c := range p.Changes {
		manifest, secrets = append(manifest, c.Resource.Body), append(secrets, c.NewlySensitive...)
	}
	return desired.SensitiveTexts(manifest, secrets)
}
