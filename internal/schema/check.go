package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Check checks a declared resource against its fields and returns every problem
// that can be found without calling the API. The caller checks the members in
// otherNames: Check accepts them with any value.
func Check(fields []Field, object *Node, otherNames ...string) []Problem {
	c := checker{rootFields: fields, root: object}
	c.checkFields(fields, object, "", otherNames)
	return c.problems.List()
}

type checker struct {
	rootFields []Field // of root
	root       *Node
	problems   Problems
}

func (c *checker) addErrorf(pos Pos, format string, args ...any) {
	c.problems.Addf(pos, format, args...)
}

func (c *checker) checkFields(fields []Field, n *Node, path string, otherNames []string) {
	if n.Form != Map {
		c.addErrorf(n.Pos, "%s must be a mapping, not %s", cmp.Or(path, "this resource"), n.Form)
		return
	}
	for _, m := range n.Members {
		f := FindField(fields, m.Name)
		switch {
		case f != nil:
			c.checkField(f, m, JoinPath(path, m.Name))
		case FindRef(fields, m.Name) != nil:
			c.checkRef(FindRef(fields, m.Name), n, m, JoinPath(path, m.Name))
		case slices.Contains(otherNames, m.Name):
		case fieldReturnedAs(fields, m.Name) != "":
			c.addErrorf(m.Pos, "unknown field %q: it has this name only in API responses; write %q", m.Name, fieldReturnedAs(fields, m.Name))
		case m.Name == "depends_on" || m.Name == "dependsOn":
			c.addErrorf(m.Pos, "unknown field %q; remove it: references between resources determine the order of the changes", m.Name)
		default:
			c.addErrorf(m.Pos, "unknown field %q%s", m.Name, Suggest(m.Name, append(fieldNames(fields), otherNames...)))
		}
	}
	for i := range fields {
		if f := &fields[i]; f.Behavior&Required != 0 && f.DesiredValue(n) == nil {
			c.addErrorf(n.Pos, "%s is required; set it to %s", JoinPath(path, f.Name), f.Type.Describe())
		}
	}
}

func (c *checker) checkField(f *Field, m Member, path string) {
	c.checkConditions(f, m.Pos, path)
	if f.Ref == nil || c.checkRefIDs(f, m.Value, path) {
		c.checkValue(&f.Type, m.Value, path)
	}
}

func (c *checker) checkValue(t *Type, n *Node, path string) {
	switch {
	case n.Form == Unknown: // from an unset variable, which the code that read it has reported
		if t.Base != BaseText && t.Base != BaseQuantity {
			c.addErrorf(n.Pos, "%s must be %s, but the value of a variable is always text; write the value in the manifest", path, t.Describe())
		}
	case n.Form == Null:
		c.addErrorf(n.Pos, "%s has no value; remove the field to keep the value in Astro%s", path, clearHint(t))
	case t.Base == BaseObject:
		c.checkFields(t.Fields, n, path, nil)
	case t.Base == BaseList:
		c.checkList(t, n, path)
	case t.Base == BaseMap:
		c.checkMap(t, n, path)
	case n.Form == List || n.Form == Map:
		c.addErrorf(n.Pos, "%s must be %s, not %s", path, t.Describe(), n.Form)
	case t.Base == BaseBool:
		c.checkBool(n, path)
	case t.Base == BaseInt:
		c.checkInt(t, n, path)
	case t.Base == BaseQuantity:
		c.checkQuantity(t, n, path)
	default:
		c.checkText(t, n, path)
	}
}

