package jsonschema

import (
	"strings"

	"astro-apply/internal/schema"
)

// fields is a mapping with these fields and no others.
func fields(list []schema.Field) object {
	properties := object{}
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	for i := range list {
		f := &list[i]
		names := spellings(f) // the name first, which is what people know
		switch {
		case f.Ref != nil && !f.Ref.ByName:
			properties[names[0]] = described(f, named(f), " By name.")
			properties[f.Name] = described(f, byID(f), " By id.")
		case f.ItemRef != nil:
			properties[names[0]] = described(f, object{"$ref": "#/$defs/name"}, " By the name or the type of the "+f.ItemRef.Title+".")
			properties[f.Name] = described(f, value(&f.Type), " By id.")
		default:
			properties[f.Name] = described(f, value(&f.Type), "")
		}
		if len(names) > 1 {
			add(out, object{
				"if":   object{"required": []any{f.Name}},
				"then": wrong(names[0]+" and "+f.Name+" say the same; keep one of them.", names[0]),
			})
		}
		switch {
		case !f.Has(schema.Required):
		case len(names) > 1:
			add(out, oneOf(names...))
		default:
			required, _ := out["required"].([]any)
			out["required"] = append(required, f.Name)
		}
	}
	return out
}

// described adds what people should know of a field, which editors show beside it.
func described(f *schema.Field, to object, more string) object {
	var b strings.Builder
	b.WriteString(f.Doc + more)
	for _, w := range f.When {
		b.WriteString(" Only where " + w.Field + " is " + strings.Join(w.In, " or ") + ".")
	}
	switch {
	case f.Secret != nil && f.Secret.IfSibling != "":
		b.WriteString(" Secret when " + f.Secret.IfSibling + " is true.")
	case f.Secret != nil:
		b.WriteString(" Secret.")
	}
	switch {
	case f.Has(schema.Required):
	case f.Has(schema.RequiredCreate) && f.Default == nil:
		b.WriteString(" Needed when creating.")
	}
	switch {
	case f.Has(schema.Immutable):
		b.WriteString(" Fixed afterwards.")
	case f.Has(schema.IgnoreChanges):
		b.WriteString(" Only used when creating.")
	}
	to["description"] = b.String()
	return to
}

// byID is a reference by id, or a list of them.
func byID(f *schema.Field) object {
	id := object{"$ref": "#/$defs/id"}
	if f.Type.Base == schema.BaseList {
		return object{"type": "array", "items": id}
	}
	return id
}

// named is a reference by name, or a list of them.
func named(f *schema.Field) object {
	name := object{"$ref": "#/$defs/name"}
	if f.Ref.Scoped {
		name = object{"$ref": "#/$defs/scopedName"}
	}
	if f.Type.Base == schema.BaseList {
		return object{"type": "array", "items": name}
	}
	return name
}
