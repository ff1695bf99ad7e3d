package jsonschema

import "astro-apply/internal/schema"

// value is what a type accepts.
func value(t *schema.Type) object {
	switch t.Base {
	case schema.BaseBool:
		return object{"type": "boolean"}
	case schema.BaseInt:
		out := object{"type": "integer", "minimum": t.Range.Min, "maximum": maxWhole}
		if t.Range.Max > 0 {
			out["maximum"] = t.Range.Max
		}
		return out
	case schema.BaseQuantity:
		if t.Bytes {
			return object{"$ref": "#/$defs/memory"}
		}
		return object{"$ref": "#/$defs/cpu"}
	case schema.BaseObject:
		return fields(t.Fields)
	case schema.BaseList:
		out := object{"type": "array", "items": value(t.Elem)}
		if r := t.ItemCount; r != nil && r.Min > 0 {
			out["minItems"] = r.Min
		}
		if r := t.ItemCount; r != nil && r.Max > 0 {
			out["maxItems"] = r.Max
		}
		return out
	case schema.BaseMap:
		if t.Elem != nil {
			return object{"type": "object", "additionalProperties": value(t.Elem)}
		}
		return object{"type": "object", "additionalProperties": object{
			"allOf": []any{object{"$ref": "#/$defs/anything"}},
			"type":  []any{"string", "number", "boolean", "array", "object"},
		}}
	}
	return text(t)
}

// maxWhole is what has sixteen digits, which is how long a number may be.
const maxWhole = 9_999_999_999_999_999

func text(t *schema.Type) object {
	if t.Enum != nil {
		return object{"anyOf": []any{object{"type": "string", "enum": list(t.Enum...)}, object{"$ref": "#/$defs/filled"}}}
	}
	demands := object{}
	if t.MaxLen > 0 {
		demands["maxLength"] = t.MaxLen
	}
	if t.Pattern != nil {
		demands["pattern"] = t.Pattern.Regexp
		demands["patternErrorMessage"] = "It must be " + t.Pattern.Description + "."
	}
	return unlessFilled(demands)
}

// unlessFilled is text with demands that only hold where nothing is read from
// the environment: what comes from there is not known to an editor.
func unlessFilled(demands object) object {
	out := object{"$ref": "#/$defs/text"}
	if len(demands) > 0 {
		out["if"], out["else"] = object{"pattern": filled}, demands
	}
	return out
}
