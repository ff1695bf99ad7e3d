package plan

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Beyond lists the changes in p that are not in the reviewed plan, of which
// before is the Review, one per line. It is empty if p does a part of that plan.
func (p *Plan) Beyond(before []byte) ([]string, error) {
	old, err := parseReview(before)
	if err != nil {
		return nil, fmt.Errorf("the reviewed plan can't be read: %w", err)
	}
	// This side isn't scrubbed, so a text that was scrubbed in the review is equal
	// to none on this side.
	now, err := p.review(p.created(old), nil)
	if err != nil {
		return nil, err
	}
	if old.OrganizationID != now.OrganizationID {
		return []string{fmt.Sprintf("the reviewed plan is for Organization %s, this one for %s", old.OrganizationID, now.OrganizationID)}, nil
	}
	var lines []string
	for _, c := range now.Changes {
		lines = append(lines, c.beyond(old.Changes)...)
	}
	if len(lines) > 0 && old.isScrubbed() {
		lines = append(lines, "text in the reviewed plan contains the value of a secret and was replaced by ***, so it can't be compared; "+
			"declare such a value with ${secret:NAME} in a field for secrets, or use another value for the secret")
	}
	return lines, nil
}

// beyond lists how c differs from the change of the same resource in old. If old
// contains several of them, the last one counts.
func (c reviewed) beyond(old []reviewed) (lines []string) {
	name := c.String()
	lines = []string{name + ": not in the reviewed plan" + c.instead(old)}
	for _, o := range old {
		if !c.continues(o) {
			continue
		}
		more := unreviewed(name, c.Fields, o.Fields)
		if c.Action == Create {
			for _, f := range dropped(o.Fields, c.Fields) {
				more = append(more, fmt.Sprintf("%s: %s: reviewed %s, now not set", name, f.Path.shown(), f))
			}
		}
		if len(more) == 0 {
			return nil
		}
		lines = more
	}
	return lines
}

func (c reviewed) String() string { return fmt.Sprintf("%s %s %q", c.Action, c.Kind, c.Name.shown()) }

// continues reports whether c does to the same resource what o does. An existing
// resource is known by its id, a new one by its name and parent. After a create
// that was only partly applied, c is an update: it may add fields that were
// reviewed, because it changes none that exist.
func (c reviewed) continues(o reviewed) bool {
	switch {
	case o.Kind != c.Kind || o.In != c.In || o.SaveTo != c.SaveTo:
		return false
	case o.Action == Create:
		return o.Name == c.Name && (c.Action == Create || c.Action == Update)
	}
	return o.Action == c.Action && o.ID == c.ID
}

// instead describes what the reviewed plan does to a resource with the name.
func (c reviewed) instead(old []reviewed) string {
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

// unreviewed describes the fields that are not in old. The items of a set share a
// path, so each field of old matches one field only.
func unreviewed(name string, fields, old []reviewedField) (lines []string) {
	used := make([]bool, len(old))
	for _, f := range fields {
		found := false
		was := "no change"
		for i, o := range old {
			if found = !used[i] && o.equal(f); found {
				used[i] = true
				break
			}
			if o.Path == f.Path {
				was = o.String()
			}
		}
		if !found {
			lines = append(lines, fmt.Sprintf("%s: %s: reviewed %s, now %s", name, f.Path.shown(), was, f))
		}
	}
	return lines
}

// dropped returns the fields of old that in has neither as they were nor with
// another value.
func dropped(old, in []reviewedField) (out []reviewedField) {
	for _, f := range old {
		if !slices.ContainsFunc(in, f.equal) && count(in, f.Path) < count(old, f.Path) {
			out = append(out, f)
		}
	}
	return out
}

// equal reports whether two fields change the same value in the same way.
func (f reviewedField) equal(o reviewedField) bool {
	return o.Path == f.Path && bytes.Equal(o.Old, f.Old) && bytes.Equal(o.New, f.New)
}

func count(fields []reviewedField, path reviewText) (n int) {
	for _, f := range fields {
		if f.Path == path { // the items of a set share one
			n++
		}
	}
	return n
}

func (f reviewedField) String() string {
	show := func(value []byte) string {
		data, err := texts(value, reviewText.shown).MarshalJSON()
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

// namePath is a path in which the items of created resources go by their names.
func namePath(path string, created map[string]string) string {
	for id, name := range created {
		path = strings.ReplaceAll(path, "["+id+"]", "["+strings.TrimPrefix(name, "id of ")+"]")
	}
	return path
}
