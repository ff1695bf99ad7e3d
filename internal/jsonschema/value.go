package jsonschema

import "astro-apply/internal/schema"

// typeSchema is what a type accepts.
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

// maxInteger is what has sixteen digits, which is how long a number may be.
const maxInteger = 9_999_999_999_999_999

func textSchema(t *schema.Type) jsonObject {
	if t.Enum != nil {
		return jsonObject{"anyOf": []any{jsonObject{"type": "string", "enum": anySlice(t.Enum...)}, jsonObject{"$ref": "#/$defs/filled"}}}
	}
	demands := jsonObject{}
	if t.MaxLen > 0 {
		demands["maxLength"] = t.MaxLen
	}
	if t.Pattern != nil {
		demands["pattern"] = t.Pattern.Regexp
		demands["patternErrorMessage"] = "It must be " + t.Pattern.Description + "."
	}
	return unlessReference(demands)
}

// unlessReference is text with demands that only hold where nothing is read from
// the environment: what comes from there is not known to an editor.
func unlessReference(demands jsonObject) jsonObject {
	out := jsonObject{"$ref": "#/$defs/text"}
	if len(demands) > 0 {
		out["if"], out["else"] = jsonObject{"pattern": withReferencePattern}, demands
	}
	return out
}
