package jsonschema

import (
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// parentSchemas demands what an object lives in, where no default can say it: the one at
// the top of a document, or the input of that name, is for what is at the top
// itself.
func parentSchemas(k *resource.Kind) []any {
	var out []any
	for _, word := range parentDiscriminators(k) {
		var says []string // the names by which it can be said
		var last *schema.Field
		for _, name := range k.ParentFields {
			f := schema.FindField(k.Fields, name)
			if word.fieldValue == "" && f.When == nil || word.fieldValue != "" && appliesWhen(f, word.fieldValue) {
				says, last = append(says, f.Ref.NameField, f.Name), f
			}
		}
		if last == nil || last.Ref.Kind == resource.TopLevelFields()[1].Ref.Kind {
			continue
		}
		needed := requireOneOf(says...)
		if word.fieldValue != "" {
			needed = jsonObject{"if": schemaAt([]string{word.field}, jsonObject{"const": word.fieldValue}, true), "then": needed}
		}
		if !hasParentInPath(k) {
			needed = jsonObject{"if": jsonObject{"required": anySlice("id")}, "else": needed}
		}
		out = append(out, needed)
	}
	return out
}

type discriminator struct{ field, fieldValue string }

// parentDiscriminators are the values of the field that tells which parents apply; a single
// empty one where nothing does.
func parentDiscriminators(k *resource.Kind) []discriminator {
	var out []discriminator
	for _, name := range k.ParentFields {
		for _, w := range schema.FindField(k.Fields, name).When {
			for _, is := range schema.FindField(k.Fields, w.Field).Type.Enum {
				if !slices.Contains(out, discriminator{w.Field, is}) {
					out = append(out, discriminator{w.Field, is})
				}
			}
		}
	}
	if out == nil {
		return []discriminator{{}}
	}
	return out
}

func appliesWhen(f *schema.Field, is string) bool {
	return f.FailedCondition(func(string) (string, bool) { return is, true }) == nil
}

// hasParentInPath reports whether an object can't be addressed without what it lives in.
func hasParentInPath(k *resource.Kind) bool {
	return slices.ContainsFunc(k.ParentFields, func(name string) bool { return strings.Contains(k.Get.Path, "{"+name+"}") })
}

// requireOneOf demands one of several members. Where all are missing, an editor asks
// for the first one.
func requireOneOf(names ...string) jsonObject {
	out := jsonObject{"required": anySlice(names[0])}
	for _, name := range names[1:] {
		out = jsonObject{"if": jsonObject{"required": anySlice(name)}, "else": out}
	}
	return out
}
