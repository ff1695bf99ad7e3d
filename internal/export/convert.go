package export

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Convert writes documents in our words, such as Astro CLI deployment files are
// translated into, as one manifest. Whatever ${env:…} and ${secret:…} were read
// for has to be there as it was written. Secrets that the documents spell out
// become variables.
func Convert(catalog resource.Catalog, documents []*schema.Node, o Options) *Export {
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
		at := section{name: k.Section}
		for _, doc := range documents {
			list := doc.Get(k.Section)
			if k.Section == "" || list == nil {
				continue
			}
			for _, item := range list.Items {
				name := item.Get(k.Identity[0]).ScalarText()
				c.resourceTitle, c.parentName = fmt.Sprintf("%s %q", k.Name, name), ""
				if home := k.ParentFields; home != nil {
					c.parentName = schema.FindField(k.Fields, home[0]).DesiredValue(item).ScalarText()
				}
				at.bodies = append(at.bodies, c.convertMembers(k.Fields, item, item, "", []string{name}))
			}
		}
		sections = append(sections, at)
		out.ResourceCount += len(at.bodies)
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
	resourceTitle, parentName string // the object at hand, in words, and what it lives in
	variables                 []*SecretVariable
}

// convertMembers copies one level, with its secrets as variables.
func (c *converter) convertMembers(fields []schema.Field, level, root *schema.Node, path string, parts []string) *schema.Node {
	out := &schema.Node{Form: schema.Map}
	for _, m := range level.Members {
		f := schema.FindField(fields, m.Name)
		if f == nil {
			out.Members = append(out.Members, schema.Member{Name: m.Name, Value: copyAsWritten(m.Value)})
			continue
		}
		at := strings.TrimPrefix(path+"."+f.Name, ".")
		words := append(slices.Clone(parts), variableWord(f))
		v := m.Value
		switch {
		case (f.HoldsSecret(level) || f.HoldsSecretByPath(func(p string) string { return root.GetPath(p).ScalarText() })) && v.Form == schema.Text && v.VariableValues == nil:
			if v.Text == "" { // the one that is stored
				continue
			}
			v = c.addVariable(at, words)
		case f.Type.Base == schema.BaseObject && v.Form == schema.Map:
			v = c.convertMembers(f.Type.Fields, v, root, at, words)
		case f.Type.Base == schema.BaseList && v.Form == schema.List && f.Type.Elem.Fields != nil:
			v = c.convertItems(f, v, root, at, parts)
		default:
			v = copyAsWritten(v)
		}
		out.Members = append(out.Members, schema.Member{Name: m.Name, Value: v})
	}
	return out
}

func (c *converter) convertItems(f *schema.Field, list, root *schema.Node, path string, parts []string) *schema.Node {
	out := &schema.Node{Form: schema.List}
	for _, item := range list.Items {
		words := slices.Clone(parts)
		for _, key := range f.Type.Key {
			words = append(words, item.Get(key).ScalarText())
		}
		out.Items = append(out.Items, c.convertMembers(f.Type.Elem.Fields, item, root, path+"["+f.Type.KeyOf(item)+"]", words))
	}
	return out
}

func (c *converter) addVariable(path string, words []string) *schema.Node {
	v := &SecretVariable{Resource: c.resourceTitle, FieldPath: path, node: &schema.Node{Form: schema.Text}, candidates: []string{variableName(words), variableName(append([]string{c.parentName}, words...))}}
	c.variables = append(c.variables, v)
	return v.node
}

// copyAsWritten is a value as it was written, references to variables included.
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
