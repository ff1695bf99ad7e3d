package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// RedactionMark stands for a value that must not be shown.
const RedactionMark = "***"

// minRedactLength is how long a text must be, in characters, to be sought wherever it
// might turn up.
const minRedactLength = 6

// SensitiveTexts lists the texts by which a secret value could be told anywhere. One that
// the manifest spells out is no secret to its readers, and where it is short,
// looking for it would spoil more than it hides.
func (n *Node) SensitiveTexts() []string {
	if n.Form != Text && n.Form != Number || n.VariableValues == nil && utf8.RuneCountInString(n.Text) < minRedactLength {
		return nil
	}
	return append([]string{n.Text}, n.VariableValues...)
}

// showLimit is how many characters of a value a message has room for.
const showLimit = 120

// Show renders n on one line for a message, with secrets redacted: whole, or by
// its size where that is more than 120 characters. It is never cut, because n may
// contain a secret that only the whole run knows, and a part of one is not
// recognised. The text may still hold anything a manifest or the API can hold, so
// whoever prints it neutralises it.
func (n *Node) Show() string {
	whole := n.Render()
	if utf8.RuneCountInString(whole) > showLimit {
		return n.describeSize()
	}
	return whole
}

// ShowBoth is Show for two values that differ: their texts differ, too.
func ShowBoth(a, b *Node) (string, string) {
	x, y := a.Show(), b.Show()
	if x == y && a.Render() != b.Render() {
		y += ", different from " + a.firstDifference(b) + " on"
	}
	return x, y
}

// describeSize describes a value that is not shown.
func (n *Node) describeSize() string {
	switch n.Form {
	case Text:
		return fmt.Sprintf("text of %d characters", utf8.RuneCountInString(n.Text))
	case List:
		return fmt.Sprintf("a list of %d items", len(n.Items))
	case Map:
		return fmt.Sprintf("a mapping of %d members", len(n.Members))
	}
	return n.Form.String() + " that is too long to show"
}

// firstDifference names the first place in which two values of one form and size
// differ.
func (n *Node) firstDifference(other *Node) string {
	switch n.Form {
	case List:
		for i, item := range n.Items {
			if item.Render() != other.Items[i].Render() {
				return fmt.Sprintf("item %d", i+1)
			}
		}
	case Map:
		for i, m := range n.Members {
			if o := other.Members[i]; m.Name != o.Name || m.Value.Render() != o.Value.Render() {
				return fmt.Sprintf("member %d", i+1)
			}
		}
	}
	x, y := []rune(n.Text), []rune(other.Text)
	i := 0
	for i < min(len(x), len(y)) && x[i] == y[i] {
		i++
	}
	return fmt.Sprintf("character %d", i+1)
}

// Render is the whole of n on one line, with secrets redacted. Redact it before
// it is cut.
func (n *Node) Render() string {
	switch {
	case n == nil:
		return "(none)"
	case n.Sensitive && n.Form != Map && n.Form != List:
		return RedactionMark
	}
	switch n.Form {
	case Null:
		return "null"
	case Text:
		if n.DisplayName != "" && n.DisplayName != n.Text {
			return fmt.Sprintf("%q (%s)", n.Text, n.DisplayName)
		}
		return fmt.Sprintf("%q", n.Text)
	case Unknown:
		return "(" + n.Text + ")"
	case List:
		parts := make([]string, len(n.Items))
		for i, item := range n.Items {
			parts[i] = item.Render()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Map:
		parts := make([]string, len(n.Members))
		for i, m := range n.Members {
			parts[i] = m.Name + ": " + m.Value.Render()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return n.Text
}

// Describe says in a few words what a type accepts, for messages and documents.
func (t *Type) Describe() string {
	switch {
	case t.Enum != nil:
		return "one of " + strings.Join(t.Enum, ", ")
	case t.Base == BaseBool:
		return "true or false"
	case t.Base == BaseInt && t.Range.Max > 0:
		return fmt.Sprintf("a whole number from %d to %d", t.Range.Min, t.Range.Max)
	case t.Base == BaseInt:
		return fmt.Sprintf("a whole number of at least %d", t.Range.Min)
	case t.Base == BaseQuantity && t.Bytes:
		return "a quantity of memory such as 20Gi"
	case t.Base == BaseQuantity:
		return "a quantity of CPU such as 0.5 or 500m"
	case t.Base == BaseObject, t.Base == BaseMap:
		return "a mapping"
	case t.Base == BaseList && t.Key != nil:
		return "a list, by " + strings.Join(t.Key, " and ")
	case t.Base == BaseList:
		return "a list"
	case t.MaxLen > 0:
		return fmt.Sprintf("text of at most %d characters", t.MaxLen)
	}
	return "text"
}

// RedactedCopy returns a copy of n that may be shown: secrets and values that are
// not known yet are replaced by words.
func (n *Node) RedactedCopy() *Node {
	c := n.Clone()
	c.Walk(func(m *Node) {
		switch {
		case m.Form == List || m.Form == Map:
		case m.Sensitive:
			*m = Node{Form: Text, Text: RedactionMark}
		case m.Form == Unknown:
			*m = Node{Form: Text, Text: m.Render()}
		}
	})
	return c
}
