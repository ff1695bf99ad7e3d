package jsonschema

import (
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// addRule turns a combination that a rule forbids into a complaint about its
// first field, in the rule's own words.
func (c *conditionSet) addRule(rule resource.Rule, never resource.Combination) {
	for i, v := range never {
		if v.Negated && v.Equals != "" { // one for each of the other values, so that the words tell it
			for _, is := range possibleValues(findByPath(c.rootFields, v.Field)) {
				if is != v.Equals {
					one := slices.Clone(never)
					one[i] = resource.FieldCondition{Field: v.Field, Equals: is}
					c.addRule(rule, one)
				}
			}
			return
		}
	}
	list, _, inside := strings.Cut(never[0].Field, itemStep+".")
	var holds []any
	for i, v := range never {
		if i > 0 || !v.Negated {
			holds = append(holds, c.matchSchema(v, inside))
		}
	}
	then := c.violationSchema(never[0], inside, rule.Check(c.matchingNode(never, list, inside)))
	c.addRuleSchema(list, inside, jsonObject{"if": jsonObject{"allOf": holds}, "then": then})
}

// addRuleSchema adds a condition to the object, or to each element of a list in it.
func (c *conditionSet) addRuleSchema(list string, inside bool, condition jsonObject) {
	if inside {
		condition = schemaAt([]string{list, itemStep}, condition, false)
	}
	c.ruleSchemas = append(c.ruleSchemas, condition)
}

// relativePath is the path from what a condition is put to.
func relativePath(field string, inside bool) []string {
	if inside {
		_, field, _ = strings.Cut(field, itemStep+".")
	}
	return strings.Split(field, ".")
}

// matchSchema accepts an object of which v is true.
func (c *conditionSet) matchSchema(v resource.FieldCondition, inside bool) jsonObject {
	f, path := findByPath(c.rootFields, v.Field), relativePath(v.Field, inside)
	leaf := jsonObject{}
	if v.Equals != "" {
		leaf["const"] = constValue(f, v.Equals)
	}
	var ways []any
	for _, name := range manifestNames(f) {
		ways = append(ways, schemaAt(append(slices.Clone(path[:len(path)-1]), name), leaf, true))
	}
	out := jsonObject{"anyOf": ways}
	if len(ways) == 1 {
		out = ways[0].(jsonObject)
	}
	if v.Negated {
		return jsonObject{"not": out}
	}
	return out
}

// violationSchema refuses what v says.
func (c *conditionSet) violationSchema(v resource.FieldCondition, inside bool, message string) jsonObject {
	path, names := relativePath(v.Field, inside), manifestNames(findByPath(c.rootFields, v.Field))
	out := forbidMembers(message, names...)
	if v.Negated {
		out = requireOneOf(names...)
	}
	return schemaAt(path[:len(path)-1], out, false)
}

// matchingNode is an object of which the combination is true.
func (c *conditionSet) matchingNode(never resource.Combination, list string, inside bool) *schema.Node {
	root := &schema.Node{Form: schema.Map}
	to := root
	if inside {
		to = &schema.Node{Form: schema.Map}
		root.Set(list, &schema.Node{Form: schema.List, Items: []*schema.Node{to}})
	}
	for _, v := range never {
		if v.Negated {
			continue
		}
		n, path := to, relativePath(v.Field, inside)
		for _, name := range path[:len(path)-1] {
			if n.Get(name) == nil {
				n.Set(name, &schema.Node{Form: schema.Map})
			}
			n = n.Get(name)
		}
		n.Set(path[len(path)-1], c.valueNode(v))
	}
	return root
}

func (c *conditionSet) valueNode(v resource.FieldCondition) *schema.Node {
	if findByPath(c.rootFields, v.Field).Type.Base == schema.BaseBool {
		return schema.Boolean(v.Equals == "true")
	}
	n := schema.String(v.Equals)
	n.Pos.Line = 1 // as if it were declared
	return n
}
