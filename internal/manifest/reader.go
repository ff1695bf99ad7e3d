package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"io"

	yaml "go.yaml.in/yaml/v4"

	"astro-apply/internal/schema"
)

// The bounds on one run's manifests. Aliases and variables count each time
// they are used, so a few lines that expand to billions of nodes stop here.
const (
	maxDepth = 64
	maxNodes = 500_000
	maxText  = 32 << 20
)

type reader struct {
	env    Environment
	result Result
	name   string // of the current file
	data   []byte
	lines  int
	nodes  int             // still allowed
	text   int             // bytes of keys and values still allowed
	depth  int             // of the current node
	full   bool            // the current document broke a bound
	seen   map[string]bool // secrets already recorded
	told   map[reported]bool

	problems schema.Problems
	seed     maphash.Seed
}

// reported identifies a problem of the current file without its text, of which
// a hostile file can cause megabytes.
type reported struct {
	line, col int32
	message   uint64
}

func (r *reader) report(pos schema.Pos, format string, args ...any) {
	r.tell(schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) warn(pos schema.Pos, format string, args ...any) {
	r.tell(schema.Problem{Pos: pos, Message: fmt.Sprintf(format, args...), Warning: true})
}

// tell records a problem once, however many aliases lead to its place.
func (r *reader) tell(p schema.Problem) {
	key := reported{int32(p.Pos.Line), int32(p.Pos.Col), maphash.String(r.seed, p.Message)} //nolint:gosec // a file has 4 MiB at most
	if !r.told[key] {
		r.told[key] = true
		r.problems.Add(p)
	}
}

func (r *reader) file(s Source) {
	r.name, r.data, r.lines = s.Name, s.Data, 1+bytes.Count(s.Data, newline)
	r.told = map[reported]bool{}
	if r.refuseOdd() {
		return
	}
	loader, err := yaml.NewLoader(bytes.NewReader(s.Data))
	for err == nil && r.nodes >= 0 && r.text >= 0 {
		var document yaml.Node
		if err = loader.Load(&document); err == nil && len(document.Content) > 0 {
			r.document(document.Content[0])
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.syntax(err)
	}
}

// document leaves out one of comments only, and one that broke a bound: what
// else is wrong with half a tree would be news of no use.
func (r *reader) document(root *yaml.Node) {
	r.full = false
	if n := r.node(root); !r.full && n.Form != schema.Null {
		r.result.Documents = append(r.result.Documents, n)
	}
}

// spend takes what is read off what is allowed, and reports the first bound
// that a document breaks.
func (r *reader) spend(pos schema.Pos, nodes, text int) bool {
	r.nodes -= nodes
	r.text -= text
	switch {
	case r.full:
		return false
	case r.nodes < 0:
		r.report(pos, "more than %d values, aliases counted each time", maxNodes)
	case r.text < 0:
		r.report(pos, "more than %d MiB of text, aliases and variables counted each time", maxText>>20)
	case r.depth > maxDepth:
		r.report(pos, "nested deeper than %d levels, or an alias that holds itself", maxDepth)
	default:
		return true
	}
	r.full = true
	return false
}

// node turns one YAML node into ours; it never returns nil, so that a tree
// with problems can still be checked for more of them.
func (r *reader) node(n *yaml.Node) *schema.Node {
	r.depth++
	defer func() { r.depth-- }()
	out := &schema.Node{Pos: r.pos(n)}
	if !r.spend(out.Pos, 1, len(n.Value)) {
		return out
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.node(n.Alias)
	case yaml.SequenceNode:
		out.Form = schema.List
		r.plain(n, "!!seq")
		for i := 0; i < len(n.Content) && !r.full; i++ {
			out.Items = append(out.Items, r.node(n.Content[i]))
		}
	case yaml.MappingNode:
		out.Form = schema.Map
		r.plain(n, "!!map")
		r.mapping(n, out)
	default:
		r.scalar(n, out)
	}
	return out
}

// plain reports a tag that says anything but what the value is anyway: what it
// asks for would not be done.
func (r *reader) plain(n *yaml.Node, natural string) {
	if n.Style&yaml.TaggedStyle != 0 && n.ShortTag() != natural {
		r.report(r.pos(n), "the tag %s is not supported; leave it out", brief(n.ShortTag(), "(too long to show)"))
	}
}

func (r *reader) scalar(n *yaml.Node, out *schema.Node) {
	r.plain(n, "!!str")
	out.Text = n.Value
	out.Unquoted = n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	out.Form = schema.Text // also a date, or a << that is no key: the text that was written
	switch tag := n.ShortTag(); {
	case tag == "!!null":
		out.Form = schema.Null
	case tag == "!!bool" && boolean[out.Text] != "":
		out.Form, out.Text = schema.Bool, boolean[out.Text]
	case tag == "!!int", tag == "!!float":
		out.Form = schema.Number
	default:
		r.expand(out)
	}
}

// boolean holds what every YAML reader takes for a boolean.
var boolean = map[string]string{
	"true": "true", "True": "true", "TRUE": "true",
	"false": "false", "False": "false", "FALSE": "false",
}
