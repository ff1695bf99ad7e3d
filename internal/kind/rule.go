package kind

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// Rule is a condition on several fields of a resource.
type Rule struct {
	// Forbidden lists the combinations of values that are invalid.
	Forbidden []Combination
	// Check returns a problem that no combination can express, "" if none. Unknown fields are nil:
	// offline, all undeclared fields; in a plan, fields that have a value neither in the manifest
	// nor in Astro. Nil: the combinations are the whole rule.
	Check func(object *schema.Node) string
	// CheckedFields are the paths of the fields that Check reads, in addition to those in Forbidden.
	CheckedFields []string
	Scope         RuleScope
}

// RuleScope specifies when a rule is checked.
type RuleScope uint8

// The scopes. A rule needs a declared field, because the user isn't responsible for the other values.
const (
	AnyField         RuleScope = iota // the manifest declares at least one of the fields
	FirstField                        // the manifest declares the first field: the change removes an undeclared one
	CompleteResource                  // like AnyField, but only in a plan, where all fields are known
)

// Combination is a set of conditions that must not hold together. The first condition is about the
// field that an editor marks.
type Combination struct {
	Conditions []FieldCondition
	Problem    string // {FIELD} stands for the value of a field
}

// FieldCondition is the condition that a field is set, or has a value. The path of a field
// of a list item is list[].field; then all conditions of the combination apply to the same
// item.
type FieldCondition struct {
	Field   string
	Equals  string // "": any value
	Negated bool   // the field isn't set; with Equals: it is set to another value
}

// exclusiveFieldsRule forbids a field together with any of the others.
func exclusiveFieldsRule(field string, others ...string) Rule {
	var rule Rule
	for _, other := range others {
		rule.Forbidden = append(rule.Forbidden, Combination{
			[]FieldCondition{{Field: field}, {Field: other}}, fmt.Sprintf("set either %s or %s, not both", field, other),
		})
	}
	return rule
}

// togetherRule requires both fields or neither.
func togetherRule(a, b string) Rule {
	return Rule{Scope: CompleteResource, Forbidden: []Combination{
		{[]FieldCondition{{Field: a}, {Field: b, Negated: true}}, fmt.Sprintf("%s also needs %s; set both or neither", a, b)},
		{[]FieldCondition{{Field: b}, {Field: a, Negated: true}}, fmt.Sprintf("%s also needs %s; set both or neither", b, a)},
	}}
}

// requiredFieldsRule requires all of the others in a new resource for which the conditions hold.
// subject describes the conditions.
func requiredFieldsRule(subject string, conditions []FieldCondition, others ...string) Rule {
	rule := Rule{Scope: CompleteResource}
	for _, other := range others {
		rule.Forbidden = append(rule.Forbidden, Combination{
			append(slices.Clone(conditions), FieldCondition{Field: other, Negated: true}),
			subject + " also needs " + other + "; add it",
		})
	}
	return rule
}

// requiredValueRule requires that other has the value want if field has the value when.
func requiredValueRule(field, when, other, want, why string) Rule {
	return Rule{Forbidden: []Combination{{
		[]FieldCondition{{Field: field, Equals: when}, {Field: other, Equals: want, Negated: true}},
		fmt.Sprintf("%s needs %s: %s, not {%[2]s} (%[4]s)", field, other, want, why),
	}}}
}

// Fields returns the paths of the fields that the rule is about.
func (r *Rule) Fields() []string {
	fields := slices.Clone(r.CheckedFields)
	for _, combination := range r.Forbidden {
		for _, condition := range combination.Conditions {
			field, _, _ := strings.Cut(condition.Field, ListItems)
			fields = append(fields, field)
		}
	}
	return fields
}

// FindProblem returns the problem of object, "" if none.
func (r *Rule) FindProblem(object *schema.Node) string {
	for _, combination := range r.Forbidden {
		for _, target := range combination.targets(object) {
			if !slices.ContainsFunc(combination.Conditions, func(c FieldCondition) bool { return !c.holds(target) }) {
				return combination.ProblemOf(func(path string) string { return target.GetPath(path).Show() })
			}
		}
	}
	if r.Check != nil {
		return r.Check(object)
	}
	return ""
}

// ListItems is the part of a path that means every item of a list.
const ListItems = "[]"

// targets returns the values to which all conditions apply: object itself, or the items of one of its lists.
func (c *Combination) targets(object *schema.Node) []*schema.Node {
	if list, _, inList := strings.Cut(c.Conditions[0].Field, ListItems); inList {
		return object.Get(list).ListItems()
	}
	return []*schema.Node{object}
}

var placeholderRegexp = regexp.MustCompile(`\{[\w.]+\}`)

// ProblemOf returns Problem with the texts of the fields that it names.
func (c *Combination) ProblemOf(text func(path string) string) string {
	return placeholderRegexp.ReplaceAllStringFunc(c.Problem, func(placeholder string) string {
		return text(strings.Trim(placeholder, "{}"))
	})
}

// Path returns the path of the field in the resource, or in an item of the list.
func (c *FieldCondition) Path() string {
	if _, path, inList := strings.Cut(c.Field, ListItems+"."); inList {
		return path
	}
	return c.Field
}

func (c *FieldCondition) holds(target *schema.Node) bool {
	n := target.GetPath(c.Path())
	switch {
	case c.Equals == "":
		return (n != nil) != c.Negated
	case c.Negated:
		return n != nil && n.Form != schema.Unknown && !n.Is(c.Equals)
	}
	return n.Is(c.Equals)
}

// IsReplaced reports whether the declared fields exclude a field, so that an update must not send
// back its current value. A field that an update can't send replaces no other.
func (k *Kind) IsReplaced(field string, declared *schema.Node) bool {
	isPlain := func(c FieldCondition) bool { return c == FieldCondition{Field: c.Field} }
	replaces := func(other string) bool { return declared.Get(other) != nil && k.FieldByName(other).Has(schema.Update) }
	for _, rule := range k.Rules {
		for _, forbidden := range rule.Forbidden {
			pair := forbidden.Conditions
			if len(pair) == 2 && isPlain(pair[0]) && isPlain(pair[1]) &&
				(pair[0].Field == field && replaces(pair[1].Field) || pair[1].Field == field && replaces(pair[0].Field)) {
				return true
			}
		}
	}
	return false
}

// CheckRules checks the rules on object. It skips rules about fields that declared, the
// values in the manifest itself, doesn't contain, and rules about fields that don't
// change. If changes is nil, object holds only the declared fields.
func (k *Kind) CheckRules(object, declared *schema.Node, changes func(path string) bool) []schema.Problem {
	var out []schema.Problem
	for i := range k.Rules {
		rule := &k.Rules[i]
		fields := rule.Fields()
		first := slices.IndexFunc(fields, func(path string) bool { return declared.GetPath(path) != nil })
		switch {
		case first < 0,
			changes == nil && rule.Scope == CompleteResource,
			changes != nil && !slices.ContainsFunc(fields, changes),
			rule.Scope == FirstField && first > 0:
			continue
		}
		if problem := rule.FindProblem(object); problem != "" {
			out = append(out, schema.Problem{Pos: declared.GetPath(fields[first]).Pos, Message: problem})
		}
	}
	return out
}
