package jsonschema

import (
	"maps"

	"astro-apply/internal/schema"
)

// The patterns for text: $${ is a literal ${, and every other ${ starts a reference.
// The alternatives in a pattern start with different characters, so that a regular
// expression engine doesn't need to backtrack.
const (
	literalPattern       = `[^$]|\$+[^${]|\$\$+\{`
	referencePattern     = `\$\{(?:env|secret):[A-Za-z_][A-Za-z0-9_]*\}`
	textPattern          = `^(?:` + literalPattern + `|` + referencePattern + `)*\$*$`
	withReferencePattern = `^(?:` + literalPattern + `)*` + referencePattern + `(?:` + literalPattern + `|` + referencePattern + `)*\$*$`

	// reservedPattern matches text with a reference to a reserved variable. Reserved
	// variables hold the credentials and inputs of the run itself.
	reservedPattern = `(?:^|[^$])\$\{(?:env|secret):(?:[Aa][Ss][Tt][Rr][Oo]_[Aa][Pp][Ii]_[Tt][Oo][Kk][Ee][Nn]|[Gg][Ii][Tt][Hh][Uu][Bb]_[Tt][Oo][Kk][Ee][Nn]|` +
		`[Ii][Nn][Pp][Uu][Tt]_[A-Za-z0-9_]*|[Aa][Cc][Tt][Ii][Oo][Nn][Ss]_[A-Za-z0-9_]*)\}`
)

const suffixPattern = `(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})`

// amountPattern matches the number of a quantity. zeroPattern matches a quantity of
// zero, which may have a minus sign and may have no unit.
const (
	amountPattern = `\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)`
	zeroPattern   = `[+-]?(?:0+\.?0*|\.0+)` + suffixPattern + `?`
)

const referenceHelp = "Write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${."

var textDefinition = jsonObject{
	"type": "string", "errorMessage": "It must be text: write numbers and booleans in quotes, and remove a field without a value.",
	"pattern": textPattern, "patternErrorMessage": referenceHelp,
	"allOf": []any{jsonObject{"$ref": "#/$defs/readable"}},
}

// sharedDefinitions returns the $defs that many fields refer to.
func sharedDefinitions() jsonObject {
	name, scoped := maps.Clone(textDefinition), maps.Clone(textDefinition)
	name["minLength"], scoped["minLength"] = 1, 1
	delete(scoped, "errorMessage")
	scoped["type"], scoped["additionalProperties"] = anySlice("string", "object"), false
	scoped["properties"], scoped["required"] = jsonObject{"workspace": jsonObject{"$ref": "#/$defs/text"}, "name": jsonObject{"$ref": "#/$defs/text"}}, anySlice("workspace", "name")

	const cpu, memory = "It must be a quantity of CPU such as 0.5 or 500m.", "It must be a quantity of memory with its unit, such as 20Gi."
	cores := quantitySchema(`^(?:`+amountPattern+suffixPattern+`?|`+zeroPattern+`)$`, cpu)
	cores["minimum"] = 0
	bytes := quantitySchema(`^(?:`+amountPattern+suffixPattern+`|`+zeroPattern+`)$`, memory)
	bytes["allOf"] = []any{jsonObject{"$ref": "#/$defs/readable"}, jsonObject{"if": jsonObject{"type": "number"}, "then": jsonObject{"const": 0, "errorMessage": memory}}}

	anything := maps.Clone(textDefinition)
	delete(anything, "errorMessage")
	anything["type"] = anySlice("string", "number", "boolean", "null", "array", "object")
	anything["items"], anything["additionalProperties"] = jsonObject{"$ref": "#/$defs/anything"}, jsonObject{"$ref": "#/$defs/anything"}

	return jsonObject{
		"readable": jsonObject{
			"if":   jsonObject{"type": "string", "pattern": reservedPattern},
			"then": jsonObject{"const": false, "errorMessage": "A manifest can't read the run's own credentials and inputs; use another variable."},
		},
		"filled": jsonObject{"type": "string", "pattern": withReferencePattern, "allOf": textDefinition["allOf"]},
		"id": unlessReference(jsonObject{
			"pattern": schema.IDPattern, "patternErrorMessage": "It must be an Astro id: about 25 lower-case letters and digits.",
		}),
		"text": textDefinition, "name": name, "scopedName": scoped, "cpu": cores, "memory": bytes, "anything": anything,
	}
}

func quantitySchema(pattern, message string) jsonObject {
	out := maps.Clone(textDefinition)
	out["errorMessage"], out["if"] = message, jsonObject{"pattern": withReferencePattern}
	out["else"] = jsonObject{"pattern": pattern, "patternErrorMessage": message, "maxLength": schema.MaxQuantityLen}
	out["type"] = anySlice("string", "number")
	return out
}
