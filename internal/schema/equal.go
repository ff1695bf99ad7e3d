package schema

import "strconv"

// IsZero reports whether n is equivalent to an absent field: it is nil, null, "",
// false, 0, [] or an object with only such values.
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
		if t.Base == BaseMap {
			return len(n.Members) == 0
		}
		for _, m := range n.Members {
			f := FindField(t.Fields, m.Name)
			if f != nil && !f.Type.IsZero(m.Value) {
				return false
			}
		}
		return true
	}
	return false
}

// Equal reports whether a and b are equivalent for the API. It compares
// quantities by value and sets without order, and treats absent, null and zero
// values as equal. In objects, it compares only the fields of t.
func (t *Type) Equal(a, b *Node) bool {
	if a == nil || b == nil || a.Form == Null || b.Form == Null {
		return t.IsZero(a) && t.IsZero(b)
	}
	if a.Form == Unknown || b.Form == Unknown {
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
	case BaseMap:
		return sameUntyped(a, b)
	}
	return t.NormalizedText(a) == t.NormalizedText(b)
}

// Identical reports whether a and b have the same content: the same form, the
// same literal, the same items in the same order, and the same members in any
// order. Unlike Show, it compares values of any length, and secrets by value.
func Identical(a, b *Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Form != b.Form || a.Text != b.Text || a.Redacted != b.Redacted || len(a.Items) != len(b.Items) || len(a.Members) != len(b.Members) {
		return false
	}
	for i := range a.Items {
		if !Identical(a.Items[i], b.Items[i]) {
			return false
		}
	}
	return hasMembersOf(a, b) && hasMembersOf(b, a)
}

// hasMembersOf reports whether a has every member of b, with the same value.
func hasMembersOf(a, b *Node) bool {
	for _, m := range b.Members {
		if other := a.Get(m.Name); other == nil || !Identical(other, m.Value) {
			return false
		}
	}
	return true
}

// sameUntyped compares values without a declared type as JSON does: the order of
// members doesn't count. A desired secret equals a current "", because the API
// returns some secrets as "". A redacted current value equals every desired one.
func sameUntyped(desired, current *Node) bool {
	if desired.Sensitive && desired.Form == Text && current.Is("") || current.IsRedacted() {
		return true
	}
	if desired.Form != current.Form || desired.Text != current.Text && !sameNumber(desired, current) ||
		len(desired.Items) != len(current.Items) || len(desired.Members) != len(current.Members) {
		return false
	}
	for i := range desired.Items {
		if !sameUntyped(desired.Items[i], current.Items[i]) {
			return false
		}
	}
	for _, m := range desired.Members {
		if other := current.Get(m.Name); other == nil || !sameUntyped(m.Value, other) {
			return false
		}
	}
	return true
}

// sameNumber compares numbers by value, as JSON does.
func sameNumber(a, b *Node) bool {
	x, errX := strconv.ParseFloat(a.Text, 64)
	y, errY := strconv.ParseFloat(b.Text, 64)
	return a.Form == Number && errX == nil && errY == nil && x == y
}

// SameMapValue reports whether a and b are equivalent as values of a map of type t.
func (t *Type) SameMapValue(a, b *Node) bool {
	if t.Elem != nil {
		return t.Elem.Equal(a, b)
	}
	return sameUntyped(a, b)
}

// Encode returns n in the form that the API accepts: a quantity is text, even if
// the manifest contains a number.
func (t *Type) Encode(n *Node) *Node {
	if t.Base != BaseQuantity || n.Form != Number {
		return n
	}
	c := *n
	c.Form = Text
	return &c
}

// NormalizedText returns the normalized spelling of scalar n. Scalars are equal
// if their normalized spellings are equal.
func (t *Type) NormalizedText(n *Node) string {
	if t.Normalize == nil {
		return n.Text
	}
	return t.Normalize(n.Text)
}

func (t *Type) sameItems(a, b []*Node) bool {
	if t.Set {
		return t.containsAll(a, b) && t.containsAll(b, a)
	}
	if t.Key != nil {
		return t.sameKeyedItems(a, b)
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

// sameKeyedItems compares the items that have the same key, in any order.
func (t *Type) sameKeyedItems(a, b []*Node) bool {
	itemByKey := map[string]*Node{}
	for _, n := range b {
		itemByKey[t.KeyOf(n)] = n
	}
	for _, n := range a {
		if other := itemByKey[t.KeyOf(n)]; other == nil || !t.Elem.Equal(n, other) {
			return false
		}
	}
	return len(a) == len(b)
}

// containsAll reports whether a contains every item of b.
func (t *Type) containsAll(a, b []*Node) bool {
	inA := map[string]bool{}
	for _, n := range a {
		inA[t.Elem.NormalizedText(n)] = true
	}
	for _, n := range b {
		if !inA[t.Elem.NormalizedText(n)] {
			return false
		}
	}
	return true
}

// ItemsNotIn returns the items of list that are not in excluded, without repetitions. Both lists have type t; they may
// be nil.
func (t *Type) ItemsNotIn(list, excluded *Node) (out []*Node) {
	seen := map[string]bool{}
	for _, item := range excluded.ListItems() {
		seen[t.Elem.NormalizedText(item)] = true
	}
	for _, item := range list.ListItems() {
		if key := t.Elem.NormalizedText(item); !seen[key] {
			seen[key] = true
			out = append(out, item)
		}
	}
	return out
}
