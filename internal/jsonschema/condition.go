package jsonschema

import (
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// conditionSet are what fields of a kind demand of each other. Each becomes an if
// and a then at the top of the object, because only from there both sides can be
// seen; the then puts its complaint on the field that is wrong.
type conditionSet struct {
	rootFields  []schema.Field
	keys        []string
	when        map[string]schema.Condition
	then        map[string]jsonObject
	ruleSchemas []any
}

// addConditions finds the conditions of fields, and of those inside them, at a path
// from the object's root.
func (c *conditionSet) addConditions(list []schema.Field, path []string) {
	for i := range list {
		f := &list[i]
		here := append(slices.Clone(path), f.Name)
		for _, w := range f.When {
			c.addCondition(w, path, f)
		}
		c.addConditions(f.Type.Fields, here)
		if f.Type.Elem != nil {
			c.addConditions(f.Type.Elem.Fields, append(here, itemStep))
		}
	}
}

// addCondition lets a field of what is at a path be there only where w holds.
func (c *conditionSet) addCondition(w schema.Condition, path []string, f *schema.Field) {
	if c.when == nil {
		c.when, c.then = map[string]schema.Condition{}, map[string]jsonObject{}
	}
	key := w.Field + " is " + strings.Join(w.In, " or ")
	if c.then[key] == nil {
		c.keys = append(c.keys, key)
		c.when[key], c.then[key] = w, jsonObject{}
	}
	mergeInto(c.then[key], schemaAt(path, forbidMembers("It only applies where "+key+".", manifestNames(f)...), false))
}

func (c *conditionSet) allSchemas() []any {
	var out []any
	for _, key := range c.keys {
		w := c.when[key]
		var others []any // what is no value of the field at all, is wrong itself
		for _, v := range possibleValues(findByPath(c.rootFields, w.Field)) {
			if !slices.Contains(w.In, v) {
				others = append(others, constValue(findByPath(c.rootFields, w.Field), v))
			}
		}
		out = append(out, jsonObject{"if": schemaAt(strings.Split(w.Field, "."), jsonObject{"enum": others}, true), "then": c.then[key]})
	}
	return append(out, c.ruleSchemas...)
}

const itemStep = "[]"

// schemaAt is a schema for what is at a path; where it must be there, the schema only
// accepts what has it.
func schemaAt(path []string, leaf jsonObject, must bool) jsonObject {
	out := leaf
	for _, name := range slices.Backward(path) {
		switch {
		case name == itemStep:
			out = jsonObject{"items": out}
		case must:
			out = jsonObject{"required": anySlice(name), "properties": jsonObject{name: out}}
		default:
			out = jsonObject{"properties": jsonObject{name: out}}
		}
	}
	return out
}

// forbidMembers refuses members, and an editor puts the message on them.
func forbidMembers(message string, names ...string) jsonObject {
	properties := jsonObject{}
	for _, name := range names {
		properties[name] = false
	}
	return jsonObject{"properties": properties, "errorMessage": message}
}

func mergeInto(to, from jsonObject) {
	for name, v := range from {
		inner, ok := to[name].(jsonObject)
		more, both := v.(jsonObject)
		if ok && both {
			mergeInto(inner, more)
		} else {
			to[name] = v
		}
	}
}

// manifestNames are the names by which a manifest can have a field.
func manifestNames(f *schema.Field) []string {
	switch {
	case f.Ref != nil && !f.Ref.ByName:
		return []string{f.Ref.NameField, f.Name}
	case f.ItemRef != nil:
		return []string{f.ItemRef.NameField, f.Name}
	}
	return []string{f.Name}
}

// findByPath returns the field at a dotted path, where elements of lists are [].
func findByPath(fields []schema.Field, path string) *schema.Field {
	name, rest, deep := strings.Cut(path, ".")
	f := schema.FindField(fields, strings.TrimSuffix(name, itemStep))
	switch {
	case !deep:
		return f
	case f.Type.Elem != nil:
		return findByPath(f.Type.Elem.Fields, rest)
	}
	return findByPath(f.Type.Fields, rest)
}

// possibleValues are all that a field of few values can have.
func possibleValues(f *schema.Field) []string {
	if f.Type.Base == schema.BaseBool {
		return []string{"true", "false"}
	}
	return f.Type.Enum
}

func constValue(f *schema.Field, text string) any {
	if f.Type.Base == schema.BaseBool {
		return text == "true"
	}
	return text
}

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
