package plan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// UnreviewedChanges lists the changes in p that are not in the reviewed plan, one per
// line. reviewed is the result of Review for that plan. The list is empty if p contains
// only changes of the reviewed plan.
func (p *Plan) UnreviewedChanges(reviewed []byte) ([]string, error) {
	old, err := parseReview(reviewed)
	if err != nil {
		return nil, fmt.Errorf("the reviewed plan can't be read: %w", err)
	}
	// The current plan isn't redacted, so a redacted text in the review is never equal
	// to one in the current plan.
	current, err := p.buildReview(p.createdSince(old), nil)
	if err != nil {
		return nil, err
	}
	if old.OrganizationID != current.OrganizationID {
		return []string{fmt.Sprintf("the reviewed plan is for Organization %s, but this run is for %s", old.OrganizationID, current.OrganizationID)}, nil
	}
	var lines []string
	for _, c := range current.Changes {
		lines = append(lines, c.differencesFrom(old.Changes)...)
	}
	if len(lines) > 0 && old.isRedacted() {
		lines = append(lines, "text in the reviewed plan contains the value of a secret and was replaced by ***, so it can't be compared; "+
			"declare such a value with ${secret:NAME} in a secret field, or use another value for the secret")
	}
	return lines, nil
}

// differencesFrom lists how c differs from the change of the same resource in old. If old
// contains several such changes, the last one counts.
func (c reviewedChange) differencesFrom(old []reviewedChange) (lines []string) {
	name := c.String()
	lines = []string{name + ": not in the reviewed plan" + c.reviewedActionIn(old)}
	for _, o := range old {
		if !c.isContinuationOf(o) {
			continue
		}
		differences := unreviewedFields(name, c.Fields, o.Fields)
		if c.Action == Create {
			for _, f := range droppedFields(o.Fields, c.Fields) {
				differences = append(differences, fmt.Sprintf("%s: %s: %s in the reviewed plan, not set in this plan", name, f.Path.displayText(), f))
			}
		}
		if len(differences) == 0 {
			return nil
		}
		lines = differences
	}
	return lines
}

func (c reviewedChange) String() string {
	return fmt.Sprintf("%s %s %q", c.Action, kindTitle(c.Kind), c.Name.displayText())
}

// isContinuationOf reports whether c continues the reviewed change o: the same action on
// the same resource. The id identifies an existing resource, the name and parent a new
// one. After a create that was applied only partly, c is an update: it may add reviewed
// fields, because that doesn't change existing values.
func (c reviewedChange) isContinuationOf(o reviewedChange) bool {
	switch {
	case o.Kind != c.Kind || o.ParentID != c.ParentID || o.SaveTo != c.SaveTo:
		return false
	case o.Action == Create:
		return o.Name == c.Name && (c.Action == Create || c.Action == Update)
	}
	return o.Action == c.Action && o.ID == c.ID
}

// reviewedActionIn describes the reviewed action on a resource with the same name. It
// returns "" if the reviewed plan contains no such resource.
func (c reviewedChange) reviewedActionIn(old []reviewedChange) string {
	for _, o := range old {
		if o.Kind == c.Kind && o.Name == c.Name {
			if o.Action == c.Action {
				return fmt.Sprintf(", which would %s a resource with this name, but with another id or parent, or another place for its value", o.Action)
			}
			return fmt.Sprintf(", which would %s it", o.Action)
		}
	}
	return ""
}

// unreviewedFields describes the fields that are not in old. The items of a set share a
// path, so each field of old matches one field only.
func unreviewedFields(name string, fields, old []reviewedField) (lines []string) {
	matched := make([]bool, len(old))
	for _, f := range fields {
		found := false
		reviewed := "no change"
		for i, o := range old {
			if found = !matched[i] && o.isEqualTo(f); found {
				matched[i] = true
				break
			}
			if o.Path == f.Path {
				reviewed = o.String()
			}
		}
		if !found {
			lines = append(lines, fmt.Sprintf("%s: %s: %s in the reviewed plan, %s in this plan", name, f.Path.displayText(), reviewed, f))
		}
	}
	return lines
}

// droppedFields returns the fields of old that are missing in current. A field with
// another value is not missing.
func droppedFields(old, current []reviewedField) (out []reviewedField) {
	for _, f := range old {
		if !slices.ContainsFunc(current, f.isEqualTo) && countPath(current, f.Path) < countPath(old, f.Path) {
			out = append(out, f)
		}
	}
	return out
}

// isEqualTo reports whether two fields make the same change to the same value.
func (f reviewedField) isEqualTo(o reviewedField) bool {
	return o.Path == f.Path && bytes.Equal(o.Old, f.Old) && bytes.Equal(o.New, f.New)
}

func countPath(fields []reviewedField, path reviewText) (n int) {
	for _, f := range fields {
		if f.Path == path { // the items of a set share a path
			n++
		}
	}
	return n
}

func (f reviewedField) String() string {
	show := func(value []byte) string {
		data, err := mapTexts(value, reviewText.displayText).MarshalJSON()
		if err != nil {
			return string(value)
		}
		return string(data)
	}
	switch {
	case f.Old == nil:
		return show(f.New)
	case f.New == nil:
		return show(f.Old) + " → (none)"
	}
	return show(f.Old) + " → " + show(f.New)
}

// replaceCreatedIDs returns a path in which items that refer to created resources are
// labeled with names instead of ids.
func replaceCreatedIDs(path string, created map[string]string) string {
	for id, name := range created {
		path = strings.ReplaceAll(path, "["+id+"]", "["+strings.TrimPrefix(name, "id of ")+"]")
	}
	return path
}
