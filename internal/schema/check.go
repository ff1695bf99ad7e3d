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
	c := checker{fields: fields, root: object}
	c.object(fields, object, "", also)
	return c.problems.List()
}

type checker struct {
	fields   []Field // of root
	root     *Node
	problems Problems
}

func (c *checker) report(pos Pos, format string, args ...any) {
	c.problems.Addf(pos, format, args...)
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
		case FindRef(fields, m.Name) != nil:
			c.reference(FindRef(fields, m.Name), n, m, join(path, m.Name))
		case FindPick(fields, m.Name) != nil:
			c.pick(FindPick(fields, m.Name), n, m, join(path, m.Name))
		case slices.Contains(also, m.Name):
		case told(fields, m.Name) != "":
			c.report(m.Pos, "unknown field %q: what answers call so is %q when it is written", m.Name, told(fields, m.Name))
		default:
			c.report(m.Pos, "unknown field %q%s", m.Name, Suggest(m.Name, append(names(fields), also...)))
		}
	}
	for i := range fields {
		if f := &fields[i]; f.Phase&Required != 0 && f.Declared(n) == nil {
			c.report(n.Pos, "%s needs %s (%s)", subject(path), f.Name, f.Type.Describe())
		}
	}
}

func (c *checker) field(f *Field, m Member, path string) {
	c.applies(f, m.Pos, path)
	if f.Ref == nil || c.ids(f, m.Value, path) {
		c.value(&f.Type, m.Value, path)
	}
}

func (c *checker) value(t *Type, n *Node, path string) {
	switch {
	case n.Form == Pending: // from an unset variable, reported where it was read
		if t.Base != BaseText && t.Base != BaseQuantity {
			c.report(n.Pos, "%s must be %s, and what a variable holds is text", path, t.Describe())
		}
	case n.Form == Null:
		c.report(n.Pos, "%s has no value: leave the field out to keep what is live%s", path, clearing(t))
	case t.Base == BaseObject:
		c.object(t.Fields, n, path, nil)
	case t.Base == BaseList:
		c.list(t, n, path)
	case t.Base == BaseMap:
		c.mapping(t, n, path)
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

func (c *checker) mapping(t *Type, n *Node, path string) {
	if n.Form != Map {
		c.report(n.Pos, "%s must be a mapping, not %s", path, n.Form)
		return
	}
	for _, m := range n.Members {
		switch {
		case t.Elem != nil:
			c.value(t.Elem, m.Value, join(path, m.Name))
		case m.Value.Form == Null:
			c.report(m.Value.Pos, "%s has no value: leave it out to keep what is live", join(path, m.Name))
		default:
			m.Value.Walk(func(n *Node) { // what is checked against nothing is sent as it is
				if n.Form == Number && !json.Valid([]byte(n.Text)) {
					c.report(n.Pos, "%s: %s is no number to Astro; write it in decimal digits, or quote it", join(path, m.Name), n.Text)
				}
			})
		}
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
		place := item
		if t.Key != nil && item.Get(t.Key[0]) != nil {
			place = item.Get(t.Key[0])
		}
		id := ""
		if t.Key != nil || item.Form == Text {
			id = t.Identity(item)
		}
		if first, ok := seen[id]; ok {
			c.report(place.Pos, "%s: %s is there twice, first at line %d", path, place.named(id), first.Line)
		} else if id != "" {
			seen[id] = place.Pos
		}
	}
}

// named shows an identity that begins with n.
func (n *Node) named(id string) string {
	if n.Secret {
		return Redacted
	}
	return fmt.Sprintf("%q", id)
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
	var out []string
	for i := range fields {
		out = append(out, fields[i].Name)
		if r := fields[i].Ref; r != nil && !r.Soft {
			out = append(out, r.Name)
		}
		if p := fields[i].Pick; p != nil {
			out = append(out, p.Name)
		}
	}
	return out
}
