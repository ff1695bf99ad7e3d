package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Base is the basic type of a value.
type Base uint8

// The basic types. BaseQuantity is a Kubernetes quantity: the API accepts only
// text, the manifest may also contain a number.
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
	Base      Base
	Enum      []string
	Range     *Range              // for an integer
	MaxLen    int                 // for text: maximum number of characters; 0 means no limit
	Check     func(string) error  // for text: validates it; the error is a fragment such as "not an e-mail address"
	Pattern   *Pattern            // for text: the requirement of Check, for readers that can't call it, such as editors
	Normalize func(string) string // for text: returns the spelling that is compared
	Bytes     bool                // for a quantity: it counts bytes, and the manifest must write its unit
	Fields    []Field             // for an object
	Elem      *Type               // for a list or a map: type of the items; nil means any value
	UnsetList string              // for an object whose omitted members the API keeps: the member that lists the members to unset
	Key       []string            // for a list: the members that together identify an item
	KeyFunc   func(*Node) string  // for a keyed list: returns an item's key, "" if not known yet; nil means the members in Key
	Set       bool                // for a list of scalars: order and repetition don't count
	ItemCount *Range              // for a list: the allowed number of items
}

// Pattern is a requirement for a text: as a regular expression, in the syntax that
// RE2 and ECMA 262 share, and as a description that follows the words "must be". If
// the expression can't state all of the requirement, it accepts more.
type Pattern struct{ Regexp, Description string }

// Range is a range of integers that includes both ends. Max 0 means no limit.
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

// TextType returns a type for text of at most maxLen characters; 0 means no limit.
func TextType(maxLen int) Type { return Type{Base: BaseText, MaxLen: maxLen} }

// EnumType returns a type for one of the given words.
func EnumType(words ...string) Type { return Type{Enum: words} }

// BoolType returns a type for true or false.
func BoolType() Type { return Type{Base: BaseBool} }

// IntType returns a type for an integer from low to high; high 0 means no limit.
func IntType(low, high int) Type { return Type{Base: BaseInt, Range: &Range{low, high}} }

// CPUType returns a type for a quantity of cores, such as 500m.
func CPUType() Type { return Type{Base: BaseQuantity} }

// MemoryType returns a type for a quantity of bytes, such as 20Gi.
func MemoryType() Type { return Type{Base: BaseQuantity, Bytes: true} }

// ObjectType returns a type for a mapping with the given fields.
func ObjectType(fields ...Field) Type { return Type{Base: BaseObject, Fields: fields} }

// MapType returns a type for a mapping whose member names the user chooses. A nil
// elem accepts any value.
func MapType(elem *Type) Type { return Type{Base: BaseMap, Elem: elem} }

// SetType returns a type for a list of scalars whose order doesn't count.
func SetType(elem Type) Type { return Type{Base: BaseList, Elem: &elem, Set: true} }

// KeyedType returns a type for a list of objects. The members in key identify an
// item. Text in the key is compared as names are.
func KeyedType(key []string, fields ...Field) Type {
	for i := range fields {
		if f := &fields[i]; slices.Contains(key, f.Name) && f.Type.Base == BaseText {
			f.Type = NameType(f.Type)
		}
	}
	return Type{Base: BaseList, Key: key, Elem: &Type{Base: BaseObject, Fields: fields}}
}

// KeyOf returns the key of a list item, as text that messages can show. It returns
// "" if a part of the key is missing or not known yet.
func (t *Type) KeyOf(item *Node) string {
	if t.KeyFunc != nil {
		return t.KeyFunc(item)
	}
	if t.Key == nil {
		return t.Elem.NormalizedText(item)
	}
	var parts []string
	for _, name := range t.Key {
		n := item.Get(name)
		if n == nil || n.Form != Text || n.Text == "" {
			return ""
		}
		f := FindField(t.Elem.Fields, name)
		parts = append(parts, f.Type.NormalizedText(n))
	}
	return strings.Join(parts, ", ")
}

// Zero returns the value that is equivalent to an absent field of this type, or nil
// if no value is.
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
