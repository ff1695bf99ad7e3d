package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Beyond says, a line each, what the plan does that another one, of which before
// is the Review, doesn't do. Nothing is left to say where it does a part of it.
func (p *Plan) Beyond(before []byte) ([]string, error) {
	var old review
	if err := json.Unmarshal(before, &old); err != nil {
		return nil, fmt.Errorf("reviewed plan: %w", err)
	}
	data, err := p.reviewed(p.made(old))
	if err != nil {
		return nil, err
	}
	var now review
	if err := json.Unmarshal(data, &now); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if old.OrganizationID != now.OrganizationID {
		return []string{fmt.Sprintf("the reviewed plan is of Organization %s, this one of %s", old.OrganizationID, now.OrganizationID)}, nil
	}
	var lines []string
	for _, c := range now.Changes {
		lines = append(lines, c.beyond(old.Changes)...)
	}
	return lines, nil
}

// beyond says what a change does that none of those before does: of those about
// the same object, the one that comes closest counts.
func (c reviewed) beyond(old []reviewed) (lines []string) {
	name := fmt.Sprintf("%s %s %q", c.Action, c.Kind, c.Name)
	lines = []string{name + ": the reviewed plan doesn't do it" + instead(c, old)}
	for _, o := range old {
		same := o.Kind == c.Kind && o.Name == c.Name && o.In == c.In && o.SaveTo == c.SaveTo
		// What was made and then not written in full lacks something: adding that
		// is what was agreed to, changing what is there is not.
		finishes := o.Action == Create && c.Action == Update
		if !same || !finishes && (o.ID != c.ID || o.Action != c.Action) {
			continue
		}
		var more []string
		for _, f := range c.Fields {
			more = append(more, f.beyond(name, o.Fields)...)
		}
		if c.Action == Create {
			for _, f := range dropped(o.Fields, c.Fields) {
				more = append(more, fmt.Sprintf("%s: %s: reviewed %s, now not set", name, f.Path, f.text()))
			}
		}
		if len(more) == 0 {
			return nil
		}
		lines = more
	}
	return lines
}

func dropped(of, in []reviewedField) (out []reviewedField) {
	for _, f := range of {
		if !slices.ContainsFunc(in, f.equal) && count(in, f.Path) < count(of, f.Path) {
			out = append(out, f)
		}
	}
	return out
}

// instead says what was to be done with the object.
func instead(c reviewed, old []reviewed) string {
	for _, o := range old {
		if o.Kind == c.Kind && o.Name == c.Name {
			if o.Action == c.Action {
				return fmt.Sprintf(", but to %s another one of that name, or to save its value elsewhere", o.Action)
			}
			return fmt.Sprintf(", but to %s it", o.Action)
		}
	}
	return ""
}

// beyond says in what a field's change is none of those before.
func (f reviewedField) beyond(name string, before []reviewedField) []string {
	was := ""
	for _, o := range before {
		if o.equal(f) {
			return nil
		}
		if o.Path == f.Path {
			was = o.text()
		}
	}
	if was == "" {
		was = "no change"
	}
	return []string{fmt.Sprintf("%s: %s: reviewed %s, now %s", name, f.Path, was, f.text())}
}

func (f reviewedField) equal(o reviewedField) bool {
	return o.Path == f.Path && bytes.Equal(o.Old, f.Old) && bytes.Equal(o.New, f.New)
}

func count(fields []reviewedField, path string) (n int) {
	for _, f := range fields {
		if f.Path == path { // the elements of a set share one
			n++
		}
	}
	return n
}

func (f reviewedField) text() string {
	switch {
	case f.Old == nil:
		return string(f.New)
	case f.New == nil:
		return string(f.Old) + " → (none)"
	}
	return string(f.Old) + " → " + string(f.New)
}

// named is a path in which an element goes by its name, too.
func named(path string, made map[string]string) string {
	for id, name := range made {
		path = strings.ReplaceAll(path, "["+id+"]", "["+strings.TrimPrefix(name, "id of ")+"]")
	}
	return path
}

// made are the objects that old was to create and that are there now, by id: what
// a reference to them looked like then.
func (p *Plan) made(old review) map[string]string {
	out := map[string]string{}
	for _, c := range p.Changes {
		if c.Live != nil && slices.ContainsFunc(old.Changes, func(o reviewed) bool {
			return o.Action == Create && o.Kind == c.Object.Kind.Name && o.Name == c.Object.Name()
		}) {
			out[c.Live.ID] = "id of " + c.Object.String()
		}
	}
	for _, c := range p.Changes { // and what is in them
		for _, r := range c.Object.Refs {
			for _, pick := range c.Object.Picks {
				if pick.Field.Pick.Of == r.Field.Name && out[r.ID] != "" {
					out[pick.Node.Text] = "id of " + pick.String()
				}
			}
		}
	}
	return out
}
