package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Problem is something wrong with a declared value, and where.
type Problem struct {
	Pos     Pos
	Message string
	Warning bool // worth saying, no reason to stop
}

func (p Problem) Error() string {
	if !p.Pos.Known() {
		return p.Message
	}
	return p.Pos.String() + ": " + p.Message
}

// Check holds a declared object against a table and returns everything that
// can be known to be wrong without asking the API. Names in also are accepted
// beside the fields and left to the caller.
func Check(fields []Field, object *Node, also ...string) []Problem {
	c := checker{root: object}
	c.object(fields, object, "", also)
	return c.problems
}

type checker struct {
	root     *Node
	problems []Problem
}

func (c *checker) report(pos Pos, format string, args ...any) {
	c.problems = append(c.problems, Problem{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) object(fields []Field, n *Node, path string, also []string) {
	if n.Form != Map {
		c.report(n.Pos, "%s must be a mapping, not %s", subject(path), n.Form)
		return
	}
	for _, m := range n.Members {
		f := Find(fields, m.Name)
		switch {
		case f != nil:
			c.field(f, m, join(path, m.Name))
		case slices.Contains(also, m.Name):
		default:
			c.report(m.Pos, "unknown field %q%s", m.Name, Suggest(m.Name, append(names(fields), also...)))
		}
	}
	for i := range fields {
		if f := &fields[i]; f.Phase&Required != 0 && n.Get(f.Name) == nil {
			c.report(n.Pos, "%s needs %s (%s)", subject(path), f.Name, f.Type.Describe())
		}
	}
}

func (c *checker) field(f *Field, m Member, path string) {
	if w := f.Applies(c.declared); w != nil {
		c.report(m.Pos, "%s does not apply when %s is %s, only when it is %s",
			path, w.Field, c.root.Path(w.Field).Value(), strings.Join(w.In, " or "))
	}
	if f.Ref != nil && m.Value.Form != Text {
		c.report(m.Value.Pos, "%s must be an id, not %s", path, m.Value.Form)
		return
	}
	c.value(&f.Type, m.Value, path)
}

// declared looks a condition's field up; what isn't declared isn't known.
func (c *checker) declared(path string) (string, bool) {
	n := c.root.Path(path)
	return n.Value(), n != nil && n.Form <= Text
}

func (c *checker) value(t *Type, n *Node, path string) {
	switch {
	case n.Form == Null:
		c.report(n.Pos, "%s has no value: leave the field out to keep what is live%s", path, clearing(t))
	case t.Base == BaseObject:
		c.object(t.Fields, n, path, nil)
	case t.Base == BaseList:
		c.list(t, n, path)
	case n.Form == List || n.Form == Map:
		c.report(n.Pos, "%s must be %s, not %s", path, t.Describe(), n.Form)
	case t.Base == BaseBool:
		c.boolean(n, path)
	case t.Base == BaseInt:
		c.integer(t, n, path)
	case t.Base == BaseQuantity:
		c.quantity(t, n, path)
	default:
		c.text(t, n, path)
	}
}

func (c *checker) list(t *Type, n *Node, path string) {
	if n.Form != List {
		c.report(n.Pos, "%s must be a list, not %s", path, n.Form)
		return
	}
	if r := t.Count; r != nil && (len(n.Items) < r.Min || r.Max > 0 && len(n.Items) > r.Max) {
		c.report(n.Pos, "%s has %d elements, needs %s", path, len(n.Items), r)
	}
	seen := map[string]Pos{}
	for i, item := range n.Items {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.value(t.Elem, item, at)
		key := item
		if t.Key != "" {
			key = item.Get(t.Key)
		} else if !t.Set {
			continue
		}
		if key == nil || key.Form != Text {
			continue
		}
		if first, ok := seen[key.Text]; ok {
			c.report(key.Pos, "%s: %s is there twice, first at line %d", path, key.show(), first.Line)
			continue
		}
		seen[key.Text] = key.Pos
	}
}

func (r Range) String() string {
	switch {
	case r.Max == 0:
		return fmt.Sprintf("at least %d", r.Min)
	case r.Min == 0:
		return fmt.Sprintf("at most %d", r.Max)
	}
	return fmt.Sprintf("%d to %d", r.Min, r.Max)
}

// The words that YAML 1.1 readers take for booleans and YAML 1.2 for text.
var switchWords = regexp.MustCompile(`^(?i:y|n|yes|no|on|off)$`)

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
		c.report(n.Pos, "%s is %s, must be %s", path, n.show(), t.Describe())
	case q.Sign() < 0:
		c.report(n.Pos, "%s must not be negative", path)
	case t.Bytes && decimalNumber.MatchString(n.Text) && q.Sign() > 0:
		c.report(n.Pos, "%s is %s without a unit; write %q", path, n.Text, n.Text+"Gi")
	}
}

func (c *checker) text(t *Type, n *Node, path string) {
	switch {
	case n.Form == Number:
		c.report(n.Pos, "%s must be text; %s is a number to YAML, write it in quotes: %q", path, n.Text, n.Text)
		return
	case n.Form == Bool:
		c.report(n.Pos, "%s must be text; %s is a boolean to YAML, write it in quotes: %q", path, n.Text, n.Text)
		return
	case n.Plain && t.Enum == nil && switchWords.MatchString(n.Text):
		c.report(n.Pos, "%s: many YAML readers take %s for a boolean; write it in quotes: %q", path, n.Text, n.Text)
		return
	}
	switch {
	case t.Enum != nil && !slices.Contains(t.Enum, n.Text):
		c.report(n.Pos, "%s is %s, must be %s%s", path, n.show(), t.Describe(), Suggest(n.Text, t.Enum))
	case t.MaxLen > 0 && utf8.RuneCountInString(n.Text) > t.MaxLen:
		c.report(n.Pos, "%s has %d characters, at most %d are allowed", path, utf8.RuneCountInString(n.Text), t.MaxLen)
	case t.Check != nil:
		if err := t.Check(n.Text); err != nil {
			c.report(n.Pos, "%s is %s: %s", path, n.show(), err)
		}
	}
}

func clearing(t *Type) string {
	switch {
	case t.Base == BaseList:
		return ", or write [] to clear it"
	case t.Base == BaseText && t.Enum == nil:
		return `, or write "" to clear it`
	}
	return ""
}

func subject(path string) string {
	if path == "" {
		return "this object"
	}
	return path
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func names(fields []Field) []string {
	out := make([]string, len(fields))
	for i := range fields {
		out[i] = fields[i].Name
	}
	return out
}
