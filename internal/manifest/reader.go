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

// The bounds on one run's manifests. Aliases and variables count each time
// they are used, so a few lines that expand to billions of nodes stop here.
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
	valuesLeft   int             // still allowed
	textLeft     int             // bytes of keys and values still allowed
	depth        int             // of the current node
	overLimit    bool            // the current document broke a bound
	knownSecrets map[string]bool // secrets already recorded
	reported     map[problemKey]bool

	problems schema.Problems
	seed     maphash.Seed
}

// problemKey identifies a problem of the current file without its text, of which
// a hostile file can cause megabytes.
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

// addProblem records a problem once, however many aliases lead to its place.
func (r *reader) addProblem(p schema.Problem) {
	key := problemKey{int32(p.Pos.Line), int32(p.Pos.Col), maphash.String(r.seed, p.Message)} //nolint:gosec // a file has 4 MiB at most
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

// readDocument leaves out one of comments only, and one that broke a bound: what
// else is wrong with half a tree would be news of no use.
func (r *reader) readDocument(root *yaml.Node) {
	r.overLimit = false
	if n := r.readNode(root); !r.overLimit && n.Form != schema.Null {
		r.result.Documents = append(r.result.Documents, n)
	}
}

// chargeLimits takes what is read off what is allowed, and reports the first bound
// that a document breaks.
func (r *reader) chargeLimits(pos schema.Pos, nodes, text int) bool {
	r.valuesLeft -= nodes
	r.textLeft -= text
	switch {
	case r.overLimit:
		return false
	case r.valuesLeft < 0:
		r.addErrorf(pos, "more than %d values, aliases counted each time", maxValues)
	case r.textLeft < 0:
		r.addErrorf(pos, "more than %d MiB of text, aliases and variables counted each time", maxText>>20)
	case r.depth > maxDepth:
		r.addErrorf(pos, "nested deeper than %d levels, or an alias that holds itself", maxDepth)
	default:
		return true
	}
	r.overLimit = true
	return false
}

// readNode turns one YAML node into ours; it never returns nil, so that a tree
// with problems can still be checked for more of them.
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
		out.Form = schema.Map
		r.checkTag(n, "!!map")
		r.readMapping(n, out)
	default:
		r.readScalar(n, out)
	}
	return out
}

// checkTag reports a tag that says anything but what the value is anyway: what it
// asks for would not be done.
func (r *reader) checkTag(n *yaml.Node, natural string) {
	if n.Style&yaml.TaggedStyle != 0 && n.ShortTag() != natural {
		r.addErrorf(r.nodePos(n), "the tag %s is not supported; leave it out", shortOr(n.ShortTag(), "(too long to show)"))
	}
}

func (r *reader) readScalar(n *yaml.Node, out *schema.Node) {
	r.checkTag(n, "!!str")
	out.Text = n.Value
	out.Unquoted = n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	out.Form = schema.Text // also a date, or a << that is no key: the text that was written
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

// booleanSpellings holds what every YAML reader takes for a boolean.
var booleanSpellings = map[string]string{
	"true": "true", "True": "true", "TRUE": "true",
	"false": "false", "False": "false", "FALSE": "false",
}

// readMapping reads members in order. A merge key (<<) brings in what the mapping
// doesn't say itself; a key that is there twice is an error, because YAML
// readers differ in which one wins.
func (r *reader) readMapping(n *yaml.Node, out *schema.Node) {
	lines := map[string]int{} // where a name stands first
	var merged *schema.Node
	for i := 0; i+1 < len(n.Content) && !r.overLimit; i += 2 {
		key, value, pos := n.Content[i], n.Content[i+1], r.nodePos(n.Content[i])
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			r.addErrorf(pos, "a key must be a plain name")
			continue
		}
		r.checkTag(key, "!!str")
		name := key.Value
		r.chargeLimits(pos, 0, len(name))
		if first, ok := lines[name]; ok {
			r.addErrorf(pos, "%q is there twice, first at line %d", name, first)
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
		r.addErrorf(from.Pos, "<< merges mappings, not %s", from.Form)
	}
}
