package jsonschema_test

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// pruner takes out of an object what conditions and rules forbid.
type pruner struct {
	root       map[string]any
	rootFields []schema.Field
}

func (p *pruner) pruneConditions(list []schema.Field, level map[string]any) {
	for i := range list {
		f := &list[i]
		if f.FailedCondition(p.lookupValue) != nil {
			delete(level, f.Name)
			if f.Ref != nil {
				delete(level, f.Ref.NameField)
			}
		}
		switch v := level[f.Name].(type) {
		case map[string]any:
			p.pruneConditions(f.Type.Fields, v)
		case []any:
			for _, item := range v {
				if m, ok := item.(map[string]any); ok {
					p.pruneConditions(f.Type.Elem.Fields, m)
				}
			}
		}
	}
}

// lookupValue looks a field of the object up, unless it is wrong itself.
func (p *pruner) lookupValue(path string) (string, bool) {
	var at any = p.root
	fields, words := p.rootFields, []string(nil)
	for name := range strings.SplitSeq(path, ".") {
		m, ok := at.(map[string]any)
		f := schema.FindField(fields, name)
		if !ok || m[name] == nil {
			return "", false
		}
		at, fields, words = m[name], f.Type.Fields, f.Type.Enum
	}
	text := fmt.Sprint(at)
	_, truth := at.(bool)
	return text, truth || slices.Contains(words, text)
}

// pruneRules keeps the combinations that kinds forbid from being there.
func (p *pruner) pruneRules(k *resource.Kind) {
	for _, rule := range k.Rules {
		for _, never := range rule.ForbiddenCombinations {
			list, _, inside := strings.Cut(never[0].Field, "[].")
			levels := []any{p.root}
			if inside {
				levels, _ = p.root[list].([]any)
			}
			for _, level := range levels {
				if m, ok := level.(map[string]any); ok && p.matchesAll(m, list+"[].", never) && !never[0].Negated {
					above, last := p.containerOf(m, strings.TrimPrefix(never[0].Field, list+"[]."))
					delete(above, last)
					for _, name := range p.otherNames(never[0].Field) {
						delete(above, name)
					}
				}
			}
		}
	}
}

func (p *pruner) matchesAll(level map[string]any, prefix string, never resource.Combination) bool {
	for _, v := range never {
		above, last := p.containerOf(level, strings.TrimPrefix(v.Field, prefix))
		is, there := above[last]
		for _, name := range p.otherNames(v.Field) {
			_, by := above[name]
			there = there || by
		}
		if (there && (v.Equals == "" || fmt.Sprint(is) == v.Equals)) == v.Negated {
			return false
		}
	}
	return true
}

// otherNames are the other names of a field.
func (p *pruner) otherNames(path string) []string {
	fields := p.rootFields
	var f *schema.Field
	for name := range strings.SplitSeq(path, ".") {
		if f = schema.FindField(fields, strings.TrimSuffix(name, "[]")); f.Type.Elem != nil {
			fields = f.Type.Elem.Fields
		} else {
			fields = f.Type.Fields
		}
	}
	if f.Ref == nil || f.Ref.ByName {
		return nil
	}
	return []string{f.Ref.NameField}
}

func (p *pruner) containerOf(m map[string]any, path string) (above map[string]any, last string) {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		m, _ = m[name].(map[string]any)
	}
	return m, names[len(names)-1]
}
