package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"

	"astro-apply/internal/schema"

	yaml "go.yaml.in/yaml/v4"
)

// The limits for the manifests of one run. Aliases and variables count each time they
// are used, because a few lines with aliases can expand to billions of nodes.
const (
	maxDepth  = 64
	maxValues = 500_000
	maxText   = 32 << 20
)

type reader struct {
	env          Environment
	result       Result
	fileName     string // of the current file
	fileData     []byte
	lineCount    int
	valuesLeft   int             // number of values that are still allowed
	textLeft     int             // number of bytes of keys and values that are still allowed
	depth        int             // of the current node
	overLimit    bool            // the current document exceeds a limit
	knownSecrets map[string]bool // secrets that are already in result
	reported     map[problemKey]bool

	problems schema.Problems
	seed     maphash.Seed
}

// problemKey identifies a problem of the current file by a hash of its message, because
// the messages of a hostile file can have megabytes.
type problemKey struct {
	line, col int32
	message   uint64
}

func (r *reader) addErrorf(pos schema.Pos, format string, args ...any) {
	r.addProblem(schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) addWarningf(pos schema.Pos, format string, args ...any) {
	r.addProblem(schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Warning: true})
}

// addProblem adds a problem unless it is already reported. Each alias of a mapping
// repeats the problems in the mapping.
func (r *reader) addProblem(p schema.Problem) {
	key := problemKey{int32(p.Pos.Line), int32(p.Pos.Col), maphash.String(r.seed, p.Message)} //nolint:gosec // a file has at most 4 MiB
	if !r.reported[key] {
		r.reported[key] = true
		r.problems.Add(p)
	}
}

