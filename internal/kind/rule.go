package kind

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// Rule is a condition on several fields of a resource.
type Rule struct {
	// Fields are the paths of the fields in the condition. The rule is checked if the manifest
	// declares at least one of them.
	Fields []string
	// Check returns the problem, "" if none. Unknown fields are nil: offline, all undeclared
	// fields; in a plan, fields that have a value neither in the manifest nor in Astro.
	Check func(object *schema.Node) string
	// NeedsCurrent marks a rule about the complete resource, which can't be checked offline.
	NeedsCurrent bool
	// ForbiddenCombinations express the same condition as Check for readers that can't run it,
	// such as the JSON schema, if conditions on values can express it. Each combination is
	// invalid.
	ForbiddenCombinations []Combination
}

// Combination is a set of conditions that must not hold together. The first condition is
// about the field that the error is reported for.
type Combination []FieldCondition

// FieldCondition is the condition that a field is set, or has a value. The path of a field
// of a list item is list[].field; then all conditions of the combination apply to the same
// item.
type FieldCondition struct {
	Field   string
	Equals  string // "": any value
	Negated bool   // the field isn't set, or has another value
}

// exclusiveFieldsRule forbids a field together with any of the others.
func exclusiveFieldsRule(field string, others ...string) Rule {
	var forbidden []Combination
	for _, other := range others {
		forbidden = append(forbidden, Combination{{Field: field}, {Field: other}})
	}
	return Rule{Fields: append([]string{field}, others...), ForbiddenCombinations: forbidden, Check: func(o *schema.Node) string {
		if o.GetPath(field) == nil {
			return ""
		}
		for _, other := range others {
			if o.GetPath(other) != nil {
				return fmt.Sprintf("set either %s or %s, not both", field, other)
			}
		}
		return ""
	}}
}

// togetherRule requires both fields or neither.
func togetherRule(a, b string) Rule {
	return Rule{Fields: []string{a, b}, NeedsCurrent: true, Check: func(o *schema.Node) string {
		switch {
		case o.GetPath(a) != nil && o.GetPath(b) == nil:
			return fmt.Sprintf("%s also needs %s; set both or neither", a, b)
		case o.GetPath(b) != nil && o.GetPath(a) == nil:
			return fmt.Sprintf("%s also needs %s; set both or neither", b, a)
		}
		return ""
	}}
}

// requiredFieldsRule requires all of the others in a new resource in which field is set,
// or has the value when unless that is "".
func requiredFieldsRule(field, when string, others ...string) Rule {
	return Rule{Fields: append([]string{field}, others...), NeedsCurrent: true, Check: func(o *schema.Node) string {
		if n := o.GetPath(field); n == nil || when != "" && !n.Is(when) {
			return ""
		}
		for _, other := range others {
			if o.GetPath(other) == nil {
				return strings.TrimSpace(field+" "+when) + " also needs " + other + "; add it"
			}
		}
		return ""
	}}
}

// requiredValueRule requires that other has the value want if field has the value when
// ("": any value).
func requiredValueRule(field, when, other, want, why string) Rule {
	forbidden := []Combination{{{Field: field, Equals: when}, {Field: other, Equals: want, Negated: true}}}
	return Rule{Fields: []string{field, other}, ForbiddenCombinations: forbidden, Check: func(o *schema.Node) string {
		f, n := o.GetPath(field), o.GetPath(other)
		if f == nil || n == nil || when != "" && !f.Is(when) || n.Is(want) || n.Form == schema.Unknown {
			return ""
		}
		return fmt.Sprintf("%s needs %s: %s, not %s (%s)", field, other, want, n.Show(), why)
	}}
}

// CheckRules checks the rules on object. It skips rules about fields that declared, the
// values in the manifest itself, doesn't contain, and rules about fields that don't
// change. If changes is nil, object holds only the declared fields.
func (k *Kind) CheckRules(object, declared *schema.Node, changes func(path string) bool) []schema.Problem {
	var out []schema.Problem
	for _, rule := range k.Rules {
		if changes == nil && rule.NeedsCurrent || changes != nil && !slices.ContainsFunc(rule.Fields, changes) {
			continue
		}
		for _, field := range rule.Fields {
			n := declared.GetPath(field)
			if n == nil {
				continue
			}
			if message := rule.Check(object); message != "" {
				out = append(out, schema.Problem{Pos: n.Pos, Message: message})
			}
			break
		}
	}
	return out
}
