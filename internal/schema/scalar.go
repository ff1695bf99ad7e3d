package schema

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// The words that YAML 1.1 readers take for booleans and YAML 1.2 for text.
var switchWords = regexp.MustCompile(`^(?i:y|n|yes|no|on|off)$`)

// SwitchWord reports whether a text has to be in quotes, for readers that take it
// for a boolean.
func SwitchWord(text string) bool { return switchWords.MatchString(text) }

func (c *checker) boolean(n *Node, path string) {
	switch {
	case n.Form == Bool:
	case n.Form == Text && n.Plain && switchWords.MatchString(n.Text):
		c.report(n.Pos, "%s must be true or false; %s is text in YAML 1.2", path, n.Text)
	case n.Form == Text && (n.Text == "true" || n.Text == "false") && !n.Secret:
		c.report(n.Pos, "%s must be true or false without quotes", path)
	default:
		c.report(n.Pos, "%s must be true or false, not %s", path, n.Form)
	}
}

var (
	wholeNumber   = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)
	decimalNumber = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	unitless      = regexp.MustCompile(`^[+0-9.]+$`)
)

func (c *checker) integer(t *Type, n *Node, path string) {
	if n.Form != Number {
		c.report(n.Pos, "%s must be %s, not %s", path, t.Describe(), n.Form)
		return
	}
	if !wholeNumber.MatchString(n.Text) {
		c.report(n.Pos, "%s must be %s in plain decimal digits, not %s", path, t.Describe(), n.Text)
		return
	}
	var i int
	if _, err := fmt.Sscan(n.Text, &i); err != nil || i < t.Range.Min || t.Range.Max > 0 && i > t.Range.Max {
		c.report(n.Pos, "%s is %s, must be %s", path, n.Text, t.Describe())
	}
}

func (c *checker) quantity(t *Type, n *Node, path string) {
	switch {
	case n.Form == Bool:
		c.report(n.Pos, "%s must be %s, not a boolean", path, t.Describe())
		return
	case n.Form == Number && !decimalNumber.MatchString(n.Text):
		c.report(n.Pos, "%s: YAML readers disagree on the number %s; write it as text, %q", path, n.Text, n.Text)
		return
	}
	q, err := ParseQuantity(n.Text)
	switch {
	case err != nil:
		c.report(n.Pos, "%s is %s, must be %s", path, n.Show(), t.Describe())
	case q.Sign() < 0:
		c.report(n.Pos, "%s must not be negative", path)
	case t.Bytes && unitless.MatchString(n.Text) && q.Sign() > 0:
		c.report(n.Pos, "%s is %s without a unit; write %q", path, n.Text, n.Text+"Gi")
	}
}

func (c *checker) text(t *Type, n *Node, path string) {
	switch {
	case n.Secret && (n.Form == Number || n.Form == Bool):
		c.report(n.Pos, "%s must be text, not %s: write it in quotes, or better read it with ${secret:NAME}", path, n.Form)
		return
	case n.Form == Number:
		c.report(n.Pos, "%s must be text; %s is a number to YAML, write it in quotes: %q", path, n.Text, n.Text)
		return
	case n.Form == Bool:
		c.report(n.Pos, "%s must be text; %s is a boolean to YAML, write it in quotes: %q", path, n.Text, n.Text)
		return
	case n.Plain && !n.Secret && t.Enum == nil && switchWords.MatchString(n.Text):
		c.report(n.Pos, "%s: many YAML readers take %s for a boolean; write it in quotes: %q", path, n.Text, n.Text)
		return
	}
	switch {
	case t.Enum != nil && !slices.Contains(t.Enum, n.Text):
		guess := ""
		if !n.Secret {
			guess = Suggest(n.Text, t.Enum)
		}
		c.report(n.Pos, "%s is %s, must be %s%s", path, n.Show(), t.Describe(), guess)
	case t.MaxLen > 0 && utf8.RuneCountInString(n.Text) > t.MaxLen:
		c.report(n.Pos, "%s has %d characters, at most %d are allowed", path, utf8.RuneCountInString(n.Text), t.MaxLen)
	case t.Check != nil:
		switch err := t.Check(n.Text); {
		case err == nil:
		case n.Secret:
			c.report(n.Pos, "%s is %s, which is not valid; why is not said, because that may quote it", path, n.Show())
		default:
			c.report(n.Pos, "%s is %s: %s", path, n.Show(), err)
		}
	}
}
