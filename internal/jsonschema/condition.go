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
			c.addConditions(f.Type.Elem.Fields, append(fieldPath, kind.ListItems))
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

// schemaAt returns a schema that applies leaf to the value at path. If required is
// true, the schema refuses values without that path.
func schemaAt(path []string, leaf jsonObject, required bool) jsonObject {
	out := leaf
	for _, name := range slices.Backward(path) {
		switch {
		case name == kind.ListItems:
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
	if name := f.NameField(); name != "" {
		return []string{name, f.Name}
	}
	return []string{f.Name}
}

// findByPath returns the field at a dotted path, in which [] means the items of a
// list.
func findByPath(fields []schema.Field, path string) *schema.Field {
	name, rest, isNested := strings.Cut(path, ".")
	f := schema.FindField(fields, strings.TrimSuffix(name, kind.ListItems))
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

// addCombination adds a schema that refuses the combination.
func (c *conditionSet) addCombination(forbidden kind.Combination) {
	conditions := forbidden.Conditions
	for i, v := range conditions {
		if v.Negated && v.Equals != "" { // one schema per other value, because the message contains the value
			for _, value := range possibleValues(findByPath(c.rootFields, v.Field)) {
				if value != v.Equals {
					variant := slices.Clone(conditions)
					variant[i] = kind.FieldCondition{Field: v.Field, Equals: value}
					c.addCombination(kind.Combination{Conditions: variant, Problem: forbidden.Problem})
				}
			}
			return
		}
	}
	list, _, inList := strings.Cut(conditions[0].Field, kind.ListItems)
	var matches []any
	for i, v := range conditions {
		if i > 0 || !v.Negated {
			matches = append(matches, c.matchSchema(v))
		}
	}
	problem := forbidden.ProblemOf(func(path string) string {
		i := slices.IndexFunc(conditions, func(v kind.FieldCondition) bool { return v.Path() == path })
		return c.valueNode(conditions[i]).Show()
	})
	condition := jsonObject{"if": jsonObject{"allOf": matches}, "then": c.violationSchema(conditions[0], problem)}
	if inList {
		condition = schemaAt([]string{list, kind.ListItems}, condition, false)
	}
	c.ruleSchemas = append(c.ruleSchemas, condition)
}

// matchSchema returns a schema that accepts the values for which v is true.
func (c *conditionSet) matchSchema(v kind.FieldCondition) jsonObject {
	f, path := findByPath(c.rootFields, v.Field), strings.Split(v.Path(), ".")
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
func (c *conditionSet) violationSchema(v kind.FieldCondition, message string) jsonObject {
	path, names := strings.Split(v.Path(), "."), manifestNames(findByPath(c.rootFields, v.Field))
	out := forbidMembers(message, names...)
	if v.Negated {
		out = requireOneOf(names...)
	}
	return schemaAt(path[:len(path)-1], out, false)
}

func (c *conditionSet) valueNode(v kind.FieldCondition) *schema.Node {
	if findByPath(c.rootFields, v.Field).Type.Base == schema.BaseBool {
		return schema.Boolean(v.Equals == "true")
	}
	return schema.String(v.Equals)
}
