package export

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// Convert joins documents in the manifest's format, such as translated Astro CLI
// deployment files, into one manifest. The caller must not replace references to
// variables, such as ${env:…}, by values: Convert copies them. Secrets in plain
// text become variables.
func Convert(catalog kind.Catalog, documents []*schema.Node, o Options) *Export {
	type section struct {
		name   string
		bodies []*schema.Node
	}
	var (
		c        converter
		sections []section
		out      = &Export{}
	)
	for _, k := range catalog {
		current := section{name: k.Section}
		for _, doc := range documents {
			list := doc.Get(k.Section)
			if k.Section == "" || list == nil {
				continue
			}
			for _, item := range list.Items {
				name := item.Get(k.Identity[0]).ScalarText()
				c.resourceTitle, c.parentName = fmt.Sprintf("%s %q", k.Title, name), ""
				if k.ParentFields != nil {
					c.parentName = schema.FindField(k.Fields, k.ParentFields[0]).DesiredValue(item).ScalarText()
				}
				current.bodies = append(current.bodies, c.convertMembers(k.Fields, item, item, "", []string{name}))
			}
		}
		sections = append(sections, current)
		out.ResourceCount += len(current.bodies)
	}
	out.Variables = assignNames(c.variables)
	d := &document{header: o.Header}
	for _, s := range sections {
		for i, body := range s.bodies {
			d.addItem(s.name, body, nil, i == 0)
		}
	}
	out.Files = []File{{o.OutputPath, d.encodeYAML()}}
	return out
}

type converter struct {
	resourceTitle, parentName string // of the resource that is being converted
	variables                 []*SecretVariable
}

// convertMembers copies the members of level, and replaces secrets in plain text by
// variables. root is the resource, path and nameParts lead to level: path in
// messages, nameParts in the names of variables.
func (c *converter) convertMembers(fields []schema.Field, level, root *schema.Node, path string, nameParts []string) *schema.Node {
	out := &schema.Node{Form: schema.Map}
	for _, m := range level.Members {
		f := schema.FindField(fields, m.Name)
		if f == nil {
			out.Members = append(out.Members, schema.Member{Name: m.Name, Value: copyAsWritten(m.Value)})
			continue
		}
		fieldPath := strings.TrimPrefix(path+"."+f.Name, ".")
		fieldParts := append(slices.Clone(nameParts), variableWord(f))
		v := m.Value
		switch {
		case (f.HoldsSecret(level) || f.HoldsSecretByPath(func(p string) string { return root.GetPath(p).ScalarText() })) && v.Form == schema.Text && v.VariableValues == nil:
			if v.Text == "" { // Astro keeps the secret that it has stored
				continue
			}
			v = c.addVariable(fieldPath, fieldParts)
		case f.Type.Base == schema.BaseObject && v.Form == schema.Map:
			v = c.convertMembers(f.Type.Fields, v, root, fieldPath, fieldParts)
		case f.Type.Base == schema.BaseList && v.Form == schema.List && f.Type.Elem.Fields != nil:
			v = c.convertItems(f, v, root, fieldPath, nameParts)
		default:
			v = copyAsWritten(v)
		}
		out.Members = append(out.Members, schema.Member{Name: m.Name, Value: v})
	}
	return out
}

func (c *converter) convertItems(f *schema.Field, list, root *schema.Node, path string, nameParts []string) *schema.Node {
	out := &schema.Node{Form: schema.List}
	for _, item := range list.Items {
		itemParts := slices.Clone(nameParts)
		for _, key := range f.Type.Key {
			itemParts = append(itemParts, item.Get(key).ScalarText())
		}
		out.Items = append(out.Items, c.convertMembers(f.Type.Elem.Fields, item, root, path+"["+f.Type.KeyOf(item)+"]", itemParts))
	}
	return out
}

func (c *converter) addVariable(path string, nameParts []string) *schema.Node {
	v := &SecretVariable{Resource: c.resourceTitle, FieldPath: path, node: &schema.Node{Form: schema.Text}, candidates: []string{variableName(nameParts), variableName(append([]string{c.parentName}, nameParts...))}}
	c.variables = append(c.variables, v)
	return v.node
}

// copyAsWritten copies a value with its references to variables.
func copyAsWritten(n *schema.Node) *schema.Node {
	if n.Form == schema.Text {
		if n.VariableValues != nil {
			return schema.String(n.Text)
		}
		return textNode(n.Text)
	}
	out := &schema.Node{Form: n.Form, Text: n.Text}
	for _, item := range n.Items {
		out.Items = append(out.Items, copyAsWritten(item))
	}
	for _, m := range n.Members {
		out.Members = append(out.Members, schema.Member{Name: m.Name, Value: copyAsWritten(m.Value)})
	}
	return out
}
