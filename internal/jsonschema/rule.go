package jsonschema

import (
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// forbid turns a combination that a rule forbids into a complaint about its
// first field, in the rule's own words.
func (c *conditions) forbid(rule resource.Rule, never resource.Combination) {
	for i, v := range never {
		if v.Not && v.Is != "" { // one for each of the other values, so that the words tell it
			for _, is := range values(find(c.root, v.Field)) {
				if is != v.Is {
					one := slices.Clone(never)
					one[i] = resource.Value{Field: v.Field, Is: is}
					c.forbid(rule, one)
				}
			}
			return
		}
	}
	list, _, inside := strings.Cut(never[0].Field, element+".")
	var holds []any
	for i, v := range never {
		if i > 0 || !v.Not {
			holds = append(holds, c.holds(v, inside))
		}
	}
	then := c.complaint(never[0], inside, rule.Check(c.instance(never, list, inside)))
	c.put(list, inside, object{"if": object{"allOf": holds}, "then": then})
}

// put adds a condition to the object, or to each element of a list in it.
func (c *conditions) put(list string, inside bool, condition object) {
	if inside {
		condition = at([]string{list, element}, condition, false)
	}
	c.more = append(c.more, condition)
}

// within is the path from what a condition is put to.
func within(field string, inside bool) []string {
	if inside {
		_, field, _ = strings.Cut(field, element+".")
	}
	return strings.Split(field, ".")
}

// holds accepts an object of which v is true.
func (c *conditions) holds(v resource.Value, inside bool) object {
	f, path := find(c.root, v.Field), within(v.Field, inside)
	leaf := object{}
	if v.Is != "" {
		leaf["const"] = constant(f, v.Is)
	}
	var ways []any
	for _, name := range spellings(f) {
		ways = append(ways, at(append(slices.Clone(path[:len(path)-1]), name), leaf, true))
	}
	out := object{"anyOf": ways}
	if len(ways) == 1 {
		out = ways[0].(object)
	}
	if v.Not {
		return object{"not": out}
	}
	return out
}

// complaint refuses what v says.
func (c *conditions) complaint(v resource.Value, inside bool, message string) object {
	path, names := within(v.Field, inside), spellings(find(c.root, v.Field))
	out := wrong(message, names...)
	if v.Not {
		out = oneOf(names...)
	}
	return at(path[:len(path)-1], out, false)
}

// instance is an object of which the combination is true.
func (c *conditions) instance(never resource.Combination, list string, inside bool) *schema.Node {
	root := &schema.Node{Form: schema.Map}
	to := root
	if inside {
		to = &schema.Node{Form: schema.Map}
		root.Set(list, &schema.Node{Form: schema.List, Items: []*schema.Node{to}})
	}
	for _, v := range never {
		if v.Not {
			continue
		}
		n, path := to, within(v.Field, inside)
		for _, name := range path[:len(path)-1] {
			if n.Get(name) == nil {
				n.Set(name, &schema.Node{Form: schema.Map})
			}
			n = n.Get(name)
		}
		n.Set(path[len(path)-1], c.node(v))
	}
	return root
}

func (c *conditions) node(v resource.Value) *schema.Node {
	if find(c.root, v.Field).Type.Base == schema.BaseBool {
		return schema.Boolean(v.Is == "true")
	}
	n := schema.String(v.Is)
	n.Pos.Line = 1 // as if it were declared
	return n
}
