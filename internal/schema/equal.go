package schema

import "strconv"

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

// Equal reports whether a and b mean the same to the API: quantities by value,
// sets without order, absent, null and zero alike. Objects are compared on t's
// fields only.
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

// hasMembersOf reports whether every member of b is in a, with the same value.
func hasMembersOf(a, b *Node) bool {
	for _, m := range b.Members {
		if other := a.Get(m.Name); other == nil || !Identical(other, m.Value) {
			return false
		}
	}
	return true
}

// sameUntyped compares values of no known type as JSON does: the order of members
// doesn't count. A secret is as good as an answer that leaves it empty, and
// anything as good as a live value that isn't returned.
func sameUntyped(a, b *Node) bool {
	if a.Sensitive && a.Form == Text && b.Is("") || b.IsRedacted() {
		return true
	}
	if a.Form != b.Form || a.Text != b.Text && !sameNumber(a, b) || len(a.Items) != len(b.Items) || len(a.Members) != len(b.Members) {
		return false
	}
	for i := range a.Items {
		if !sameUntyped(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, m := range a.Members {
		if other := b.Get(m.Name); other == nil || !sameUntyped(m.Value, other) {
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

// SameMapValue compares two values of a map.
func (t *Type) SameMapValue(a, b *Node) bool {
	if t.Elem != nil {
		return t.Elem.Equal(a, b)
	}
	return sameUntyped(a, b)
}

// Encode returns n as the API takes it: a quantity is text, also where the
// manifest wrote a number. It is nil for what is left out.
func (t *Type) Encode(n *Node) *Node {
	if t.EmptyIsUnset && n.Is("") {
		return nil
	}
	if t.Base != BaseQuantity || n.Form != Number {
		return n
	}
	c := *n
	c.Form = Text
	return &c
}

// NormalizedText is the one spelling in which equal scalars are equal texts.
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

// sameKeyedItems compares element by element, whatever their order; b may have
// others where the list only adds.
func (t *Type) sameKeyedItems(a, b []*Node) bool {
	in := map[string]*Node{}
	for _, n := range b {
		in[t.KeyOf(n)] = n
	}
	for _, n := range a {
		if other := in[t.KeyOf(n)]; other == nil || !t.Elem.Equal(n, other) {
			return false
		}
	}
	return t.Additive || len(a) == len(b)
}

// containsAll reports whether every item of b is in a.
func (t *Type) containsAll(a, b []*Node) bool {
	in := map[string]bool{}
	for _, n := range a {
		in[t.Elem.NormalizedText(n)] = true
	}
	for _, n := range b {
		if !in[t.Elem.NormalizedText(n)] {
			return false
		}
	}
	return true
}
