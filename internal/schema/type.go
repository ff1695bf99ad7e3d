package schema

import (
	"fmt"
	"slices"
	"strings"
)

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
	BaseMap
)

// Type describes a value: how it is checked, compared and matched.
type Type struct {
	Base         Base
	Enum         []string
	Range        *Range              // of an integer
	MaxLen       int                 // of text in characters; 0 is no limit
	Check        func(string) error  // of text; the error is a fragment such as "not an e-mail address"
	Pattern      *Pattern            // of text: what Check demands, for readers that can't run it
	Normalize    func(string) string // of text: the one spelling in which equal values are compared
	EmptyIsUnset bool                // of text: "" says that there is none, and is left out of requests
	Bytes        bool                // a quantity of bytes, whose unit must be written
	Fields       []Field             // of an object
	Elem         *Type               // of a list or a map; nil: any value
	UnsetList    string              // of an object: the member that names what is given up, where leaving out keeps it
	Key          []string            // of a list: the element's members that identify it together
	ServerFields []string            // of a keyed list: server-owned members that travel with an element
	KeyFunc      func(*Node) string  // of a keyed list: what tells an element from the others, "" while that isn't known; nil: its Key
	Additive     bool                // of a list: elements that are live and not declared are none of its business
	Set          bool                // of a list of scalars: order and repetition don't count
	ItemCount    *Range              // of a list: how many elements
}

// Pattern is a demand on a text as a regular expression, in the syntax that RE2
// and ECMA 262 share, and in words that go on after "must be". Where it can't
// say all of the demand, it lets more through.
type Pattern struct{ Regexp, Description string }

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

// MapType is a mapping whose names are the user's own; a nil elem takes any
// value.
func MapType(elem *Type) Type { return Type{Base: BaseMap, Elem: elem} }

// SetType is a list of scalars in which order doesn't count.
func SetType(elem Type) Type { return Type{Base: BaseList, Elem: &elem, Set: true} }

// KeyedType is a list of objects that are told apart by the members key.
func KeyedType(key []string, fields ...Field) Type {
	for i := range fields {
		if f := &fields[i]; slices.Contains(key, f.Name) && f.Type.Base == BaseText {
			f.Type = NameType(f.Type)
		}
	}
	return Type{Base: BaseList, Key: key, Elem: &Type{Base: BaseObject, Fields: fields}}
}

// KeyOf is what tells an element of the list from the others, in a form fit
// to be shown; "" while a part of it is not known.
func (t *Type) KeyOf(element *Node) string {
	if t.KeyFunc != nil {
		return t.KeyFunc(element)
	}
	if t.Key == nil {
		return t.Elem.NormalizedText(element)
	}
	var parts []string
	for _, name := range t.Key {
		n := element.Get(name)
		if n == nil || n.Form != Text || n.Text == "" {
			return ""
		}
		f := FindField(t.Elem.Fields, name)
		parts = append(parts, f.Type.NormalizedText(n))
	}
	return strings.Join(parts, ", ")
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
