package jsonschema

import (
	"slices"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// conditionSet collects the conditions and rules between the fields of a kind. Each
// becomes an if/then pair at the top of the resource's schema, because only there
// both fields are visible. The then part puts its message on the wrong field.
type conditionSet struct {
	rootFields  []schema.Field
	keys        []string                    // of when and then, in the order of the fields
	when        map[string]schema.Condition // by the condition's text
	then        map[string]jsonObject       // forbids the fields that have this condition
	ruleSchemas []any
}

// addConditions adds the conditions of fields and their nested fields. path is the
// path of the fields from the resource's root.
func (c *conditionSet) addConditions(list []schema.Field, path []string) {
	for i := range list {
		f := &list[i]
		fieldPath := append(slices.Clone(path), f.Name)
		for _, w := range f.When {
			c.addCondition(w, path, f)
		}
		c.addConditions(f.Type.Fields, fieldPath)
		if f.Type.Elem != nil {
			c.addConditions(f.Type.Elem.Fields, append(fieldPath, itemStep))
		}
	}
}

// addCondition forbids the field f of the object at path unless w holds.
func (c *conditionSet) addCondition(w schema.Condition, path []string, f *schema.Field) {
	if c.when == nil {
		c.when, c.then = map[string]schema.Condition{}, map[string]jsonObject{}
	}
	key := w.Field + " is " + strings.Join(w.In, " or ")
	if c.then[key] == nil {
		c.keys = append(c.keys, key)
		c.when[key], c.then[key] = w, jsonObject{}
	}
	mergeInto(c.then[key], schemaAt(path, forbidMembers("It only applies when "+key+".", manifestNames(f)...), false))
}

func (c *conditionSet) allSchemas() []any {
	var out []any
	for _, key := range c.keys {
		w := c.when[key]
		var others []any // invalid values are errors of the field itself
		for _, v := range possibleValues(findByPath(c.rootFields, w.Field)) {
			if !slices.Contains(w.In, v) {
				others = append(others, constValue(findByPath(c.rootFields, w.Field), v))
			}
		}
		out = append(out, jsonObject{"if": schemaAt(strings.Split(w.Field, "."), jsonObject{"enum": others}, true), "then": c.then[key]})
	}
	return append(out, c.ruleSchemas...)
}

// itemStep is the part of a path that means every item of a list.
const itemStep = "[]"

// schemaAt returns a schema that applies leaf to the value at path. If required is
// true, the schema refuses values without that path.
func schemaAt(path []string, leaf jsonObject, required bool) jsonObject {
	out := leaf
	for _, name := range slices.Backward(path) {
		switch {
		case name == itemStep:
			out = jsonObject{"items": out}
		case required:
			out = jsonObject{"required": anySlice(name), "properties": jsonObject{name: out}}
		default:
			out = jsonObject{"properties": jsonObject{name: out}}
		}
	}
	return out
}

// forbidMembers returns a schema that refuses the named members. Editors show the
// message on them.
func forbidMembers(message string, names ...string) jsonObject {
	properties := jsonObject{}
	for _, name := range names {
		properties[name] = false
	}
	return jsonObject{"properties": properties, "errorMessage": message}
}

func mergeInto(to, from jsonObject) {
	for name, v := range from {
		toObject, ok := to[name].(jsonObject)
		fromObject, bothObjects := v.(jsonObject)
		if ok && bothObjects {
			mergeInto(toObject, fromObject)
		} else {
			to[name] = v
		}
	}
}

// manifestNames returns the member names that can set field f in a manifest.
func manifestNames(f *schema.Field) []string {
	switch {
	case f.Ref != nil && !f.Ref.ByName:
		return []string{f.Ref.NameField, f.Name}
	case f.ItemRef != nil:
		return []string{f.ItemRef.NameField, f.Name}
	}
	return []string{f.Name}
}

// findByPath returns the field at a dotted path, in which [] means the items of a
// list.
func findByPath(fields []schema.Field, path string) *schema.Field {
	name, rest, isNested := strings.Cut(path, ".")
	f := schema.FindField(fields, strings.TrimSuffix(name, itemStep))
	switch {
	case !isNested:
		return f
	case f.Type.Elem != nil:
		return findByPath(f.Type.Elem.Fields, rest)
	}
	return findByPath(f.Type.Fields, rest)
}

// possibleValues returns all values of a boolean or enum field.
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

// addRule adds a schema that refuses a combination of values that the rule forbids.
// The schema puts the rule's message on the first field of the combination.
func (c *conditionSet) addRule(rule kind.Rule, forbidden kind.Combination) {
	for i, v := range forbidden {
		if v.Negated && v.Equals != "" { // one schema per other value, because the message contains the value
			for _, value := range possibleValues(findByPath(c.rootFields, v.Field)) {
				if value != v.Equals {
					variant := slices.Clone(forbidden)
					variant[i] = kind.FieldCondition{Field: v.Field, Equals: value}
					c.addRule(rule, variant)
				}
			}
			return
		}
	}
	list, _, inList := strings.Cut(forbidden[0].Field, itemStep+".")
	var matches []any
	for i, v := range forbidden {
		if i > 0 || !v.Negated {
			matches = append(matches, c.matchSchema(v, inList))
		}
	}
	then := c.violationSchema(forbidden[0], inList, rule.Check(c.matchingNode(forbidden, list, inList)))
	c.addRuleSchema(list, inList, jsonObject{"if": jsonObject{"allOf": matches}, "then": then})
}

// addRuleSchema adds a condition to the resource or, if inList is true, to each item
// of one of its lists.
func (c *conditionSet) addRuleSchema(list string, inList bool, condition jsonObject) {
	if inList {
		condition = schemaAt([]string{list, itemStep}, condition, false)
	}
	c.ruleSchemas = append(c.ruleSchemas, condition)
}

// relativePath returns the path of a field relative to the value that a condition
// is added to: the resource or, if inList is true, a list item.
func relativePath(field string, inList bool) []string {
	if inList {
		_, field, _ = strings.Cut(field, itemStep+".")
	}
	return strings.Split(field, ".")
}

// matchSchema returns a schema that accepts the values for which v is true.
func (c *conditionSet) matchSchema(v kind.FieldCondition, inList bool) jsonObject {
	f, path := findByPath(c.rootFields, v.Field), relativePath(v.Field, inList)
	leaf := jsonObject{}
	if v.Equals != "" {
		leaf["const"] = constValue(f, v.Equals)
	}
	var alternatives []any
	for _, name := range manifestNames(f) {
		alternatives = append(alternatives, schemaAt(append(slices.Clone(path[:len(path)-1]), name), leaf, true))
	}
	out := jsonObject{"anyOf": alternatives}
	if len(alternatives) == 1 {
		out = alternatives[0].(jsonObject)
	}
	if v.Negated {
		return jsonObject{"not": out}
	}
	return out
}

// violationSchema returns a schema that refuses the values for which v is true.
func (c *conditionSet) violationSchema(v kind.FieldCondition, inList bool, message string) jsonObject {
	path, names := relativePath(v.Field, inList), manifestNames(findByPath(c.rootFields, v.Field))
	out := forbidMembers(message, names...)
	if v.Negated {
		out = requireOneOf(names...)
	}
	return schemaAt(path[:len(path)-1], out, false)
}

// matchingNode returns a resource for which the combination is true. The rule
// returns its message for this resource.
func (c *conditionSet) matchingNode(forbidden kind.Combination, list string, inList bool) *schema.Node {
	root := &schema.Node{Form: schema.Map}
	target := root
	if inList {
		target = &schema.Node{Form: schema.Map}
		root.Set(list, &schema.Node{Form: schema.List, Items: []*schema.Node{target}})
	}
	for _, v := range forbidden {
		if v.Negated {
			continue
		}
		n, path := target, relativePath(v.Field, inList)
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

func (c *conditionSet) valueNode(v kind.FieldCondition) *schema.Node {
	if findByPath(c.rootFields, v.Field).Type.Base == schema.BaseBool {
		return schema.Boolean(v.Equals == "true")
	}
	n := schema.String(v.Equals)
	n.Pos.Line = 1 // a known position marks a declared value
	return n
}
