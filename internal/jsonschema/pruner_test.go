package jsonschema_test

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// pruner removes the fields from a generated resource that conditions and rules forbid.
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

// lookupValue returns the value of a boolean or enum field at path. It returns false if
// the field is missing or invalid.
func (p *pruner) lookupValue(path string) (string, bool) {
	var value any = p.root
	fields, enum := p.rootFields, []string(nil)
	for name := range strings.SplitSeq(path, ".") {
		m, ok := value.(map[string]any)
		f := schema.FindField(fields, name)
		if !ok || m[name] == nil {
			return "", false
		}
		value, fields, enum = m[name], f.Type.Fields, f.Type.Enum
	}
	text := fmt.Sprint(value)
	_, isBool := value.(bool)
	return text, isBool || slices.Contains(enum, text)
}

// pruneRules removes the first field of each combination that the kind's rules forbid.
func (p *pruner) pruneRules(k *kind.Kind) {
	for _, rule := range k.Rules {
		if rule.Scope == kind.CompleteResource {
			continue
		}
		for _, combination := range rule.Forbidden {
			forbidden := combination.Conditions
			list, _, inList := strings.Cut(forbidden[0].Field, "[].")
			levels := []any{p.root}
			if inList {
				levels, _ = p.root[list].([]any)
			}
			for _, level := range levels {
				if m, ok := level.(map[string]any); ok && p.matchesAll(m, list+"[].", forbidden) && !forbidden[0].Negated {
					container, last := p.containerOf(m, strings.TrimPrefix(forbidden[0].Field, list+"[]."))
					delete(container, last)
					for _, name := range p.otherNames(forbidden[0].Field) {
						delete(container, name)
					}
				}
			}
		}
	}
}

func (p *pruner) matchesAll(level map[string]any, prefix string, conditions []kind.FieldCondition) bool {
	for _, v := range conditions {
		container, last := p.containerOf(level, strings.TrimPrefix(v.Field, prefix))
		value, exists := container[last]
		for _, name := range p.otherNames(v.Field) {
			_, hasName := container[name]
			exists = exists || hasName
		}
		if (exists && (v.Equals == "" || fmt.Sprint(value) == v.Equals)) == v.Negated {
			return false
		}
	}
	return true
}

// otherNames returns the names, other than its own, that can set the field at path.
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

func (p *pruner) containerOf(m map[string]any, path string) (container map[string]any, last string) {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		m, _ = m[name].(map[string]any)
	}
	return m, names[len(names)-1]
}
