package jsonschema

import (
	"maps"

	"astro-apply/internal/schema"
)

// The grammar of text: $${ is a literal ${, and any other ${ begins a reference.
// These are the parts; no two begin alike, so that reading takes no search.
const (
	literal   = `[^$]|\$+[^${]|\$\$+\{`
	reference = `\$\{(?:env|secret):[A-Za-z_][A-Za-z0-9_]*\}`
	written   = `^(?:` + literal + `|` + reference + `)*\$*$`
	filled    = `^(?:` + literal + `)*` + reference + `(?:` + literal + `|` + reference + `)*\$*$`

	// Those hold the credentials of the run itself.
	reserved = `(?:^|[^$])\$\{(?:env|secret):(?:[Aa][Ss][Tt][Rr][Oo]_[Aa][Pp][Ii]_[Tt][Oo][Kk][Ee][Nn]|[Gg][Ii][Tt][Hh][Uu][Bb]_[Tt][Oo][Kk][Ee][Nn]|` +
		`[Ii][Nn][Pp][Uu][Tt]_[A-Za-z0-9_]*|[Aa][Cc][Tt][Ii][Oo][Nn][Ss]_[A-Za-z0-9_]*)\}`
)

const suffix = `(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})`

// A quantity, and one that is nothing, which may have a sign or lack a unit.
const (
	amount = `\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)`
	zero   = `[+-]?(?:0+\.?0*|\.0+)` + suffix + `?`
)

const referenceWords = "Write ${env:NAME} or ${secret:NAME}, or $${ for a literal ${."

var plain = object{
	"type": "string", "errorMessage": "It must be text: numbers and booleans need quotes, and a field without a value is left out.",
	"pattern": written, "patternErrorMessage": referenceWords,
	"allOf": []any{object{"$ref": "#/$defs/readable"}},
}

// shared is what many fields have in common.
func shared() object {
	name, scoped := maps.Clone(plain), maps.Clone(plain)
	name["minLength"], scoped["minLength"] = 1, 1
	delete(scoped, "errorMessage")
	scoped["type"], scoped["additionalProperties"] = list("string", "object"), false
	scoped["properties"], scoped["required"] = object{"workspace": object{"$ref": "#/$defs/text"}, "name": object{"$ref": "#/$defs/text"}}, list("workspace", "name")

	const cpu, memory = "It must be a quantity of CPU such as 0.5 or 500m.", "It must be a quantity of memory with its unit, such as 20Gi."
	cores := quantity(`^(?:`+amount+suffix+`?|`+zero+`)$`, cpu)
	cores["minimum"] = 0
	bytes := quantity(`^(?:`+amount+suffix+`|`+zero+`)$`, memory)
	bytes["allOf"] = []any{object{"$ref": "#/$defs/readable"}, object{"if": object{"type": "number"}, "then": object{"const": 0, "errorMessage": memory}}}

	anything := maps.Clone(plain)
	delete(anything, "errorMessage")
	anything["type"] = list("string", "number", "boolean", "null", "array", "object")
	anything["items"], anything["additionalProperties"] = object{"$ref": "#/$defs/anything"}, object{"$ref": "#/$defs/anything"}

	return object{
		"readable": object{
			"if":   object{"type": "string", "pattern": reserved},
			"then": object{"const": false, "errorMessage": "A manifest can't read the run's own credentials and inputs."},
		},
		"filled": object{"type": "string", "pattern": filled, "allOf": plain["allOf"]},
		"id": unlessFilled(object{
			"pattern": schema.IDPattern, "patternErrorMessage": "It must be an id of Astro, which has about 25 small letters and digits.",
		}),
		"text": plain, "name": name, "scopedName": scoped, "cpu": cores, "memory": bytes, "anything": anything,
	}
}

func quantity(pattern, message string) object {
	out := maps.Clone(plain)
	out["errorMessage"], out["if"] = message, object{"pattern": filled}
	out["else"] = object{"pattern": pattern, "patternErrorMessage": message, "maxLength": schema.MaxQuantityLen}
	out["type"] = list("string", "number")
	return out
}
