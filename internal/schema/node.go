// Package schema defines values and their types. Node is a value as a tree, whose
// nodes carry their position in the manifest. Field and Type specify how a value is
// checked, compared, sent and shown. The package does no I/O and imports no other
// package of this module.
package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Pos is a position in a manifest file. Line and Col count from 1. Values that
// aren't from a manifest, such as current ones, have the zero Pos.
type Pos struct {
	File      string
	Line, Col int
}

// IsKnown reports whether p points into a manifest.
func (p Pos) IsKnown() bool { return p.Line > 0 }

// String returns file:line:col, or "" for an unknown position.
func (p Pos) String() string {
	if !p.IsKnown() {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Compare orders positions by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// Form is the form of a node: one of the JSON types, or Unknown.
type Form uint8

// The forms of a node. An Unknown value only exists after another write: for
// example the id of a Workspace that this run will create.
const (
	Null Form = iota
	Bool
	Number
	Text
	List
	Map
	Unknown
)

func (f Form) String() string {
	return [...]string{"null", "a boolean", "a number", "text", "a list", "a mapping", "a value known after apply"}[f]
}

// Node is one value of a tree. Trees share nodes, so only the code that builds a
// node may change it.
type Node struct {
	Form           Form
	Text           string // the text of a Text, the literal of a Number or Bool, or a description of an Unknown
	Items          []*Node
	Members        []Member
	Pos            Pos
	Sensitive      bool     // never shown; see Redacted
	VariableValues []string // values of the environment variables in Text, which output must redact if Text is secret
	Unquoted       bool     // an unquoted YAML scalar, for hints about common YAML mistakes
	ParentID       string   // for the id of a resource: the id of the resource's parent, "" if not known
	Address        string   // for an Unknown id: the resource or list item that has it, such as Deployment "etl"
	DisplayName    string   // for the id of a resource: the name that people use, "" if not known
	Redacted       bool     // a current value that is set but that the API doesn't return; sending it back keeps it
	UnclearOrigin  string   // for a current value: why it may be inherited; such a value is not compared, removed or sent
}

// Member is a named value of a Map, in the order of the source.
type Member struct {
	Name  string
	Pos   Pos
	Value *Node
}

// String returns a text node.
func String(s string) *Node { return &Node{Form: Text, Text: s} }

// RedactedNode returns a node for a value that is set but that the API doesn't
// return.
func RedactedNode() *Node { return &Node{Form: Text, Sensitive: true, Redacted: true} }

// IsRedacted reports whether n is a value that the API doesn't return. It returns
// false for nil.
func (n *Node) IsRedacted() bool { return n != nil && n.Redacted }

// UnknownID returns a node for an id that only exists after another write. address is the resource or list item
// that has the id.
func UnknownID(address string) *Node {
	return &Node{Form: Unknown, Text: "id of " + address, Address: address}
}

// Boolean returns a boolean node.
func Boolean(b bool) *Node { return &Node{Form: Bool, Text: strconv.FormatBool(b)} }

// Int returns a number node.
func Int(i int) *Node { return &Node{Form: Number, Text: strconv.Itoa(i)} }

// Get returns the value of the member called name, or nil. n may be nil or a node
// that isn't a mapping.
func (n *Node) Get(name string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Members {
		if n.Members[i].Name == name {
			return n.Members[i].Value
		}
	}
	return nil
}

// Set stores value as the member called name and replaces an earlier value. It
// ignores a nil value.
func (n *Node) Set(name string, value *Node) {
	if value == nil {
		return
	}
	for i := range n.Members {
		if n.Members[i].Name == name {
			n.Members[i].Value = value
			return
		}
	}
	n.Members = append(n.Members, Member{Name: name, Pos: value.Pos, Value: value})
}

// Delete removes the member called name.
func (n *Node) Delete(name string) {
	n.Members = slices.DeleteFunc(n.Members, func(m Member) bool { return m.Name == name })
}

// Is reports whether n is a scalar with this text. It returns false for nil.
func (n *Node) Is(text string) bool { return n != nil && n.Form <= Text && n.Text == text }

// ScalarText returns the text of a scalar, or "" for nil.
func (n *Node) ScalarText() string {
	if n == nil {
		return ""
	}
	return n.Text
}

// KnownText returns the text of a scalar; known is false for nil, for a value that isn't known, and for any other form.
func (n *Node) KnownText() (text string, known bool) {
	return n.ScalarText(), n != nil && n.Form <= Text
}

// WithPos returns a copy of n with another position, for a value that replaces a
// declared one.
func (n *Node) WithPos(pos Pos) *Node {
	c := *n
	c.Pos = pos
	return &c
}

// WithUnclearOrigin returns a copy of the current value n with a reason why n may
// be inherited.
func (n *Node) WithUnclearOrigin(why string) *Node {
	c := *n
	c.UnclearOrigin = why
	return &c
}

// Clone returns a deep copy of n. The caller may change its lists and mappings.
func (n *Node) Clone() *Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Items = make([]*Node, len(n.Items))
	for i, item := range n.Items {
		c.Items[i] = item.Clone()
	}
	c.Members = make([]Member, len(n.Members))
	for i, m := range n.Members {
		c.Members[i] = Member{Name: m.Name, Pos: m.Pos, Value: m.Value.Clone()}
	}
	return &c
}

// Walk calls f for n and all its descendants.
func (n *Node) Walk(f func(*Node)) {
	if n == nil {
		return
	}
	f(n)
	for _, item := range n.Items {
		item.Walk(f)
	}
	for _, m := range n.Members {
		m.Value.Walk(f)
	}
}

// Any reports whether f returns true for n or one of its descendants.
func (n *Node) Any(f func(*Node) bool) (found bool) {
	n.Walk(func(n *Node) { found = found || f(n) })
	return found
}

// MarkSensitive marks n and all its descendants as secret.
func (n *Node) MarkSensitive() { n.Walk(func(m *Node) { m.Sensitive = true }) }

// ListItems returns the items of a list, nil for nil and for any other form.
func (n *Node) ListItems() []*Node {
	if n == nil {
		return nil
	}
	return n.Items
}
