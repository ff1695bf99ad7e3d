package schema

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// RedactionMark replaces a value that must not be shown.
const RedactionMark = "***"

// minRedactLength is the minimum length, in characters, of a secret text from the
// manifest that is redacted everywhere in the output.
const minRedactLength = 6

// SensitiveTexts returns the texts that the output must not contain because they
// reveal the secret value n. It omits a short text that the manifest itself
// contains: readers of the manifest can see it anyway, and redacting a short text
// everywhere would make the output unreadable.
func (n *Node) SensitiveTexts() []string {
	if n.Form != Text && n.Form != Number || n.VariableValues == nil && utf8.RuneCountInString(n.Text) < minRedactLength {
		return nil
	}
	return append([]string{n.Text}, n.VariableValues...)
}

// showLimit is the maximum number of characters of a value in a message.
const showLimit = 120

// Show formats n on one line for a message, with secrets redacted. If the line has
// more than 120 characters, Show describes the size of n instead. Show doesn't
// truncate the line: n may contain a secret that is only redacted when the output
// is printed, and a part of a secret would not be recognized there. The result can
// contain any character from a manifest or the API, so the caller must sanitize it
// before printing.
func (n *Node) Show() string { return n.shorten(n.Render()) }

// shorten returns text, which shows n, or the size of n if text is too long.
func (n *Node) shorten(text string) string {
	if utf8.RuneCountInString(text) > showLimit {
		return n.describeSize()
	}
	return text
}

// ShowBoth returns Show for two different values. It makes the two texts
// different if both values are described by an equal size.
func ShowBoth(a, b *Node) (string, string) {
	fullA, fullB := RenderBoth(a, b)
	textA, textB := a.shorten(fullA), b.shorten(fullB)
	if textA == textB && fullA != fullB {
		textB += ", first difference at " + a.firstDifference(b)
	}
	return textA, textB
}

// describeSize describes a value that is too long to show.
func (n *Node) describeSize() string {
	switch n.Form {
	case Text:
		return fmt.Sprintf("text of %d characters", utf8.RuneCountInString(n.Text))
	case List:
		return fmt.Sprintf("a list of %d items", len(n.Items))
	case Map:
		return fmt.Sprintf("a mapping of %d keys", len(n.Members))
	}
	return n.Form.String() + " that is too long to show"
}

// firstDifference names the first item, key or character in which two values of
// the same form and size differ.
func (n *Node) firstDifference(other *Node) string {
	switch n.Form {
	case List:
		for i, item := range n.Items {
			if item.render(true) != other.Items[i].render(true) {
				return fmt.Sprintf("item %d", i+1)
			}
		}
	case Map:
		for i, m := range n.Members {
			if o := other.Members[i]; m.Name != o.Name || m.Value.render(true) != o.Value.render(true) {
				return fmt.Sprintf("key %d", i+1)
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

// Render formats all of n on one line, with secrets redacted, and with the name of a
// resource instead of its id. The caller must redact the secrets of the run before it
// truncates the line.
func (n *Node) Render() string { return n.render(false) }

// RenderBoth returns Render for two values. If they differ only in the ids of resources
// with the same name, the texts have the ids, too.
func RenderBoth(a, b *Node) (string, string) {
	textA, textB := a.Render(), b.Render()
	if textA == textB {
		return a.render(true), b.render(true)
	}
	return textA, textB
}

func (n *Node) render(withIDs bool) string {
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
		if withIDs && n.DisplayName != "" && n.DisplayName != n.Text {
			return fmt.Sprintf("%q (%s)", n.DisplayName, n.Text)
		}
		return fmt.Sprintf("%q", cmp.Or(n.DisplayName, n.Text))
	case Unknown:
		if n.Address != "" {
			return n.Address
		}
		return "(" + n.Text + ")"
	case List:
		parts := make([]string, len(n.Items))
		for i, item := range n.Items {
			parts[i] = item.render(withIDs)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Map:
		parts := make([]string, len(n.Members))
		for i, m := range n.Members {
			parts[i] = m.Name + ": " + m.Value.render(withIDs)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return n.Text
}

// Describe returns a short description of the values that a type accepts, for
// messages and documentation.
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
		return "a list, matched by " + strings.Join(t.Key, " and ")
	case t.Base == BaseList:
		return "a list"
	case t.MaxLen > 0:
		return fmt.Sprintf("text of at most %d characters", t.MaxLen)
	}
	return "text"
}
