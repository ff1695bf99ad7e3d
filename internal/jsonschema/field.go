package jsonschema

import (
	"strings"

	"astro-apply/internal/schema"
)

// fieldsSchema returns a schema for a mapping with these fields and no others.
func fieldsSchema(list []schema.Field) jsonObject {
	properties := jsonObject{}
	out := jsonObject{"type": "object", "properties": properties, "additionalProperties": false}
	for i := range list {
		f := &list[i]
		names := manifestNames(f) // the reference by name is first, because people prefer it
		switch {
		case f.Ref != nil && !f.Ref.ByName:
			properties[names[0]] = addDescription(f, nameRefSchema(f), " By name.")
			properties[f.Name] = addDescription(f, idRefSchema(f), " By ID.")
		case f.ItemRef != nil:
			properties[names[0]] = addDescription(f, jsonObject{"$ref": "#/$defs/name"}, " By the name or the type of the "+f.ItemRef.Title+".")
			properties[f.Name] = addDescription(f, typeSchema(&f.Type), " By ID.")
		default:
			properties[f.Name] = addDescription(f, typeSchema(&f.Type), "")
		}
		if len(names) > 1 {
			addAllOf(out, jsonObject{
				"if":   jsonObject{"required": []any{f.Name}},
				"then": forbidMembers("Set either "+names[0]+" or "+f.Name+", not both.", names[0]),
			})
		}
		switch {
		case !f.Has(schema.Required):
		case len(names) > 1:
			addAllOf(out, requireOneOf(names...))
		default:
			required, _ := out["required"].([]any)
			out["required"] = append(required, f.Name)
		}
	}
	return out
}

// addDescription adds the description of field f to its schema and returns the schema.
// Editors show the description as a tooltip. suffix is added to the field's Doc.
func addDescription(f *schema.Field, to jsonObject, suffix string) jsonObject {
	var b strings.Builder
	b.WriteString(f.Doc + suffix)
	for _, w := range f.When {
		b.WriteString(" Only when " + w.Field + " is " + strings.Join(w.In, " or ") + ".")
	}
	switch {
	case f.Secret != nil && f.Secret.If != "":
		b.WriteString(" Secret when " + strings.TrimPrefix(f.Secret.If, "/") + " is true.")
	case f.Secret != nil:
		b.WriteString(" Secret.")
	}
	switch {
	case f.Has(schema.Required):
	case f.Has(schema.RequiredCreate) && f.Default == nil:
		b.WriteString(" Required when creating.")
	}
	switch {
	case f.Has(schema.Immutable):
		b.WriteString(" Can't be changed after creation.")
	case f.Has(schema.IgnoreChanges):
		b.WriteString(" Only used when creating.")
	}
	to["description"] = b.String()
	return to
}

// idRefSchema returns a schema for a reference by id, or for a list of them.
func idRefSchema(f *schema.Field) jsonObject {
	id := jsonObject{"$ref": "#/$defs/id"}
	if f.Type.Base == schema.BaseList {
		return jsonObject{"type": "array", "items": id}
	}
	return id
}

// nameRefSchema returns a schema for a reference by name, or for a list of them.
func nameRefSchema(f *schema.Field) jsonObject {
	name := jsonObject{"$ref": "#/$defs/name"}
	if f.Ref.Scoped {
		name = jsonObject{"$ref": "#/$defs/scopedName"}
	}
	if f.Type.Base == schema.BaseList {
		return jsonObject{"type": "array", "items": name}
	}
	return name
}

// typeSchema returns a schema for the values that a type accepts.
func typeSchema(t *schema.Type) jsonObject {
	switch t.Base {
	case schema.BaseBool:
		return jsonObject{"type": "boolean"}
	case schema.BaseInt:
		out := jsonObject{"type": "integer", "minimum": t.Range.Min, "maximum": maxInteger}
		if t.Range.Max > 0 {
			out["maximum"] = t.Range.Max
		}
		return out
	case schema.BaseQuantity:
		if t.Bytes {
			return jsonObject{"$ref": "#/$defs/memory"}
		}
		return jsonObject{"$ref": "#/$defs/cpu"}
	case schema.BaseObject:
		return fieldsSchema(t.Fields)
	case schema.BaseList:
		out := jsonObject{"type": "array", "items": typeSchema(t.Elem)}
		if r := t.ItemCount; r != nil && r.Min > 0 {
			out["minItems"] = r.Min
		}
		if r := t.ItemCount; r != nil && r.Max > 0 {
			out["maxItems"] = r.Max
		}
		return out
	case schema.BaseMap:
		if t.Elem != nil {
			return jsonObject{"type": "object", "additionalProperties": typeSchema(t.Elem)}
		}
		return jsonObject{"type": "object", "additionalProperties": jsonObject{
			"allOf": []any{jsonObject{"$ref": "#/$defs/anything"}},
			"type":  []any{"string", "number", "boolean", "array", "object"},
		}}
	}
	return textSchema(t)
}

// maxInteger is the largest integer that the program accepts: sixteen digits.
const maxInteger = 9_999_999_999_999_999

func textSchema(t *schema.Type) jsonObject {
	if t.Enum != nil {
		return jsonObject{"anyOf": []any{jsonObject{"type": "string", "enum": anySlice(t.Enum...)}, jsonObject{"$ref": "#/$defs/filled"}}}
	}
	requirements := jsonObject{}
	if t.MaxLen > 0 {
		requirements["maxLength"] = t.MaxLen
	}
	if t.Pattern != nil {
		requirements["pattern"] = t.Pattern.Regexp
		requirements["patternErrorMessage"] = "It must be " + t.Pattern.Description + "."
	}
	return unlessReference(requirements)
}

// unlessReference returns a schema for text that must meet the requirements unless it
// contains a reference to the environment, whose value an editor can't know.
func unlessReference(requirements jsonObject) jsonObject {
	out := jsonObject{"$ref": "#/$defs/text"}
	if len(requirements) > 0 {
		out["if"], out["else"] = jsonObject{"pattern": withReferencePattern}, requirements
	}
	return out
}
