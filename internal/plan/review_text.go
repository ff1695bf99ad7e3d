package plan

import (
	"strings"

	"astro-apply/internal/schema"
)

// reviewText is a text in a review. Its first character is a tag for its type, so that a description that consists of
// *** isn't mistaken for a secret, and a redacted text is never equal to a complete one.
type reviewText string

const (
	exactText    = "=" // followed by the text
	redactedText = "~" // followed by the text without its secrets
	unknownText  = "?" // followed by a description of the unknown value
	secretText   = "*" // the value of a secret field
	nullText     = "0" // null
)

// tagText returns a tagged text from a manifest or from Astro.
func (r redactor) tagText(text string) reviewText {
	return newReviewText(text, r.redactText(text))
}

// tagPath returns the tagged path of a field.
func (r redactor) tagPath(path string) reviewText {
	return newReviewText(path, r.redactPath(path))
}

// tagNode returns the tagged text of a scalar node. It returns "" for a number, a boolean, a list or a mapping, unless
// the node contains the value of a secret.
func (r redactor) tagNode(n *schema.Node) reviewText {
	compound := n.Form == schema.List || n.Form == schema.Map
	switch {
	case n.Sensitive && !compound:
		return secretText
	case r.hasSecret(n):
		return redactedText + schema.RedactionMark
	case compound:
		return ""
	case n.Form == schema.Null:
		return nullText
	case n.Form == schema.Unknown:
		if redacted := r.redactUnknown(n.Text); redacted != n.Text {
			return reviewText(redactedText + "(" + redacted + ")")
		}
		return reviewText(unknownText + n.Text)
	case n.Form == schema.Text:
		return r.tagText(n.Text)
	}
	return ""
}

func newReviewText(text, redacted string) reviewText {
	if text != redacted {
		return reviewText(redactedText + redacted)
	}
	return reviewText(exactText + text)
}

// hasKnownTag reports whether t starts with the tag of an exact or redacted text.
func (t reviewText) hasKnownTag() bool {
	return t != "" && strings.Contains(exactText+redactedText, string(t[:1]))
}

// displayText returns t without its tag, for messages.
func (t reviewText) displayText() string {
	switch {
	case t == secretText:
		return schema.RedactionMark
	case t == nullText:
		return "null"
	case strings.HasPrefix(string(t), unknownText):
		return "(" + string(t[1:]) + ")"
	case t == "":
		return ""
	}
	return string(t[1:])
}

// displayValue returns a value of a review as JSON without tags, for messages.
func displayValue(value *schema.Node) string {
	n := value.Clone()
	n.Walk(func(m *schema.Node) {
		if m.Form == schema.Text {
			m.Text = reviewText(m.Text).displayText()
		}
	})
	data, _ := n.MarshalJSON() // a review contains no unknown values
	return string(data)
}
