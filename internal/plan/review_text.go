package plan

import (
	"encoding/json"
	"strings"

	"astro-apply/internal/schema"
)

// reviewText is a text in a review. Its first character is its type, so that
// a description that reads *** isn't taken for a secret, and a text that isn't
// complete is equal to none.
type reviewText string

const (
	exactText    = "=" // followed by the text
	redactedText = "~" // followed by the text without the secrets that were in it
	unknownText  = "?" // followed by what the value waits for
	secretText   = "*" // the value of a secret field
	nullText     = "0" // null
)

// tagText is a text from a manifest or from Astro.
func (s redactor) tagText(text string) reviewText {
	return newReviewText(exactText, text, s.redactText(text))
}

// tagPath is the path of a field.
func (s redactor) tagPath(path string) reviewText {
	return newReviewText(exactText, path, s.redactPath(path))
}

// tagNode is a scalar node, "" for a number, a boolean, a list or a mapping. One
// of these is a text where it contains the value of a secret.
func (s redactor) tagNode(n *schema.Node) reviewText {
	compound := n.Form == schema.List || n.Form == schema.Map
	switch {
	case n.Sensitive && !compound:
		return secretText
	case s.hasSecret(n):
		return redactedText + schema.RedactionMark
	case compound:
		return ""
	case n.Form == schema.Null:
		return nullText
	case n.Form == schema.Unknown:
		return newReviewText(unknownText, n.Text, s.redactUnknown(n.Text))
	case n.Form == schema.Text:
		return s.tagText(n.Text)
	}
	return ""
}

func newReviewText(as, text, scrubbed string) reviewText {
	if text != scrubbed {
		return reviewText(redactedText + scrubbed)
	}
	return reviewText(as + text)
}

// hasKnownTag reports whether t starts as a text of a review does.
func (t reviewText) hasKnownTag() bool {
	return t != "" && strings.Contains(exactText+redactedText, string(t[:1]))
}

// isRedacted reports whether a secret was in t.
func (t reviewText) isRedacted() bool { return strings.HasPrefix(string(t), redactedText) }

// displayText is t for people.
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

// mapTexts calls f for every text in a value of a review, and returns the value with
// what f returned in their place.
func mapTexts(value json.RawMessage, f func(reviewText) string) *schema.Node {
	n, err := schema.ParseJSON(value)
	if err != nil {
		return nil
	}
	n.Walk(func(m *schema.Node) {
		if m.Form == schema.Text {
			m.Text = f(reviewText(m.Text))
		}
	})
	return n
}
