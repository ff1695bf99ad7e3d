package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// doubt records a live value that an update may neither send back, which would
// make it the object's own, nor leave out, which would remove it if it is.
func (o *overlay) doubt(path string, live *schema.Node) {
	o.doubts = append(o.doubts, fmt.Sprintf("%s is %s, and %s", path, live.Show(), live.Doubt))
}

// refuse makes the update at hand an error where it would have to send a value
// that is in doubt.
func (o *overlay) refuse() {
	if len(o.doubts) > 0 && o.diff.Refusal == nil {
		o.diff.Refusal = errors.New(strings.Join(o.doubts, "; ") +
			"; an update replaces the whole list, so nothing was sent; declare what it is to be, or use a token that can tell")
	}
}

// keepDoubtful keeps a live item that may be inherited, whether or not removals
// are allowed. It is no difference: nothing says that the object has it itself.
func (s *list) keepDoubtful(p pair, path string) {
	s.doubt(path, p.live)
	if s.whole != nil && s.quiet == 0 {
		s.note(s.whole.Pos, true, "%s: %s is live and not declared; kept, because %s", s.path, p.label, p.live.Doubt)
	}
}

// checkDuplicates finds items that an update must not send: two with one key, of
// which the API would take one or refuse both.
func (s *list) checkDuplicates(items []*schema.Node) {
	t, seen := &s.field.Type, map[string]bool{}
	for _, item := range items {
		key := t.Identity(item)
		if t.Key != nil && key != "" && seen[key] && item.Doubt == "" {
			s.doubts = append(s.doubts, fmt.Sprintf("%s: there are two different items %s", s.path, key))
		}
		seen[key] = true
	}
}

// equal reports whether two live items with one key are one item that occurs twice.
func (s *list) equal(a, b *schema.Node) bool {
	t := &s.field.Type
	different := func(name string) bool { return a.Get(name).Value() != b.Get(name).Value() }
	return t.Key != nil && a != nil && t.Elem.Equal(a, b) && !slices.ContainsFunc(t.Carry, different)
}

// checkDoubts makes a change that must not be sent an error of its object, once
// that was read by id, as every update is. A change notes what the object
// inherits, since that stays.
func (c *Change) checkDoubts() {
	switch {
	case c.Refusal != nil && c.Live.Full:
		c.Action, c.Err, c.Diff = Unknown, c.Refusal, Diff{}
	case c.Action == Update && len(c.Live.Inherited) > 0:
		c.Notes = append(c.Notes, schema.Problem{Pos: c.Object.Pos, Message: "inherited, and not changed by this: " + shortList(c.Live.Inherited)})
	}
}
