package plan

import (
	"fmt"
	"regexp"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// UnreviewedChanges lists the changes in p that are not in the reviewed plan, one per line. reviewed is the result of
// Review for that plan. The list is empty if p contains only changes of the reviewed plan.
func (p *Plan) UnreviewedChanges(reviewed []byte) ([]string, error) {
	old, err := parseReview(reviewed)
	if err != nil {
		return nil, fmt.Errorf("the reviewed plan can't be read: %w", err)
	}
	// The current plan isn't redacted, so a redacted text in the review is never equal to one in the current plan.
	current := p.buildReview(p.createdSince(old), nil)
	if old.OrganizationID != current.OrganizationID {
		return []string{fmt.Sprintf("the reviewed plan is for Organization %s, but this run is for %s",
			old.OrganizationID, current.OrganizationID)}, nil
	}
	var lines []string
	for _, c := range current.Changes {
		lines = append(lines, c.differencesFrom(old.Changes)...)
	}
	if len(lines) > 0 && redactedMark.Match(reviewed) {
		lines = append(lines, "text in the reviewed plan contains the value of a secret and was replaced by ***, "+
			"so it can't be compared; declare such a value with ${secret:NAME} in a secret field, "+
			"or use another value for the secret")
	}
	return lines, nil
}

// redactedMark matches the start of a text from which a secret was removed. A quote in a text is escaped, so it doesn't
// match in the middle of one.
var redactedMark = regexp.MustCompile(`[:,\[]"` + redactedText)

// differencesFrom lists how c differs from the change of the same resource in old. If old contains several such
// changes, the last one counts.
func (c jsonChange) differencesFrom(old []jsonChange) (lines []string) {
	name := c.String()
	lines = []string{name + ": not in the reviewed plan" + c.reviewedActionIn(old)}
	for _, o := range old {
		if !c.isContinuationOf(o) {
			continue
		}
		var differences []string
		unreviewed, missing := unmatched(c.Fields, o.Fields, jsonField.isEqualTo)
		for _, f := range unreviewed {
			reviewed := "no change"
			if field := findPath(missing, f.Path); field != nil {
				reviewed = field.String()
			}
			differences = append(differences, fmt.Sprintf("%s: %s: %s in the reviewed plan, %s in this plan",
				name, f.Path.displayText(), reviewed, f))
		}
		for _, f := range missing {
			if c.Action == Create && findPath(unreviewed, f.Path) == nil {
				differences = append(differences, fmt.Sprintf("%s: %s: %s in the reviewed plan, not set in this plan",
					name, f.Path.displayText(), f))
			}
		}
		if len(differences) == 0 {
			return nil
		}
		lines = differences
	}
	return lines
}

func (c jsonChange) String() string {
	return fmt.Sprintf("%s %s %q", c.Action, kind.All().Title(c.Kind), c.Name.displayText())
}

// isContinuationOf reports whether c continues the reviewed change o: the same action on the same resource. The id
// identifies an existing resource, the name and parent a new one. After a create that was applied only partly, c is an
// update: it may add reviewed fields, because that doesn't change existing values.
func (c jsonChange) isContinuationOf(o jsonChange) bool {
	switch {
	case o.Kind != c.Kind || o.ParentID != c.ParentID || o.SaveTo != c.SaveTo:
		return false
	case o.Action == Create:
		return o.Name == c.Name && (c.Action == Create || c.Action == Update)
	}
	return o.Action == c.Action && o.ID == c.ID
}

// reviewedActionIn describes the reviewed action on a resource with the same name. It returns "" if the reviewed plan
// contains no such resource.
func (c jsonChange) reviewedActionIn(old []jsonChange) string {
	for _, o := range old {
		if o.Kind == c.Kind && o.Name == c.Name {
			if o.Action == c.Action {
				return fmt.Sprintf(", which would %s a resource with this name, but with another id or parent, "+
					"or another place for its value", o.Action)
			}
			return fmt.Sprintf(", which would %s it", o.Action)
		}
	}
	return ""
}

func findPath(fields []jsonField, path reviewText) *jsonField {
	for i := range fields {
		if fields[i].Path == path {
			return &fields[i]
		}
	}
	return nil
}

// isEqualTo reports whether two fields make the same change to the same value.
func (f jsonField) isEqualTo(o jsonField) bool {
	return o.Path == f.Path && schema.Identical(o.Old, f.Old) && schema.Identical(o.New, f.New)
}

func (f jsonField) String() string {
	switch {
	case f.Old == nil:
		return displayValue(f.New)
	case f.New == nil:
		return displayValue(f.Old) + " → (none)"
	}
	return displayValue(f.Old) + " → " + displayValue(f.New)
}
