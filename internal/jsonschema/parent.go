package jsonschema

import (
	"slices"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// parentSchemas returns schemas that require a field for the resource's parent. If the
// parent is a Workspace, the field isn't required: the workspace at the top of the
// document or the input workspace is the default.
func parentSchemas(k *kind.Kind) []any {
	var out []any
	for _, d := range parentDiscriminators(k) {
		var names []string // of the members that can set the parent
		var parent *schema.Field
		for _, name := range k.ParentFields {
			f := schema.FindField(k.Fields, name)
			if d.fieldValue == "" && f.When == nil || d.fieldValue != "" && appliesWhen(f, d.fieldValue) {
				names, parent = append(names, f.Ref.NameField, f.Name), f
			}
		}
		if parent == nil || parent.Ref.Kind == kind.TopLevelFields()[1].Ref.Kind {
			continue
		}
		required := requireOneOf(names...)
		if d.fieldValue != "" {
			required = jsonObject{"if": schemaAt([]string{d.field}, jsonObject{"const": d.fieldValue}, true), "then": required}
		}
		if !hasParentInPath(k) {
			required = jsonObject{"if": jsonObject{"required": anySlice("id")}, "else": required}
		}
		out = append(out, required)
	}
	return out
}

// discriminator is a field and one of its values, on which the parent fields that
// apply depend.
type discriminator struct{ field, fieldValue string }

// parentDiscriminators returns a discriminator for each value of the field that
// determines the parent fields. If no field does, it returns one empty discriminator.
func parentDiscriminators(k *kind.Kind) []discriminator {
	var out []discriminator
	for _, name := range k.ParentFields {
		for _, w := range schema.FindField(k.Fields, name).When {
			for _, value := range schema.FindField(k.Fields, w.Field).Type.Enum {
				if !slices.Contains(out, discriminator{w.Field, value}) {
					out = append(out, discriminator{w.Field, value})
				}
			}
		}
	}
	if out == nil {
		return []discriminator{{}}
	}
	return out
}

func appliesWhen(f *schema.Field, value string) bool {
	return f.FailedCondition(func(string) (string, bool) { return value, true }) == nil
}

// hasParentInPath reports whether the path of a resource's endpoint contains the id of
// its parent.
func hasParentInPath(k *kind.Kind) bool {
	return slices.ContainsFunc(k.ParentFields, func(name string) bool { return strings.Contains(k.Get.Path, "{"+name+"}") })
}

// requireOneOf returns a schema that requires at least one of several members. If all
// are missing, an editor asks for the first one.
func requireOneOf(names ...string) jsonObject {
	out := jsonObject{"required": anySlice(names[0])}
	for _, name := range names[1:] {
		out = jsonObject{"if": jsonObject{"required": anySlice(name)}, "else": out}
	}
	return out
}
