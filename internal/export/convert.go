package export

import (
	"fmt"

	"astro-apply/internal/kind"
	"astro-apply/internal/manifest"
	"astro-apply/internal/schema"
)

// Convert joins documents in the manifest's format, such as translated Astro CLI
// deployment files, into one manifest. The caller must not replace references to
// variables, such as ${env:…}, by values: Convert copies them. Secrets in plain
// text become variables.
func Convert(catalog kind.Catalog, documents []*schema.Node, o Options) *Export {
	var (
		c        converter
		sections []string // of bodies
		bodies   []*schema.Node
	)
	for _, k := range catalog {
		for _, doc := range documents {
			list := doc.Get(k.Section)
			if k.Section == "" || list == nil {
				continue
			}
			for _, item := range list.Items {
				sections, bodies = append(sections, k.Section), append(bodies, c.convertResource(k, item))
			}
		}
	}
	out := &Export{ResourceCount: len(bodies), Variables: assignNames(c.variables)}
	d := &document{header: o.Header}
	for i, body := range bodies {
		d.addItem(sections[i], body, nil)
	}
	out.Files = []manifest.Source{{Name: o.OutputPath, Data: d.encodeYAML()}}
	return out
}

type converter struct {
	resourceTitle, parentName string // of the resource that is being converted
	variables                 []*SecretVariable
}

func (c *converter) convertResource(k *kind.Kind, item *schema.Node) *schema.Node {
	name := item.Get(k.Identity[0]).ScalarText()
	c.resourceTitle, c.parentName = fmt.Sprintf("%s %q", k.Title, name), ""
	if k.ParentFields != nil {
		c.parentName = schema.FindField(k.Fields, k.ParentFields[0]).DesiredValue(item).ScalarText()
	}
	body := item.Clone()
	c.replaceSecrets(k.Fields, body, body, location{nameParts: []string{name}})
	escapeReferences(body)
	return body
}

// replaceSecrets replaces secrets in plain text by variables. level is a part of root
// at the location.
func (c *converter) replaceSecrets(fields []schema.Field, level, root *schema.Node, at location) {
	for i := range fields {
		f := &fields[i]
		v, at := level.Get(f.Name), at.field(f)
		switch {
		case v == nil:
		case f.HoldsSecretIn(level, root) && v.Form == schema.Text && v.VariableValues == nil:
			if v.Text == "" { // Astro keeps the secret that it has stored
				level.Delete(f.Name)
			} else {
				level.Set(f.Name, c.addVariable(at))
			}
		case f.Type.Base == schema.BaseObject && v.Form == schema.Map:
			c.replaceSecrets(f.Type.Fields, v, root, at)
		case f.Type.Base == schema.BaseList && v.Form == schema.List && f.Type.Elem.Fields != nil:
			for _, item := range v.Items {
				var words []string
				for _, key := range f.Type.Key {
					words = append(words, item.Get(key).ScalarText())
				}
				c.replaceSecrets(f.Type.Elem.Fields, item, root, at.item(f.Type.KeyOf(item), words))
			}
		}
	}
}

func (c *converter) addVariable(at location) *schema.Node {
	v := newVariable(c.resourceTitle, at, nil, []string{c.parentName})
	c.variables = append(c.variables, v)
	return v.node
}

// escapeReferences escapes ${ in all texts of n that are not references to variables.
func escapeReferences(n *schema.Node) {
	n.Walk(func(m *schema.Node) {
		if m.Form == schema.Text && m.VariableValues == nil {
			m.Text = textNode(m.Text).Text
		}
	})
}
