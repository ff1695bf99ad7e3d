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

type object = map[string]any

// Manifest is the schema of one YAML document, as a tree that can be written as
// JSON. Examples are by section.
func Manifest(catalog resource.Catalog, examples map[string]any) map[string]any {
	out := fields(resource.Top())
	defs, properties := shared(), out["properties"].(object)
	for _, k := range catalog {
		section := object{"description": k.Doc}
		switch of := (object{"$ref": "#/$defs/" + k.Name}); {
		case k.Section == "": // only referred to
			continue
		case k.Whole != "":
			whole := schema.FindField(k.Fields, k.Whole)
			section = value(&whole.Type)
			section["description"] = k.Doc
		case k.Single:
			section["allOf"] = []any{of}
			defs[k.Name] = kind(k)
		default:
			section["type"], section["items"] = "array", of
			defs[k.Name] = kind(k)
		}
		if example := examples[k.Section]; example != nil {
			section["examples"] = []any{example}
		}
		properties[k.Section] = section
	}
	add(out, object{
		"if":   object{"required": list(resource.DeploymentFile)},
		"then": wrong("It can't stand beside "+resource.DeploymentFile+", which makes this an Astro CLI deployment file.", slices.Sorted(maps.Keys(properties))...),
	})
	properties[resource.DeploymentFile] = object{"type": "object", "description": "An Astro CLI deployment file. What is in it is checked by the program alone."}
	out["type"] = list("object", "null") // --- at the end of a file begins a document without anything
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = "astro-apply manifest"
	out["description"] = "What an Astro Organization should be like. Fields have the names of the Astro API."
	out["$defs"] = defs
	return out
}

// kind is the schema of one object.
func kind(k *resource.Kind) object {
	out := fields(append(own(k), k.Fields...))
	out["description"] = k.Doc
	c := &conditions{root: k.Fields}
	c.gather(k.Fields, nil)
	for _, rule := range k.Rules {
		for _, never := range rule.Never {
			c.forbid(rule, never)
		}
	}
	add(out, c.schemas()...)
	add(out, identity(k)...)
	return out
}

// own is what an object of the kind may have beside the kind's fields.
func own(k *resource.Kind) []schema.Field {
	var out []schema.Field
	for _, f := range resource.Grammar() {
		switch f.Name {
		case "id":
			if k.Single || k.Get.Path == "" {
				continue
			}
		case "state":
			if k.Single {
				continue
			}
			if k.Delete.Path == "" {
				f.Type = schema.EnumType("present")
				f.Doc = "Nothing but present: " + k.Stays + "."
			}
		}
		out = append(out, f)
	}
	return out
}

// identity is what tells an object from others: its id, or all that its kind is
// told by, and what it lives in.
func identity(k *resource.Kind) []any {
	if k.Single {
		return nil
	}
	var out []any
	named := object{"required": list(k.Identity...)}
	if k.Get.Path == "" {
		out = append(out, named)
	} else {
		out = append(out, object{"if": object{"required": list("id")}, "else": named})
	}
	if k.Delete.Path != "" {
		out = append(out, object{
			"if":   object{"properties": object{"state": object{"const": "absent"}, "protect": object{"const": true}}, "required": list("state", "protect")},
			"then": wrong("It is protected and marked state: absent; remove one of the two.", "protect"),
		})
	}
	return append(out, place(k)...)
}

func add(to object, schemas ...any) {
	if len(schemas) > 0 {
		all, _ := to["allOf"].([]any)
		to["allOf"] = append(all, schemas...)
	}
}

func list(words ...string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}
