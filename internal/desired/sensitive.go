package desired

import (
	"fmt"

	"astro-apply/internal/schema"
)

// markSensitive marks the values of secret fields, including values from variables. path
// is the path of n in its resource.
func (d *loader) markSensitive(fields []schema.Field, n, root *schema.Node, path string) {
	for i := range fields {
		f := &fields[i]
		value, fieldPath := n.Get(f.Name), path+f.Name
		switch {
		case value == nil:
		case f.HoldsSecretIn(n, root):
			d.warnPlainText(value, fieldPath)
			value.MarkSensitive()
			d.desired.secretNodes = append(d.desired.secretNodes, value)
		case isSensitivityUnclear(f, n):
			value.MarkSensitive()
			d.desired.secretNodes = append(d.desired.secretNodes, value)
		case f.Type.Base == schema.BaseObject:
			d.markSensitive(f.Type.Fields, value, root, fieldPath+".")
		case f.Type.Base == schema.BaseList && f.Type.Elem.Fields != nil:
			for j, item := range value.Items {
				d.markSensitive(f.Type.Elem.Fields, item, root, fmt.Sprintf("%s[%d].", fieldPath, j))
			}
		}
	}
}

// warnPlainText warns about every secret in value that the manifest contains in plain
// text.
func (d *loader) warnPlainText(value *schema.Node, path string) {
	for _, m := range value.Members {
		d.warnPlainText(m.Value, path+"."+m.Name)
	}
	if value.Form == schema.Text && value.Text != "" && value.VariableValues == nil {
		d.problems.Add(schema.Problem{Pos: value.Pos, Warning: true, Message: path + " is a secret in plain text: everyone who can read this file can read it; " +
			"rotate it, store the new value as a GitHub secret, and write ${secret:NAME}"})
	}
}

// isSensitivityUnclear reports whether the field that decides on secrecy, such as
// isSecret, is neither true nor false. That is an error, and its message must not reveal
// the value.
func isSensitivityUnclear(f *schema.Field, n *schema.Node) bool {
	if f.Secret == nil {
		return false
	}
	isSecret := n.Get(f.Secret.If)
	return isSecret != nil && !isSecret.Is("true") && !isSecret.Is("false")
}

// sensitiveTexts returns the texts that would reveal a secret of the manifest.
func (d *loader) sensitiveTexts(documents []*schema.Node) []string {
	var secrets []*schema.Node
	for _, value := range d.desired.secretNodes {
		value.Walk(func(n *schema.Node) { secrets = append(secrets, n) })
	}
	return SensitiveTexts(documents, secrets)
}

// SensitiveTexts returns the texts that would reveal a secret. It omits a text that the
// manifest also contains as a non-secret value, such as the name of a resource.
func SensitiveTexts(manifest, secrets []*schema.Node) []string {
	if len(secrets) == 0 {
		return nil
	}
	isSecret, plainTexts := map[*schema.Node]bool{}, map[string]bool{}
	for _, n := range secrets {
		isSecret[n] = true
	}
	for _, document := range manifest {
		document.Walk(func(n *schema.Node) {
			if !n.Sensitive && !isSecret[n] {
				plainTexts[n.Text] = true
			}
		})
	}
	var out []string
	for _, n := range secrets {
		if n.VariableValues != nil || !plainTexts[n.Text] {
			out = append(out, n.SensitiveTexts()...)
		}
	}
	return out
}
