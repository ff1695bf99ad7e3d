package resource

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// Rule is a condition between fields.
type Rule struct {
	// Fields are the paths that the rule is about. It is checked when at least
	// one is declared.
	Fields []string
	// Check returns what is wrong, "" if nothing. The value of a field that is
	// not known is nil: offline, those that aren't declared; at plan, those that
	// are neither declared nor live.
	Check func(object *schema.Node) string
	// Whole marks a rule that only holds for the whole object, so that it can't
	// be checked offline.
	NeedsCurrent bool
	// Never says the same as Check where values alone say it, for readers that
	// can't run it: each of the combinations is wrong.
	ForbiddenCombinations []Combination
}

// Combination is what some fields say together. The first one is what is wrong
// beside the others.
type Combination []FieldCondition

// FieldCondition is a field that is there, or has a value. Of a list's element the path
// is list[].field; all of a combination are then of one element.
type FieldCondition struct {
	Field   string
	Equals  string // "" is any
	Negated bool   // it isn't there, or is there and says something else
}

// exclusiveFieldsRule forbids a field beside any of the others.
func exclusiveFieldsRule(field string, others ...string) Rule {
	var never []Combination
	for _, other := range others {
		never = append(never, Combination{{Field: field}, {Field: other}})
	}
	return Rule{Fields: append([]string{field}, others...), ForbiddenCombinations: never, Check: func(o *schema.Node) string {
		if o.GetPath(field) == nil {
			return ""
		}
		for _, other := range others {
			if o.GetPath(other) != nil {
				return fmt.Sprintf("%s and %s exclude each other; keep one of them", field, other)
			}
		}
		return ""
	}}
}

// togetherRule demands both fields or neither.
func togetherRule(a, b string) Rule {
	return Rule{Fields: []string{a, b}, NeedsCurrent: true, Check: func(o *schema.Node) string {
		switch {
		case o.GetPath(a) != nil && o.GetPath(b) == nil:
			return fmt.Sprintf("%s needs %s beside it", a, b)
		case o.GetPath(b) != nil && o.GetPath(a) == nil:
			return fmt.Sprintf("%s needs %s beside it", b, a)
		}
		return ""
	}}
}

// requiredFieldsRule demands that a new object that has field, with the value when ("" is
// any), has all of the others.
func requiredFieldsRule(field, when string, others ...string) Rule {
	return Rule{Fields: append([]string{field}, others...), NeedsCurrent: true, Check: func(o *schema.Node) string {
		if n := o.GetPath(field); n == nil || when != "" && !n.Is(when) {
			return ""
		}
		for _, other := range others {
			if o.GetPath(other) == nil {
				return strings.TrimSpace(field+" "+when) + " needs " + other + " beside it"
			}
		}
		return ""
	}}
}

// requiredValueRule demands that, where field is declared with the value when ("" is any),
// other has the value want.
func requiredValueRule(field, when, other, want, why string) Rule {
	never := []Combination{{{Field: field, Equals: when}, {Field: other, Equals: want, Negated: true}}}
	return Rule{Fields: []string{field, other}, ForbiddenCombinations: never, Check: func(o *schema.Node) string {
		f, n := o.GetPath(field), o.GetPath(other)
		if f == nil || n == nil || when != "" && !f.Is(when) || n.Is(want) || n.Form == schema.Unknown {
			return ""
		}
		return fmt.Sprintf("%s needs %s: %s, here it is %s (%s)", field, other, want, n.Show(), why)
	}}
}

// CheckRules checks the rules over object, where declared says which values the
// manifest itself holds: a rule about none of them is not the user's concern,
// nor is one of which nothing changes. A nil changes says that only what is
// declared is known, not all of the object.
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
