package plan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// UnreviewedChanges lists the changes in p that are not in the reviewed plan, of which
// before is the Review, one per line. It is empty if p does a part of that plan.
func (p *Plan) UnreviewedChanges(before []byte) ([]string, error) {
	old, err := parseReview(before)
	if err != nil {
		return nil, fmt.Errorf("the reviewed plan can't be read: %w", err)
	}
	// This side isn't scrubbed, so a text that was scrubbed in the review is equal
	// to none on this side.
	now, err := p.buildReview(p.createdSince(old), nil)
	if err != nil {
		return nil, err
	}
	if old.OrganizationID != now.OrganizationID {
		return []string{fmt.Sprintf("the reviewed plan is for Organization %s, this one for %s", old.OrganizationID, now.OrganizationID)}, nil
	}
	var lines []string
	for _, c := range now.Changes {
		lines = append(lines, c.differencesFrom(old.Changes)...)
	}
	if len(lines) > 0 && old.isRedacted() {
		lines = append(lines, "text in the reviewed plan contains the value of a secret and was replaced by ***, so it can't be compared; "+
			"declare such a value with ${secret:NAME} in a field for secrets, or use another value for the secret")
	}
	return lines, nil
}

// differencesFrom lists how c differs from the change of the same resource in old. If old
// contains several of them, the last one counts.
func (c reviewedChange) differencesFrom(old []reviewedChange) (lines []string) {
	name := c.String()
	lines = []string{name + ": not in the reviewed plan" + c.reviewedActionIn(old)}
	for _, o := range old {
		if !c.isContinuationOf(o) {
			continue
		}
		more := unreviewedFields(name, c.Fields, o.Fields)
		if c.Action == Create {
			for _, f := range droppedFields(o.Fields, c.Fields) {
				more = append(more, fmt.Sprintf("%s: %s: reviewed %s, now not set", name, f.Path.displayText(), f))
			}
		}
		if len(more) == 0 {
			return nil
		}
		lines = more
	}
	return lines
}

func (c reviewedChange) String() string {
	return fmt.Sprintf("%s %s %q", c.Action, c.Kind, c.Name.displayText())
}

// isContinuationOf reports whether c does to the same resource what o does. An existing
// resource is known by its id, a new one by its name and parent. After a create
// that was only partly applied, c is an update: it may add fields that were
// reviewed, because it changes none that exist.
func (c reviewedChange) isContinuationOf(o reviewedChange) bool {
	switch {
	case o.Kind != c.Kind || o.ParentID != c.ParentID || o.SaveTo != c.SaveTo:
		return false
	case o.Action == Create:
		return o.Name == c.Name && (c.Action == Create || c.Action == Update)
	}
	return o.Action == c.Action && o.ID == c.ID
}

// reviewedActionIn describes what the reviewed plan does to a resource with the name.
func (c reviewedChange) reviewedActionIn(old []reviewedChange) string {
	for _, o := range old {
		if o.Kind == c.Kind && o.Name == c.Name {
			if o.Action == c.Action {
				return fmt.Sprintf(", which would %s another one of that name, or save its value elsewhere", o.Action)
			}
			return fmt.Sprintf(", which would %s it", o.Action)
		}
	}
	return ""
}

// unreviewedFields describes the fields that are not in old. The items of a set share a
// path, so each field of old matches one field only.
func unreviewedFields(name string, fields, old []reviewedField) (lines []string) {
	used := make([]bool, len(old))
	for _, f := range fields {
		found := false
		was := "no change"
		for i, o := range old {
			if found = !used[i] && o.isEqualTo(f); found {
				used[i] = true
				break
			}
			if o.Path == f.Path {
				was = o.String()
			}
		}
		if !found {
			lines = append(lines, fmt.Sprintf("%s: %s: reviewed %s, now %s", name, f.Path.displayText(), was, f))
		}
	}
	return lines
}

// droppedFields returns the fields of old that in has neither as they were nor with
// another value.
func droppedFields(old, in []reviewedField) (out []reviewedField) {
	for _, f := range old {
		if !slices.ContainsFunc(in, f.isEqualTo) && countPath(in, f.Path) < countPath(old, f.Path) {
			out = append(out, f)
		}
	}
	return out
}

// isEqualTo reports whether two fields change the same value in the same way.
func (f reviewedField) isEqualTo(o reviewedField) bool {
	return o.Path == f.Path && bytes.Equal(o.Old, f.Old) && bytes.Equal(o.New, f.New)
}

func countPath(fields []reviewedField, path reviewText) (n int) {
	for _, f := range fields {
		if f.Path == path { // the items of a set share one
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

// replaceCreatedIDs is a path in which the items of created resources go by their names.
func replaceCreatedIDs(path string, created map[string]string) string {
	for id, name := range created {
		path = strings.ReplaceAll(path, "["+id+"]", "["+strings.TrimPrefix(name, "id of ")+"]")
	}
	return path
}
