package jsonschema

import (
	"slices"
	"strings"

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
