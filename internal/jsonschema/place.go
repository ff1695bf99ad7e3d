package jsonschema

import (
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// place demands what an object lives in, where no default can say it: the one at
// the top of a document, or the input of that name, is for what is at the top
// itself.
func place(k *resource.Kind) []any {
	var out []any
	for _, word := range words(k) {
		var says []string // the names by which it can be said
		var last *schema.Field
		for _, name := range k.Parents {
			f := schema.FindField(k.Fields, name)
			if word.is == "" && f.When == nil || word.is != "" && allows(f, word.is) {
				says, last = append(says, f.Ref.NameField, f.Name), f
			}
		}
		if last == nil || last.Ref.Kind == resource.Top()[1].Ref.Kind {
			continue
		}
		needed := oneOf(says...)
		if word.is != "" {
			needed = object{"if": at([]string{word.field}, object{"const": word.is}, true), "then": needed}
		}
		if !nested(k) {
			needed = object{"if": object{"required": list("id")}, "else": needed}
		}
		out = append(out, needed)
	}
	return out
}

type word struct{ field, is string }

// words are the values of the field that tells which parents apply; a single
// empty one where nothing does.
func words(k *resource.Kind) []word {
	var out []word
	for _, name := range k.Parents {
		for _, w := range schema.FindField(k.Fields, name).When {
			for _, is := range schema.FindField(k.Fields, w.Field).Type.Enum {
				if !slices.Contains(out, word{w.Field, is}) {
					out = append(out, word{w.Field, is})
				}
			}
		}
	}
	if out == nil {
		return []word{{}}
	}
	return out
}

func allows(f *schema.Field, is string) bool {
	return f.FailedCondition(func(string) (string, bool) { return is, true }) == nil
}

// nested reports whether an object can't be addressed without what it lives in.
func nested(k *resource.Kind) bool {
	return slices.ContainsFunc(k.Parents, func(name string) bool { return strings.Contains(k.Get.Path, "{"+name+"}") })
}

// oneOf demands one of several members. Where all are missing, an editor asks
// for the first one.
func oneOf(names ...string) object {
	out := object{"required": list(names[0])}
	for _, name := range names[1:] {
		out = object{"if": object{"required": list(name)}, "else": out}
	}
	return out
}