func (r *reader) readFile(s Source) {
	r.fileName, r.fileData, r.lineCount = s.Name, s.Data, 1+bytes.Count(s.Data, newline)
	r.reported = map[problemKey]bool{}
	if r.checkRawText() {
		return
	}
	loader, err := yaml.NewLoader(bytes.NewReader(s.Data))
	for err == nil && r.valuesLeft >= 0 && r.textLeft >= 0 {
		var document yaml.Node
		if err = loader.Load(&document); err == nil && len(document.Content) > 0 {
			r.readDocument(document.Content[0])
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.addSyntaxError(err)
	}
}

// readDocument adds a document to the result. It skips a document that only contains
// comments, and one that exceeds a limit, because further problems of an incomplete tree
// would only confuse the user.
func (r *reader) readDocument(root *yaml.Node) {
	r.overLimit = false
	if n := r.readNode(root); !r.overLimit && n.Form != schema.Null {
		r.result.Documents = append(r.result.Documents, n)
	}
}

// chargeLimits subtracts nodes and bytes of text from the limits. It reports the first
// limit that a document exceeds, and returns false from then on.
func (r *reader) chargeLimits(pos schema.Pos, nodes, text int) bool {
	r.valuesLeft -= nodes
	r.textLeft -= text
	switch {
	case r.overLimit:
		return false
	case r.valuesLeft < 0:
		r.addErrorf(pos, "the manifests have more than %d values (aliases count each time they are used); use several runs with fewer files", maxValues)
	case r.textLeft < 0:
		r.addErrorf(pos, "the manifests have more than %d MiB of text (aliases and variables count each time they are used); use several runs with fewer files", maxText>>20)
	case r.depth > maxDepth:
		r.addErrorf(pos, "the manifest is nested deeper than %d levels, or an alias contains itself; reduce the nesting, or remove the alias", maxDepth)
	default:
		return true
	}
	r.overLimit = true
	return false
}

// readNode converts a YAML node. It never returns nil, so that a tree with problems can
// be checked for more problems.
func (r *reader) readNode(n *yaml.Node) *schema.Node {
	r.depth++
	defer func() { r.depth-- }()
	out := &schema.Node{Pos: r.nodePos(n)}
	if !r.chargeLimits(out.Pos, 1, len(n.Value)) {
		return out
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.readNode(n.Alias)
	case yaml.SequenceNode:
		out.Form = schema.List
		r.checkTag(n, "!!seq")
		for i := 0; i < len(n.Content) && !r.overLimit; i++ {
			out.Items = append(out.Items, r.readNode(n.Content[i]))
		}
	case yaml.MappingNode:
		if isTemplate(n) {
			return r.readTemplate(n, out)
		}
		out.Form = schema.Map
		r.checkTag(n, "!!map")
		r.readMapping(n, out)
	default:
		r.readScalar(n, out)
	}
	return out
}

// isTemplate reports whether a mapping starts with {{, as expressions of template engines do.
func isTemplate(n *yaml.Node) bool {
	if len(n.Content) == 0 || n.Style&yaml.FlowStyle == 0 {
		return false
	}
	key := n.Content[0]
	return key.Kind == yaml.MappingNode && key.Style&yaml.FlowStyle != 0 && key.Line == n.Line && key.Column == n.Column+1
}

// readTemplate reports an unquoted expression of a template engine, and reads it as text,
// so that it has no further problems.
func (r *reader) readTemplate(n *yaml.Node, out *schema.Node) *schema.Node {
	r.addErrorf(out.Pos, templateProblem, "{{")
	out.Form = schema.Text
	if inner := n.Content[0].Content; len(inner) > 0 && r.chargeLimits(out.Pos, 0, len(inner[0].Value)) {
		out.Text = "{{ " + inner[0].Value + " }}"
	}
	return out
}

// checkTag reports a tag other than defaultTag, the one that the value has without a
// tag. This package doesn't convert values to other types.
func (r *reader) checkTag(n *yaml.Node, defaultTag string) {
	if n.Style&yaml.TaggedStyle != 0 && n.ShortTag() != defaultTag {
		r.addErrorf(r.nodePos(n), "the tag %s is not supported; remove it", shortOr(n.ShortTag(), "(too long to show)"))
	}
}

func (r *reader) readScalar(n *yaml.Node, out *schema.Node) {
	r.checkTag(n, "!!str")
	out.Text = n.Value
	out.Unquoted = n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	out.Form = schema.Text // also for a date, and for a << that isn't a key
	switch tag := n.ShortTag(); {
	case tag == "!!null":
		out.Form = schema.Null
	case tag == "!!bool" && booleanSpellings[out.Text] != "":
		out.Form, out.Text = schema.Bool, booleanSpellings[out.Text]
	case tag == "!!int", tag == "!!float":
		out.Form = schema.Number
	default:
		r.expandReferences(out)
	}
}

// booleanSpellings holds the words that every YAML reader reads as a boolean.
var booleanSpellings = map[string]string{
	"true": "true", "True": "true", "TRUE": "true",
	"false": "false", "False": "false", "FALSE": "false",
}

// readMapping reads the members of a mapping in order. A merge key (<<) adds the members
// that the mapping doesn't contain itself. A duplicate key is an error, because YAML
// readers disagree about which of the two values counts.
func (r *reader) readMapping(n *yaml.Node, out *schema.Node) {
	lines := map[string]int{} // the line of the first member with each name
	var merged *schema.Node
	for i := 0; i+1 < len(n.Content) && !r.overLimit; i += 2 {
		key, value, pos := n.Content[i], n.Content[i+1], r.nodePos(n.Content[i])
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			r.addErrorf(pos, "a key must be text, not a list or a mapping")
			continue
		}
		r.checkTag(key, "!!str")
		name := key.Value
		r.chargeLimits(pos, 0, len(name))
		if first, ok := lines[name]; ok {
			remedy := "remove one of them"
			if key.ShortTag() == "!!merge" {
				remedy = "merge several mappings as a list: <<: [*a, *b]"
			}
			r.addErrorf(pos, "duplicate key %q (first at line %d); %s", name, first, remedy)
			continue
		}
		lines[name] = pos.Line
		if key.ShortTag() == "!!merge" {
			merged = r.readNode(value)
			continue
		}
		out.Members = append(out.Members, schema.Member{Name: name, Pos: pos, Value: r.readNode(value)})
	}
	if merged != nil && !r.overLimit {
		r.mergeMembers(out, merged, lines)
	}
}

func (r *reader) mergeMembers(out, from *schema.Node, lines map[string]int) {
	switch from.Form {
	case schema.Map:
		for _, m := range from.Members {
			if _, ok := lines[m.Name]; !ok {
				lines[m.Name] = m.Pos.Line
				out.Members = append(out.Members, m)
			}
		}
	case schema.List:
		for _, item := range from.Items {
			r.mergeMembers(out, item, lines)
		}
	default:
		r.addErrorf(from.Pos, "<< must be a mapping or a list of mappings, not %s", from.Form)
	}
}
