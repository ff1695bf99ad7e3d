// Package schema knows what a value may look like: a typed tree whose nodes
// carry their manifest position, and field tables that say how each node is
// checked, compared, sent and shown. It is pure and imports no other package
// of this module.
package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Pos is a place in a manifest file. Line and Col count from 1; the zero Pos
// belongs to values that no manifest holds, such as live ones.
type Pos struct {
	File      string
	Line, Col int
}

// IsKnown reports whether p points into a manifest.
func (p Pos) IsKnown() bool { return p.Line > 0 }

// String gives file:line:col, or "" for an unknown place.
func (p Pos) String() string {
	if !p.IsKnown() {
		return ""
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Compare orders places by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// Form is the shape of a node.
type Form uint8

// The forms of a node. Pending stands for a value that only exists after
// another object was written, for example the id of a Workspace to be created.
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

// Node is one value of a tree. Nodes are shared between trees and so are not
// changed once built, Set and Append on a fresh node aside.
type Node struct {
	Form           Form
	Text           string // Text; the literal of a Number or Bool; what a Pending waits for
	Items          []*Node
	Members        []Member
	Pos            Pos
	Sensitive      bool     // never shown; see Redacted
	VariableValues []string // what it was put together from, for scrubbing: values of variables
	Unquoted       bool     // an unquoted YAML scalar, for the hints about YAML's traps
	ParentID       string   // of an id: the id of what the object that has it lives in, "" if that isn't known
	DisplayName    string   // what people call the object that has this id, "" if that isn't known
	Redacted       bool     // a live value that is set, and that nobody is told; sent back, it stays
	CreateDefaults *Node    // of a declared mapping: what it has beside its members if it is new; nil: nothing
	UnclearOrigin  string   // of a live value: why it may not be the object's own; it is neither compared, removed nor sent
	Additive       bool     // a declared list that isn't meant in full: it says nothing of what else is live
}

// Member is a named value of a Map, in the order of the source.
type Member struct {
	Name  string
	Pos   Pos
	Value *Node
}

// String makes a text node.
func String(s string) *Node { return &Node{Form: Text, Text: s} }

// RedactedNode makes the node of a value that is set and not told.
func RedactedNode() *Node { return &Node{Form: Text, Sensitive: true, Redacted: true} }

// IsRedacted reports whether n is set and not told. A nil node is not.
func (n *Node) IsRedacted() bool { return n != nil && n.Redacted }

// Boolean makes a boolean node.
func Boolean(b bool) *Node { return &Node{Form: Bool, Text: strconv.FormatBool(b)} }

// Int makes a number node.
func Int(i int) *Node { return &Node{Form: Number, Text: strconv.Itoa(i)} }

// Get returns the member called name, or nil; it is safe on nil and on nodes
// that are no maps.
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

// Set puts value under name, in place of an earlier value if there is one. A
// nil value is left out.
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

// Is reports whether n is a scalar that reads text. A nil node is not.
func (n *Node) Is(text string) bool { return n != nil && n.Form <= Text && n.Text == text }

// ScalarText returns the text of a scalar, "" for nil.
func (n *Node) ScalarText() string {
	if n == nil {
		return ""
	}
	return n.Text
}

// WithPos returns a copy of n at another place, for values that take over the
// position of what they stand for.
func (n *Node) WithPos(pos Pos) *Node {
	c := *n
	c.Pos = pos
	return &c
}

// WithUnclearOrigin returns a copy of a live value that may not be the object's own.
func (n *Node) WithUnclearOrigin(why string) *Node {
	c := *n
	c.UnclearOrigin = why
	return &c
}

// Clone returns a copy of n whose containers may be changed freely.
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

// Walk calls f for n and everything below it.
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

// MarkSensitive marks n and everything below it as secret.
func (n *Node) MarkSensitive() { n.Walk(func(m *Node) { m.Sensitive = true }) }