func (c *checker) checkMap(t *Type, n *Node, path string) {
	if n.Form != Map {
		c.addErrorf(n.Pos, "%s must be a mapping, not %s", path, n.Form)
		return
	}
	for _, m := range n.Members {
		switch {
		case t.Elem != nil:
			c.checkValue(t.Elem, m.Value, JoinPath(path, m.Name))
		case m.Value.Form == Null:
			c.addErrorf(m.Value.Pos, "%s has no value; remove it to keep the value in Astro", JoinPath(path, m.Name))
		default:
			m.Value.Walk(func(n *Node) { // values without a type are sent unchanged, so each number must be valid JSON
				if n.Form == Number && !json.Valid([]byte(n.Text)) {
					c.addErrorf(n.Pos, "%s: %s is not a number in JSON; write it in decimal digits, or in quotes as text", JoinPath(path, m.Name), n.Text)
				}
			})
		}
	}
}

func (c *checker) checkList(t *Type, n *Node, path string) {
	if n.Form != List {
		c.addErrorf(n.Pos, "%s must be a list, not %s%s", path, n.Form, t.itemHint(n))
		return
	}
	if r := t.ItemCount; r != nil && (len(n.Items) < r.Min || r.Max > 0 && len(n.Items) > r.Max) {
		c.addErrorf(n.Pos, "%s has %d items; it must have %s", path, len(n.Items), r)
	}
	seen := map[string]Pos{}
	for i, item := range n.Items {
		c.checkValue(t.Elem, item, fmt.Sprintf("%s[%d]", path, i))
		keyNode := item
		if t.Key != nil && item.Get(t.Key[0]) != nil {
			keyNode = item.Get(t.Key[0])
		}
		key := ""
		if t.Key != nil || item.Form == Text {
			key = t.KeyOf(item)
		}
		if first, ok := seen[key]; ok {
			c.addErrorf(keyNode.Pos, "%s: duplicate item %s (first at line %d); remove one of them", path, keyNode.showKey(key), first.Line)
		} else if key != "" {
			seen[key] = keyNode.Pos
		}
	}
}

// itemHint describes how to write items if n is a mapping instead of a list of mappings.
func (t *Type) itemHint(n *Node) string {
	if n.Form != Map || len(n.Members) == 0 || t.Elem.Base != BaseObject {
		return ""
	}
	if FindField(t.Elem.Fields, n.Members[0].Name) != nil {
		return `; start each item with "- "`
	}
	var members []string
	for i := range t.Elem.Fields[:min(2, len(t.Elem.Fields))] {
		f := &t.Elem.Fields[i]
		members = append(members, cmp.Or(f.NameField(), f.Name)+": …")
	}
	return fmt.Sprintf(`; write each item as "- { %s }"`, strings.Join(members, ", "))
}

// showKey formats the key of a list item for a message. n is the first value of
// the key: if n is secret, showKey redacts the whole key.
func (n *Node) showKey(key string) string {
	if n.Sensitive {
		return RedactionMark
	}
	return fmt.Sprintf("%q", key)
}

func clearHint(t *Type) string {
	switch {
	case t.Base == BaseList:
		return ", or write [] to clear it"
	case t.Base == BaseText && t.Enum == nil:
		return `, or write "" to clear it`
	}
	return ""
}

// JoinPath returns the dotted path of a member; path is "" for a member of the resource itself.
func JoinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func fieldNames(fields []Field) []string {
	var out []string
	for i := range fields {
		out = append(out, fields[i].Name)
		if name := fields[i].NameField(); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// checkConditions reports field f if one of its conditions fails: the resource
// has no use for the field then.
func (c *checker) checkConditions(f *Field, pos Pos, path string) {
	if w := f.FailedCondition(c.lookupText); w != nil {
		actual := c.root.GetPath(w.Field)
		text := actual.Text
		if actual.Sensitive {
			text = RedactionMark
		}
		c.addErrorf(pos, "%s doesn't apply when %s is %s, only when it is %s; remove %s, or change %s", path, w.Field, text, strings.Join(w.In, " or "), path, w.Field)
	}
}

// lookupText returns the declared value of the field at path, for a condition.
// The value counts as unknown if the field isn't declared or has a problem: once
// the user has fixed that problem, the condition may hold.
func (c *checker) lookupText(path string) (text string, known bool) {
	n, t := c.root.GetPath(path), typeAt(c.rootFields, path)
	if n == nil || n.Form == Unknown || t == nil {
		return "", false
	}
	valueChecker := checker{root: n}
	valueChecker.checkValue(t, n, path)
	return n.Text, valueChecker.problems.Total() == 0
}

func typeAt(fields []Field, path string) *Type {
	var t *Type
	for name := range strings.SplitSeq(path, ".") {
		f := FindField(fields, name)
		if f == nil {
			return nil
		}
		t, fields = &f.Type, f.Type.Fields
	}
	return t
}

// yaml11Booleans matches the words that are booleans in YAML 1.1 and text in
// YAML 1.2.
var yaml11Booleans = regexp.MustCompile(`^(?i:y|n|yes|no|on|off)$`)

// IsYAML11Boolean reports whether text is a boolean to a reader of YAML 1.1, and
// so needs quotes.
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
		c.addErrorf(n.Pos, "%s must be %s, not %s", path, t.Describe(), n.Text)
	}
}

