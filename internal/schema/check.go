package schema

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Check holds a declared object against a table and returns everything that
// can be known to be wrong without asking the API. Names in also are accepted
// beside the fields and left to the caller.
func Check(fields []Field, object *Node, also ...string) []Problem {
	c := checker{rootFields: fields, root: object}
	c.checkFields(fields, object, "", also)
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

func (c *checker) checkFields(fields []Field, n *Node, path string, also []string) {
	if n.Form != Map {
		c.addErrorf(n.Pos, "%s must be a mapping, not %s", subjectOf(path), n.Form)
		return
	}
	for _, m := range n.Members {
		f := FindField(fields, m.Name)
		switch {
		case f != nil:
			c.checkField(f, m, joinPath(path, m.Name))
		case FindRef(fields, m.Name) != nil:
			c.checkRef(FindRef(fields, m.Name), n, m, joinPath(path, m.Name))
		case FindItemRef(fields, m.Name) != nil:
			c.checkItemRef(FindItemRef(fields, m.Name), n, m, joinPath(path, m.Name))
		case slices.Contains(also, m.Name):
		case fieldReturnedAs(fields, m.Name) != "":
			c.addErrorf(m.Pos, "unknown field %q: what answers call so is %q when it is written", m.Name, fieldReturnedAs(fields, m.Name))
		default:
			c.addErrorf(m.Pos, "unknown field %q%s", m.Name, Suggest(m.Name, append(fieldNames(fields), also...)))
		}
	}
	for i := range fields {
		if f := &fields[i]; f.Behavior&Required != 0 && f.DesiredValue(n) == nil {
			c.addErrorf(n.Pos, "%s needs %s (%s)", subjectOf(path), f.Name, f.Type.Describe())
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
	case n.Form == Unknown: // from an unset variable, reported where it was read
		if t.Base != BaseText && t.Base != BaseQuantity {
			c.addErrorf(n.Pos, "%s must be %s, and what a variable holds is text", path, t.Describe())
		}
	case n.Form == Null:
		c.addErrorf(n.Pos, "%s has no value: leave the field out to keep what is live%s", path, clearHint(t))
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
			c.checkValue(t.Elem, m.Value, joinPath(path, m.Name))
		case m.Value.Form == Null:
			c.addErrorf(m.Value.Pos, "%s has no value: leave it out to keep what is live", joinPath(path, m.Name))
		default:
			m.Value.Walk(func(n *Node) { // what is checked against nothing is sent as it is
				if n.Form == Number && !json.Valid([]byte(n.Text)) {
					c.addErrorf(n.Pos, "%s: %s is no number to Astro; write it in decimal digits, or quote it", joinPath(path, m.Name), n.Text)
				}
			})
		}
	}
}

func (c *checker) checkList(t *Type, n *Node, path string) {
	if n.Form != List {
		c.addErrorf(n.Pos, "%s must be a list, not %s", path, n.Form)
		return
	}
	if r := t.ItemCount; r != nil && (len(n.Items) < r.Min || r.Max > 0 && len(n.Items) > r.Max) {
		c.addErrorf(n.Pos, "%s has %d elements, needs %s", path, len(n.Items), r)
	}
	seen := map[string]Pos{}
	for i, item := range n.Items {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.checkValue(t.Elem, item, at)
		place := item
		if t.Key != nil && item.Get(t.Key[0]) != nil {
			place = item.Get(t.Key[0])
		}
		id := ""
		if t.Key != nil || item.Form == Text {
			id = t.KeyOf(item)
		}
		if first, ok := seen[id]; ok {
			c.addErrorf(place.Pos, "%s: %s is there twice, first at line %d", path, place.showKey(id), first.Line)
		} else if id != "" {
			seen[id] = place.Pos
		}
	}
}

// showKey shows an identity that begins with n.
func (n *Node) showKey(id string) string {
	if n.Sensitive {
		return RedactionMark
	}
	return fmt.Sprintf("%q", id)
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

func subjectOf(path string) string {
	if path == "" {
		return "this object"
	}
	return path
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func fieldNames(fields []Field) []string {
	var out []string
	for i := range fields {
		out = append(out, fields[i].Name)
		if r := fields[i].Ref; r != nil && !r.ByName {
			out = append(out, r.NameField)
		}
		if p := fields[i].ItemRef; p != nil {
			out = append(out, p.NameField)
		}
	}
	return out
}
