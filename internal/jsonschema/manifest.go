// Package jsonschema converts the fields of the kinds to a JSON Schema of the
// manifest, for editors. The program doesn't contain this package: a test writes the
// schema to .github/docs/astro.schema.json. The schema accepts everything that only
// the program can check.
package jsonschema

import (
	"maps"
	"slices"

	"astro-apply/internal/astrocli"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

type jsonObject = map[string]any

// Manifest returns the schema of one YAML document, as a tree that can be marshaled
// to JSON. The keys of examples are section names.
func Manifest(catalog kind.Catalog, examples map[string]any) map[string]any {
	out := fieldsSchema(kind.TopLevelFields())
	defs, properties := sharedDefinitions(), out["properties"].(jsonObject)
	for _, k := range catalog {
		section := jsonObject{"description": k.Doc}
		switch ref := (jsonObject{"$ref": "#/$defs/" + k.Name}); {
		case k.Section == "": // manifests only refer to resources of this kind
			continue
		case k.ListField() != nil:
			section = typeSchema(&k.ListField().Type)
			section["description"] = k.Doc
		case k.Singleton:
			section["allOf"] = []any{ref}
			defs[k.Name] = resourceSchema(k)
		default:
			section["type"], section["items"] = "array", ref
			defs[k.Name] = resourceSchema(k)
		}
		if example := examples[k.Section]; example != nil {
			section["examples"] = []any{example}
		}
		properties[k.Section] = section
	}
	addAllOf(out, jsonObject{
		"if":   jsonObject{"required": anySlice(astrocli.TopLevelKey)},
		"then": forbidMembers("Move it to another document: "+astrocli.TopLevelKey+" makes this document an Astro CLI deployment file.", slices.Sorted(maps.Keys(properties))...),
	})
	properties[astrocli.TopLevelKey] = jsonObject{"type": "object", "description": "An Astro CLI deployment file. Only a run checks its content, an editor doesn't."}
	out["type"] = anySlice("object", "null") // null: a --- at the end of a file starts an empty document
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = "astro-apply manifest"
	out["description"] = "The desired state of an Astro Organization. Fields have the names of the Astro API."
	out["$defs"] = defs
	return out
}

// resourceSchema returns the schema of one resource of kind k.
func resourceSchema(k *kind.Kind) jsonObject {
	out := fieldsSchema(append(metaArgumentFields(k), k.Fields...))
	out["description"] = k.Doc
	c := &conditionSet{rootFields: k.Fields}
	c.addConditions(k.Fields, nil)
	for _, rule := range k.Rules {
		if rule.Scope == kind.CompleteResource {
			continue
		}
		for _, forbidden := range rule.Forbidden {
			c.addCombination(forbidden)
		}
	}
	addAllOf(out, c.allSchemas()...)
	addAllOf(out, identitySchemas(k)...)
	return out
}

// metaArgumentFields returns the meta-arguments (id, state, protect) that apply to
// resources of kind k.
func metaArgumentFields(k *kind.Kind) []schema.Field {
	var out []schema.Field
	for _, f := range kind.MetaArguments() {
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
				f.Doc = "Must be present: " + k.Manual["delete"] + "."
			}
		}
		out = append(out, f)
	}
	return out
}

// identitySchemas returns schemas that require the fields that identify a resource:
// its id, or the identity fields of its kind and a parent.
func identitySchemas(k *kind.Kind) []any {
	if k.Singleton {
		return nil
	}
	var out []any
	byIdentity := jsonObject{"required": anySlice(k.Identity...)}
	if k.Get.Path == "" {
		out = append(out, byIdentity)
	} else {
		out = append(out, jsonObject{"if": jsonObject{"required": anySlice("id")}, "else": byIdentity})
	}
	if k.Delete.Path != "" {
		out = append(out, jsonObject{
			"if":   jsonObject{"properties": jsonObject{"state": jsonObject{"const": "absent"}, "protect": jsonObject{"const": true}}, "required": anySlice("state", "protect")},
			"then": forbidMembers("Set either protect: true or state: absent, not both.", "protect"),
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