func (c *checker) checkQuantity(t *Type, n *Node, path string) {
	switch {
	case n.Form == Bool:
		c.addErrorf(n.Pos, "%s must be %s, not a boolean", path, t.Describe())
		return
	case n.Form == Number && !decimalNumber.MatchString(n.Text):
		c.addErrorf(n.Pos, "%s: YAML readers disagree on the number %s; write it in quotes: %q", path, n.Text, n.Text)
		return
	}
	q, err := ParseQuantity(n.Text)
	switch {
	case err != nil:
		c.addErrorf(n.Pos, "%s must be %s, not %s", path, t.Describe(), n.Show())
	case q.Sign() < 0:
		c.addErrorf(n.Pos, "%s must not be negative", path)
	case t.Bytes && unitlessNumber.MatchString(n.Text) && q.Sign() > 0:
		c.addErrorf(n.Pos, "%s is %s without a unit; write %q", path, n.Text, n.Text+"Gi")
	}
}

func (c *checker) checkText(t *Type, n *Node, path string) {
	switch {
	case n.Sensitive && (n.Form == Number || n.Form == Bool):
		c.addErrorf(n.Pos, "%s must be text, not %s; write it in quotes, or better, read it with ${secret:NAME}", path, n.Form)
		return
	case n.Form == Number:
		c.addErrorf(n.Pos, "%s must be text, but %s is a number in YAML; write it in quotes: %q", path, n.Text, n.Text)
		return
	case n.Form == Bool:
		c.addErrorf(n.Pos, "%s must be text, but %s is a boolean in YAML; write it in quotes: %q", path, n.Text, n.Text)
		return
	case n.Unquoted && !n.Sensitive && t.Enum == nil && yaml11Booleans.MatchString(n.Text):
		c.addErrorf(n.Pos, "%s: many YAML readers read %s as a boolean; write it in quotes: %q", path, n.Text, n.Text)
		return
	}
	switch {
	case t.Enum != nil && !slices.Contains(t.Enum, n.Text):
		suggestion := ""
		if !n.Sensitive {
			suggestion = cmp.Or(Suggest(n.Text, t.Enum), suggestStart(n.Text, t.Enum))
		}
		c.addErrorf(n.Pos, "%s must be %s, not %s%s", path, t.Describe(), n.Show(), suggestion)
	case t.MaxLen > 0 && utf8.RuneCountInString(n.Text) > t.MaxLen:
		c.addErrorf(n.Pos, "%s has %d characters; it must have at most %d", path, utf8.RuneCountInString(n.Text), t.MaxLen)
	case t.Check != nil:
		switch err := t.Check(n.Text); {
		case err == nil:
		case n.Sensitive:
			c.addErrorf(n.Pos, "%s is %s, which is not valid; the reason is not shown, because it could reveal the value", path, n.Show())
		default:
			c.addErrorf(n.Pos, "%s is %s: %s", path, n.Show(), err)
		}
	}
}
