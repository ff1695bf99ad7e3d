// Package jsonschema tells the tables of the kinds as a JSON Schema of the
// manifest, for editors. It is no part of the program: a test writes the schema
// to .github/docs/astro.schema.json. What the schema can't say, the program
// still checks, and it lets through what only the program can judge.
package jsonschema

import (
	"maps"
	"slices"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

type jsonObject = map[string]any

// Manifest is the schema of one YAML document, as a tree that can be written as
// JSON. Examples are by section.
func Manifest(catalog resource.Catalog, examples map[string]any) map[string]any {
	out := fieldsSchema(resource.TopLevelFields())
	defs, properties := sharedDefinitions(), out["properties"].(jsonObject)
	for _, k := range catalog {
		section := jsonObject{"description": k.Doc}
		switch of := (jsonObject{"$ref": "#/$defs/" + k.Name}); {
		case k.Section == "": // only referred to
			continue
		case k.ListField != "":
			whole := schema.FindField(k.Fields, k.ListField)
			section = typeSchema(&whole.Type)
			section["description"] = k.Doc
		case k.Singleton:
			section["allOf"] = []any{of}
			defs[k.Name] = resourceSchema(k)
		default:
			section["type"], section["items"] = "array", of
			defs[k.Name] = resourceSchema(k)
		}
		if example := examples[k.Section]; example != nil {
			section["examples"] = []any{example}
		}
		properties[k.Section] = section
	}
	addAllOf(out, jsonObject{
		"if":   jsonObject{"required": anySlice(resource.DeploymentFileKey)},
		"then": forbidMembers("It can't stand beside "+resource.DeploymentFileKey+", which makes this an Astro CLI deployment file.", slices.Sorted(maps.Keys(properties))...),
	})
	properties[resource.DeploymentFileKey] = jsonObject{"type": "object", "description": "An Astro CLI deployment file. What is in it is checked by the program alone."}
	out["type"] = anySlice("object", "null") // --- at the end of a file begins a document without anything
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = "astro-apply manifest"
	out["description"] = "What an Astro Organization should be like. Fields have the names of the Astro API."
	out["$defs"] = defs
	return out
}

// resourceSchema is the schema of one object.
func resourceSchema(k *resource.Kind) jsonObject {
	out := fieldsSchema(append(metaArgumentFields(k), k.Fields...))
	out["description"] = k.Doc
	c := &conditionSet{rootFields: k.Fields}
	c.addConditions(k.Fields, nil)
	for _, rule := range k.Rules {
		for _, never := range rule.ForbiddenCombinations {
			c.addRule(rule, never)
		}
	}
	addAllOf(out, c.allSchemas()...)
	addAllOf(out, identitySchemas(k)...)
	return out
}

// metaArgumentFields is what an object of the kind may have beside the kind's fields.
func metaArgumentFields(k *resource.Kind) []schema.Field {
	var out []schema.Field
	for _, f := range resource.MetaArguments() {
		switch f.Name {
		case "id":
			if k.Singleton || k.Get.Path == "" {
				continue
			}
		case "state":
			if k.Singleton {
				continue
			}
			if k.Delete.Path == "" {
				f.Type = schema.EnumType("present")
				f.Doc = "Nothing but present: " + k.NotDeletable + "."
			}
		}
		out = append(out, f)
	}
	return out
}

// identitySchemas is what tells an object from others: its id, or all that its kind is
// told by, and what it lives in.
func identitySchemas(k *resource.Kind) []any {
	if k.Singleton {
		return nil
	}
	var out []any
	named := jsonObject{"required": anySlice(k.Identity...)}
	if k.Get.Path == "" {
		out = append(out, named)
	} else {
		out = append(out, jsonObject{"if": jsonObject{"required": anySlice("id")}, "else": named})
	}
	if k.Delete.Path != "" {
		out = append(out, jsonObject{
			"if":   jsonObject{"properties": jsonObject{"state": jsonObject{"const": "absent"}, "protect": jsonObject{"const": true}}, "required": anySlice("state", "protect")},
			"then": forbidMembers("It is protected and marked state: absent; remove one of the two.", "protect"),
		})
	}
	return append(out, parentSchemas(k)...)
}

func addAllOf(to jsonObject, schemas ...any) {
	if len(schemas) > 0 {
		all, _ := to["allOf"].([]any)
		to["allOf"] = append(all, schemas...)
	}
}

func anySlice(words ...string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}
