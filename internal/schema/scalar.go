package schema

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"
)

// The words that YAML 1.1 readers take for booleans and YAML 1.2 for text.
var yaml11Booleans = regexp.MustCompile(`^(?i:y|n|yes|no|on|off)$`)

// IsYAML11Boolean reports whether a text has to be in quotes, for readers that take it
// for a boolean.
func IsYAML11Boolean(text string) bool { return yaml11Booleans.MatchString(text) }

func (c *checker) checkBool(n *Node, path string) {
	switch {
	case n.Form == Bool:
	case n.Form == Text && n.Unquoted && yaml11Booleans.MatchString(n.Text):
		c.addErrorf(n.Pos, "%s must be true or false; %s is text in YAML 1.2", path, n.Text)
	case n.Form == Text && (n.Text == "true" || n.Text == "false") && !n.Sensitive:
		c.addErrorf(n.Pos, "%s must be true or false without quotes", path)
	default:
		c.addErrorf(n.Pos, "%s must be true or false, not %s", path, n.Form)
	}
}

var (
	wholeNumber    = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)
	decimalNumber  = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	unitlessNumber = regexp.MustCompile(`^[+0-9.]+$`)
)

func (c *checker) checkInt(t *Type, n *Node, path string) {
	if n.Form != Number {
		c.addErrorf(n.Pos, "%s must be %s, not %s", path, t.Describe(), n.Form)
		return
	}
	if !wholeNumber.MatchString(n.Text) {
		c.addErrorf(n.Pos, "%s must be %s in plain decimal digits, not %s", path, t.Describe(), n.Text)
		return
	}
	var i int
	if _, err := fmt.Sscan(n.Text, &i); err != nil || i < t.Range.Min || t.Range.Max > 0 && i > t.Range.Max {
		c.addErrorf(n.Pos, "%s is %s, must be %s", path, n.Text, t.Describe())
	}
}

func (c *checker) checkQuantity(t *Type, n *Node, path string) {
	switch {
	case n.Form == Bool:
		c.addErrorf(n.Pos, "%s must be %s, not a boolean", path, t.Describe())
		return
	case n.Form == Number && !decimalNumber.MatchString(n.Text):
		c.addErrorf(n.Pos, "%s: YAML readers disagree on the number %s; write it as text, %q", path, n.Text, n.Text)
		return
	}
	q, err := ParseQuantity(n.Text)
	switch {
	case err != nil:
		c.addErrorf(n.Pos, "%s is %s, must be %s", path, n.Show(), t.Describe())
	case q.Sign() < 0:
		c.addErrorf(n.Pos, "%s must not be negative", path)
	case t.Bytes && unitlessNumber.MatchString(n.Text) && q.Sign() > 0:
		c.addErrorf(n.Pos, "%s is %s without a unit; write %q", path, n.Text, n.Text+"Gi")
	}
}

func (c *checker) checkText(t *Type, n *Node, path string) {
	switch {
	case n.Sensitive && (n.Form == Number || n.Form == Bool):
		c.addErrorf(n.Pos, "%s must be text, not %s: write it in quotes, or better read it with ${secret:NAME}", path, n.Form)
		return
	case n.Form == Number:
		c.addErrorf(n.Pos, "%s must be text; %s is a number to YAML, write it in quotes: %q", path, n.Text, n.Text)
		return
	case n.Form == Bool:
		c.addErrorf(n.Pos, "%s must be text; %s is a boolean to YAML, write it in quotes: %q", path, n.Text, n.Text)
		return
	case n.Unquoted && !n.Sensitive && t.Enum == nil && yaml11Booleans.MatchString(n.Text):
		c.addErrorf(n.Pos, "%s: many YAML readers take %s for a boolean; write it in quotes: %q", path, n.Text, n.Text)
		return
	}
	switch {
	case t.Enum != nil && !slices.Contains(t.Enum, n.Text):
		guess := ""
		if !n.Sensitive {
			guess = Suggest(n.Text, t.Enum)
		}
		c.addErrorf(n.Pos, "%s is %s, must be %s%s", path, n.Show(), t.Describe(), guess)
	case t.MaxLen > 0 && utf8.RuneCountInString(n.Text) > t.MaxLen:
		c.addErrorf(n.Pos, "%s has %d characters, at most %d are allowed", path, utf8.RuneCountInString(n.Text), t.MaxLen)
	case t.Check != nil:
		switch err := t.Check(n.Text); {
		case err == nil:
		case n.Sensitive:
			c.addErrorf(n.Pos, "%s is %s, which is not valid; why is not said, because that may quote it", path, n.Show())
		default:
			c.addErrorf(n.Pos, "%s is %s: %s", path, n.Show(), err)
		}
	}
}
