package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	yaml "go.yaml.in/yaml/v4"

	"astro-apply/internal/schema"
)

// The bounds on one run's manifests. Aliases count each time they are used, so
// a few lines that expand to billions of nodes stop here.
const (
	maxDepth = 64
	maxNodes = 500_000
)

type reader struct {
	env    Environment
	result Result
	name   string
	nodes  int             // still allowed
	depth  int             // of the current node
	seen   map[string]bool // secrets already recorded
	full   bool            // the bound was reported
}

func (r *reader) report(pos schema.Pos, format string, args ...any) {
	r.result.Problems = append(r.result.Problems, schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) file(s Source) {
	r.name = s.Name
	loader, err := yaml.NewLoader(bytes.NewReader(s.Data))
	for err == nil {
		var document yaml.Node
		if err = loader.Load(&document); err != nil {
			break
		}
		if len(document.Content) == 0 {
			continue
		}
		root := document.Content[0]
		if root.Tag == "!!null" {
			continue // a document of comments only
		}
		r.result.Documents = append(r.result.Documents, r.node(root))
	}
	if !errors.Is(err, io.EOF) {
		r.syntax(err)
	}
}

// syntax reports what the YAML library refused, at the place it names.
func (r *reader) syntax(err error) {
	pos, message := schema.Pos{File: r.name, Line: 1, Col: 1}, err.Error()
	if load, ok := errors.AsType[*yaml.LoadError](err); ok {
		message = load.Message
		if load.Mark.Line > 0 {
			pos.Line, pos.Col = load.Mark.Line, max(load.Mark.Column, 1)
		}
	}
	if message == "found character that cannot start any token" {
		message += " (a tab? YAML indents with spaces only; a value that starts with @ or ` needs quotes)"
	}
	r.report(pos, "not valid YAML: %s", message)
}

func (r *reader) pos(n *yaml.Node) schema.Pos {
	return schema.Pos{File: r.name, Line: n.Line, Col: n.Column}
}

// node turns one YAML node into ours; it never returns nil, so that a tree
// with problems can still be checked for more of them.
func (r *reader) node(n *yaml.Node) *schema.Node {
	pos := r.pos(n)
	out := &schema.Node{Pos: pos}
	r.nodes--
	r.depth++
	defer func() { r.depth-- }()
	switch {
	case r.full:
		return out
	case r.nodes < 0:
		r.full = true
		r.report(pos, "more than %d values, aliases counted each time", maxNodes)
		return out
	case r.depth > maxDepth:
		r.full = true
		r.report(pos, "nested deeper than %d levels, or an alias that holds itself", maxDepth)
		return out
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.node(n.Alias)
	case yaml.SequenceNode:
		out.Form = schema.List
		for _, item := range n.Content {
			out.Items = append(out.Items, r.node(item))
		}
	case yaml.MappingNode:
		out.Form = schema.Map
		r.mapping(n, out)
	default:
		r.scalar(n, out)
	}
	return out
}

// mapping reads members in order. A merge key (<<) brings in what the mapping
// doesn't say itself; a key that is there twice is an error, because YAML
// readers differ in which one wins.
func (r *reader) mapping(n *yaml.Node, out *schema.Node) {
	var merged []*schema.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.ShortTag() == "!!merge" {
			merged = append(merged, r.node(value))
			continue
		}
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			r.report(r.pos(key), "a key must be a plain name")
			continue
		}
		if first := member(out, key.Value); first != nil {
			r.report(r.pos(key), "%q is there twice, first at line %d", key.Value, first.Pos.Line)
			continue
		}
		out.Members = append(out.Members, schema.Member{Name: key.Value, Pos: r.pos(key), Value: r.node(value)})
	}
	for _, m := range merged {
		r.merge(out, m)
	}
}

func (r *reader) merge(out, from *schema.Node) {
	switch from.Form {
	case schema.Map:
		for _, m := range from.Members {
			if member(out, m.Name) == nil {
				out.Members = append(out.Members, m)
			}
		}
	case schema.List:
		for _, item := range from.Items {
			r.merge(out, item)
		}
	default:
		r.report(from.Pos, "<< merges mappings, not %s", from.Form)
	}
}

func member(n *schema.Node, name string) *schema.Member {
	for i := range n.Members {
		if n.Members[i].Name == name {
			return &n.Members[i]
		}
	}
	return nil
}

func (r *reader) scalar(n *yaml.Node, out *schema.Node) {
	out.Text = n.Value
	out.Plain = n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	switch n.ShortTag() {
	case "!!null":
		out.Form = schema.Null
	case "!!bool":
		r.boolean(out)
	case "!!int", "!!float":
		out.Form = schema.Number
	case "!!str", "!!timestamp": // a date is the text that was written
		out.Form = schema.Text
		r.expand(out)
	default:
		out.Form = schema.Text
		r.report(out.Pos, "the tag %s is not supported; write the value as plain text", n.ShortTag())
	}
}

// boolean accepts what every YAML reader takes for a boolean.
func (r *reader) boolean(out *schema.Node) {
	switch out.Text {
	case "true", "True", "TRUE":
		out.Form, out.Text = schema.Bool, "true"
	case "false", "False", "FALSE":
		out.Form, out.Text = schema.Bool, "false"
	default: // yes, on: text in YAML 1.2; the field's type decides what is said
		out.Form = schema.Text
	}
}
