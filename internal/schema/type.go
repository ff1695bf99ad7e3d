package schema

import "fmt"

// Base is what kind of value a Type describes.
type Base uint8

// The bases. A Quantity is a Kubernetes quantity: it is text to the API, and a
// manifest may also write it as a number.
const (
	BaseText Base = iota
	BaseBool
	BaseInt
	BaseQuantity
	BaseObject
	BaseList
)

// Type describes a value: how it is checked, compared and matched.
type Type struct {
	Base   Base
	Enum   []string
	Range  *Range              // of an integer
	MaxLen int                 // of text in characters; 0 is no limit
	Check  func(string) error  // of text; the error is a fragment such as "not an e-mail address"
	Canon  func(string) string // of text: the one spelling in which equal values are compared
	Bytes  bool                // a quantity of bytes, whose unit must be written
	Fields []Field             // of an object
	Elem   *Type               // of a list
	Key    string              // of a list: the element's member that identifies it
	Carry  []string            // of a keyed list: server-owned members that travel with an element
	Set    bool                // of a list of scalars: order and repetition don't count
	Count  *Range              // of a list: how many elements
}

// Range is inclusive on both ends; Max 0 is no limit.
type Range struct{ Min, Max int }

func (r Range) String() string {
	switch {
	case r.Max == 0:
		return fmt.Sprintf("at least %d", r.Min)
	case r.Min == 0:
		return fmt.Sprintf("at most %d", r.Max)
	}
	return fmt.Sprintf("%d to %d", r.Min, r.Max)
}

// TextType is text of at most maxLen characters (0: no limit).
func TextType(maxLen int) Type { return Type{Base: BaseText, MaxLen: maxLen} }

// EnumType is one of some words.
func EnumType(words ...string) Type { return Type{Enum: words} }

// BoolType is true or false.
func BoolType() Type { return Type{Base: BaseBool} }

// IntType is an integer between low and high; high 0 is no limit.
func IntType(low, high int) Type { return Type{Base: BaseInt, Range: &Range{low, high}} }

// CPUType is a quantity of cores, MemoryType one of bytes.
func CPUType() Type { return Type{Base: BaseQuantity} }

// MemoryType is a quantity of bytes, such as 20Gi.
func MemoryType() Type { return Type{Base: BaseQuantity, Bytes: true} }

// ObjectType is a mapping with fields of its own.
func ObjectType(fields ...Field) Type { return Type{Base: BaseObject, Fields: fields} }

// SetType is a list of scalars in which order doesn't count.
func SetType(elem Type) Type { return Type{Base: BaseList, Elem: &elem, Set: true} }

// KeyedType is a list of objects that are told apart by the member key.
func KeyedType(key string, fields ...Field) Type {
	return Type{Base: BaseList, Key: key, Elem: &Type{Base: BaseObject, Fields: fields}}
}

// SequenceType is a list of objects without identity.
func SequenceType(fields ...Field) Type {
	return Type{Base: BaseList, Elem: &Type{Base: BaseObject, Fields: fields}}
}

// Zero is the value that an absent field of this type means, or nil where
// absence means nothing in particular.
func (t *Type) Zero() *Node {
	switch {
	case t.Base == BaseList:
		return &Node{Form: List}
	case t.Base == BaseBool:
		return Boolean(false)
	case t.Base == BaseInt && t.Range.Min <= 0:
		return Int(0)
	case t.Base == BaseText && t.Enum == nil:
		return String("")
	}
	return nil
}

// IsZero reports whether n says the same as leaving the field out: "", false,
// [] or an object of only such values.
func (t *Type) IsZero(n *Node) bool {
	if n == nil {
		return true
	}
	switch n.Form {
	case Null:
		return true
	case Bool:
		return n.Text == "false"
	case Number:
		return n.Text == "0"
	case Text:
		return n.Text == ""
	case List:
		return len(n.Items) == 0
	case Map:
		for _, m := range n.Members {
			f := Find(t.Fields, m.Name)
			if f == nil || !f.Type.IsZero(m.Value) {
				return false
			}
		}
		return true
	}
	return false
}

// Equal reports whether a and b mean the same to the API: quantities by value,
// sets without order, absent, null and zero alike. Objects are compared on t's
// fields only.
func (t *Type) Equal(a, b *Node) bool {
	if a == nil || b == nil || a.Form == Null || b.Form == Null {
		return t.IsZero(a) && t.IsZero(b)
	}
	if a.Form == Pending || b.Form == Pending {
		return false
	}
	switch t.Base {
	case BaseQuantity:
		return a.Text == b.Text || sameQuantity(a.Text, b.Text)
	case BaseObject:
		for i := range t.Fields {
			f := &t.Fields[i]
			if !f.Type.Equal(a.Get(f.Name), b.Get(f.Name)) {
				return false
			}
		}
		return true
	case BaseList:
		return t.sameItems(a.Items, b.Items)
	}
	return t.Canonical(a) == t.Canonical(b)
}

// Send returns n as the API takes it: a quantity is text, also where the
// manifest wrote a number.
func (t *Type) Send(n *Node) *Node {
	if t.Base != BaseQuantity || n.Form != Number {
		return n
	}
	c := *n
	c.Form = Text
	return &c
}

// Canonical is the one spelling in which equal scalars are equal texts.
func (t *Type) Canonical(n *Node) string {
	if t.Canon == nil {
		return n.Text
	}
	return t.Canon(n.Text)
}

func (t *Type) sameItems(a, b []*Node) bool {
	if t.Set {
		return t.covers(a, b) && t.covers(b, a)
	}
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !t.Elem.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// covers reports whether every item of b is in a.
func (t *Type) covers(a, b []*Node) bool {
	in := map[string]bool{}
	for _, n := range a {
		in[t.Elem.Canonical(n)] = true
	}
	for _, n := range b {
		if !in[t.Elem.Canonical(n)] {
			return false
		}
	}
	return true
}
