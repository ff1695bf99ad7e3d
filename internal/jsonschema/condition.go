package jsonschema

import (
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// conditions are what fields of a kind demand of each other. Each becomes an if
// and a then at the top of the object, because only from there both sides can be
// seen; the then puts its complaint on the field that is wrong.
type conditions struct {
	root  []schema.Field
	order []string
	when  map[string]schema.Condition
	then  map[string]object
	more  []any
}

// gather finds the conditions of fields, and of those inside them, at a path
// from the object's root.
func (c *conditions) gather(list []schema.Field, path []string) {
	for i := range list {
		f := &list[i]
		here := append(slices.Clone(path), f.Name)
		for _, w := range f.When {
			c.only(w, path, f)
		}
		c.gather(f.Type.Fields, here)
		if f.Type.Elem != nil {
			c.gather(f.Type.Elem.Fields, append(here, element))
		}
	}
}

// only lets a field of what is at a path be there only where w holds.
func (c *conditions) only(w schema.Condition, path []string, f *schema.Field) {
	if c.when == nil {
		c.when, c.then = map[string]schema.Condition{}, map[string]object{}
	}
	key := w.Field + " is " + strings.Join(w.In, " or ")
	if c.then[key] == nil {
		c.order = append(c.order, key)
		c.when[key], c.then[key] = w, object{}
	}
	merge(c.then[key], at(path, wrong("It only applies where "+key+".", spellings(f)...), false))
}

func (c *conditions) schemas() []any {
	var out []any
	for _, key := range c.order {
		w := c.when[key]
		var others []any // what is no value of the field at all, is wrong itself
		for _, v := range values(find(c.root, w.Field)) {
			if !slices.Contains(w.In, v) {
				others = append(others, constant(find(c.root, w.Field), v))
			}
		}
		out = append(out, object{"if": at(strings.Split(w.Field, "."), object{"enum": others}, true), "then": c.then[key]})
	}
	return append(out, c.more...)
}

const element = "[]"

// at is a schema for what is at a path; where it must be there, the schema only
// accepts what has it.
func at(path []string, leaf object, must bool) object {
	out := leaf
	for _, name := range slices.Backward(path) {
		switch {
		case name == element:
			out = object{"items": out}
		case must:
			out = object{"required": list(name), "properties": object{name: out}}
		default:
			out = object{"properties": object{name: out}}
		}
	}
	return out
}

// wrong refuses members, and an editor puts the message on them.
func wrong(message string, names ...string) object {
	properties := object{}
	for _, name := range names {
		properties[name] = false
	}
	return object{"properties": properties, "errorMessage": message}
}

func merge(to, from object) {
	for name, v := range from {
		inner, ok := to[name].(object)
		more, both := v.(object)
		if ok && both {
			merge(inner, more)
		} else {
			to[name] = v
		}
	}
}

// spellings are the names by which a manifest can have a field.
func spellings(f *schema.Field) []string {
	switch {
	case f.Ref != nil && !f.Ref.ByName:
		return []string{f.Ref.NameField, f.Name}
	case f.ItemRef != nil:
		return []string{f.ItemRef.NameField, f.Name}
	}
	return []string{f.Name}
}

// find returns the field at a dotted path, where elements of lists are [].
func find(fields []schema.Field, path string) *schema.Field {
	name, rest, deep := strings.Cut(path, ".")
	f := schema.FindField(fields, strings.TrimSuffix(name, element))
	switch {
	case !deep:
		return f
	case f.Type.Elem != nil:
		return find(f.Type.Elem.Fields, rest)
	}
	return find(f.Type.Fields, rest)
}

// values are all that a field of few values can have.
func values(f *schema.Field) []string {
	if f.Type.Base == schema.BaseBool {
		return []string{"true", "false"}
	}
	return f.Type.Enum
}

func constant(f *schema.Field, text string) any {
	if f.Type.Base == schema.BaseBool {
		return text == "true"
	}
	return text
}
