package export

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"astro-apply/internal/schema"
)

// document builds the YAML text of one manifest.
type document struct {
	header  string
	footer  []string // comments at the end of the file, one per line
	root    yaml.Node
	section string     // to which addItem added last
	items   *yaml.Node // of section
}

func (d *document) addValue(name string, value *schema.Node) {
	d.addPair(name, toYAMLNode(value))
}

func (d *document) addPair(name string, value *yaml.Node) {
	d.root.Content = append(d.root.Content, scalarNode("!!str", name), value)
}

// addSingleton adds a section that holds one value instead of a list of resources.
func (d *document) addSingleton(section string, value *schema.Node, comments []string) {
	d.addValue(section, value)
	d.root.Content[len(d.root.Content)-2].HeadComment = formatComment(comments)
}

// addItem adds a resource to a section that is a list.
func (d *document) addItem(section string, value *schema.Node, comments []string) {
	if section != d.section {
		d.section, d.items = section, &yaml.Node{Kind: yaml.SequenceNode}
		d.addPair(section, d.items)
	}
	n := toYAMLNode(value)
	n.Style &^= yaml.FlowStyle
	n.HeadComment = formatComment(comments)
	d.items.Content = append(d.items.Content, n)
}

// formatComment returns lines as a YAML comment. It replaces line breaks and invisible
// characters in them, so that no part of a line can end the comment.
func formatComment(lines []string) string {
	var out []string
	for _, line := range lines {
		line = strings.Map(func(r rune) rune {
			if isInvisible(r) {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(line, " "))
		out = append(out, "# "+strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(out, "\n")
}

func (d *document) encodeYAML() []byte {
	var head, body bytes.Buffer
	for line := range strings.Lines(d.header) {
		head.WriteString("# " + strings.TrimSpace(line) + "\n")
	}
	d.root.Kind = yaml.MappingNode
	e := yaml.NewEncoder(&body)
	e.SetIndent(2)
	if err := e.Encode(&d.root); err != nil { // not expected: the tree holds only maps, lists and scalars
		return []byte("# " + err.Error() + "\n")
	}
	_ = e.Close()
	// Write an empty line before each section, or before its comment.
	previousIsComment := false
	for line := range strings.Lines(body.String()) {
		topLevel := line[0] != ' ' && line != "\n" // an empty line is part of a multi-line text
		if topLevel && !previousIsComment {
			head.WriteString("\n")
		}
		previousIsComment = topLevel && line[0] == '#'
		head.WriteString(escapeInvisible(line))
	}
	if len(d.footer) > 0 {
		head.WriteString("\n" + formatComment(d.footer) + "\n")
	}
	return head.Bytes()
}

// maxFlowLength is the maximum length, in bytes, of a list item on one line.
const maxFlowLength = 100

func toYAMLNode(n *schema.Node) *yaml.Node {
	switch n.Form {
	case schema.Map:
		out := &yaml.Node{Kind: yaml.MappingNode}
		for _, m := range n.Members {
			out.Content = append(out.Content, scalarNode("!!str", m.Name), toYAMLNode(m.Value))
		}
		if len(n.Members) == 0 || isQualifiedReference(n) {
			out.Style = yaml.FlowStyle
		}
		return out
	case schema.List:
		out := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range n.Items {
			e := toYAMLNode(item)
			if e.Kind == yaml.MappingNode && fitsOneLine(item) {
				e.Style = yaml.FlowStyle
			}
			out.Content = append(out.Content, e)
		}
		if len(n.Items) == 0 {
			out.Style = yaml.FlowStyle
		}
		return out
	case schema.Bool:
		return scalarNode("!!bool", n.Text)
	case schema.Number:
		if strings.ContainsAny(n.Text, ".eE") {
			return scalarNode("!!float", n.Text)
		}
		return scalarNode("!!int", n.Text)
	case schema.Null:
		return scalarNode("!!null", "null")
	}
	return scalarNode("!!str", n.Text)
}

func scalarNode(tag, value string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
	switch {
	case tag != "!!str":
	case schema.IsYAML11Boolean(value), strings.ContainsFunc(value, isInvisible):
		n.Style = yaml.DoubleQuotedStyle
	case strings.Contains(value, "\n"):
		n.Style = yaml.LiteralStyle
	}
	return n
}

// isInvisible reports whether r needs an escape: an unprintable character that readers
// may not see, or that only some of them take for a line break.
func isInvisible(r rune) bool { return !unicode.IsPrint(r) && r != '\n' && r != '\t' }

// escapeInvisible replaces invisible characters by escapes. The encoder doesn't escape
// all of them, for example U+202E, which changes the order in which text is shown.
// scalarNode puts texts with such characters in double quotes, so escapes are valid.
func escapeInvisible(line string) string {
	var out strings.Builder
	for _, r := range line {
		switch {
		case !isInvisible(r):
			out.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&out, `\U%08X`, r)
		default:
			fmt.Fprintf(&out, `\u%04X`, r)
		}
	}
	return out.String()
}

// fitsOneLine reports whether a list item is short and flat enough for one line.
func fitsOneLine(n *schema.Node) bool {
	size := 0
	for _, m := range n.Members {
		switch {
		case isQualifiedReference(m.Value):
			for _, part := range m.Value.Members {
				size += len(part.Name) + len(part.Value.Text) + 4
			}
		case m.Value.Form == schema.Map, m.Value.Form == schema.List, strings.Contains(m.Value.Text, "\n"):
			return false
		}
		size += len(m.Name) + len(m.Value.Text) + 4
	}
	return size <= maxFlowLength
}

// isQualifiedReference reports whether n is a reference by name and Workspace.
func isQualifiedReference(n *schema.Node) bool {
	return n.Form == schema.Map && len(n.Members) == 2 && n.DisplayName != ""
}
