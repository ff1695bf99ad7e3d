package resource

import (
	"fmt"

	"astro-apply/internal/schema"
)

// markSensitive marks the values of secret fields, wherever they came from. path is
// where n is in its object.
func (d *desiredLoader) markSensitive(fields []schema.Field, n, root *schema.Node, path string) {
	for i := range fields {
		f := &fields[i]
		value, at := n.Get(f.Name), path+f.Name
		switch {
		case value == nil:
		case holdsSecret(f, n, root):
			d.warnPlainText(value, at)
			value.MarkSensitive()
			d.secretNodes = append(d.secretNodes, value)
		case isSensitivityUnclear(f, n):
			value.MarkSensitive()
			d.secretNodes = append(d.secretNodes, value)
		case f.Type.Base == schema.BaseObject:
			d.markSensitive(f.Type.Fields, value, root, at+".")
		case f.Type.Base == schema.BaseList && f.Type.Elem.Fields != nil:
			for j, item := range value.Items {
				d.markSensitive(f.Type.Elem.Fields, item, root, fmt.Sprintf("%s[%d].", at, j))
			}
		}
	}
}

// warnPlainText warns of every secret in value that the manifest contains itself.
func (d *desiredLoader) warnPlainText(value *schema.Node, path string) {
	for _, m := range value.Members {
		d.warnPlainText(m.Value, path+"."+m.Name)
	}
	if value.Form == schema.Text && value.Text != "" && value.VariableValues == nil {
		d.problems.Add(schema.Problem{Pos: value.Pos, Warning: true, Message: path + " is a secret in plain text: everyone who can read this file can read it; " +
			"rotate it, store the new one as a GitHub secret, and write ${secret:NAME}"})
	}
}

// holdsSecret reports whether the value of a field at the level n of an object
// is secret.
func holdsSecret(f *schema.Field, n, object *schema.Node) bool {
	return f.HoldsSecret(n) || f.HoldsSecretByPath(func(path string) string { return object.GetPath(path).ScalarText() })
}

// markSensitiveResponse marks the values of secret fields in an answer, which Astro
// doesn't return on purpose, and lists their texts.
func markSensitiveResponse(fields []schema.Field, n, object *schema.Node) (texts []string) {
	for i := range fields {
		f := &fields[i]
		switch value := f.CurrentValue(n, object); {
		case value == nil:
		case holdsSecret(f, n, object):
			value.Walk(func(m *schema.Node) {
				if m.Form == schema.Text && m.Text != "" {
					m.Sensitive = true
					texts = append(texts, m.SensitiveTexts()...)
				}
			})
		case f.Type.Base == schema.BaseObject:
			texts = append(texts, markSensitiveResponse(f.Type.Fields, value, object)...)
		case f.Type.Base == schema.BaseList && f.Type.Elem.Fields != nil:
			for _, item := range value.Items {
				texts = append(texts, markSensitiveResponse(f.Type.Elem.Fields, item, object)...)
			}
		}
	}
	return texts
}

// isSensitivityUnclear reports whether what says that a field is secret says neither yes nor
// no. That is reported, and the value is not told along with it.
func isSensitivityUnclear(f *schema.Field, n *schema.Node) bool {
	if f.Secret == nil || f.Secret.IfSibling == "" {
		return false
	}
	says := n.Get(f.Secret.IfSibling)
	return says != nil && !says.Is("true") && !says.Is("false")
}

// sensitiveTexts lists the texts by which the concealed values could be told.
func (d *desiredLoader) sensitiveTexts(documents []*schema.Node) []string {
	var secrets []*schema.Node
	for _, value := range d.secretNodes {
		value.Walk(func(n *schema.Node) { secrets = append(secrets, n) })
	}
	return SensitiveTexts(documents, secrets)
}

// SensitiveTexts lists the texts by which values that are secret could be told. What the
// manifest spells out elsewhere, where it is none, is no secret: it may be the
// name of an object.
func SensitiveTexts(manifest, secrets []*schema.Node) []string {
	if len(secrets) == 0 {
		return nil
	}
	secret, open := map[*schema.Node]bool{}, map[string]bool{}
	for _, n := range secrets {
		secret[n] = true
	}
	for _, document := range manifest {
		document.Walk(func(n *schema.Node) {
			if !n.Sensitive && !secret[n] {
				open[n.Text] = true
			}
		})
	}
	var out []string
	for _, n := range secrets {
		if n.VariableValues != nil || !open[n.Text] {
			out = append(out, n.SensitiveTexts()...)
		}
	}
	return out
}
