package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// doubt is a live value that an update may neither send back, which would make it
// the object's own, nor leave out, which would remove it if it is.
type doubt struct{ value, why string }

func (o *overlay) doubt(value, why string) { o.doubts = append(o.doubts, doubt{value, why}) }

// refuse makes the update at hand an error where it would have to send a value
// that is in doubt.
func (o *overlay) refuse() {
	if o.diff.Refusal != nil {
		return
	}
	var reasons []string
	values := map[string][]string{}
	for _, d := range o.doubts {
		if values[d.why] == nil {
			reasons = append(reasons, d.why)
		}
		values[d.why] = append(values[d.why], d.value)
	}
	for i, why := range reasons {
		reasons[i] = fmt.Sprintf("%s: %s", strings.Join(values[why], ", "), why)
	}
	if len(reasons) > 0 {
		o.diff.Refusal = errors.New(strings.Join(reasons, "; ") +
			"; an update replaces all current values, so nothing was sent; declare the values to keep, or use a token that can read the rest")
	}
}

// keepDoubtful keeps a live item that may be inherited, whether or not removals
// are allowed. It is no difference, because the object may not have it itself.
func (s *list) keepDoubtful(p pair, path string) {
	s.doubt(path+" "+p.live.Show(), p.live.UnclearOrigin)
	if s.whole != nil && s.quiet == 0 {
		s.note(s.whole.Pos, true, "%s: %s is live and not declared; kept, because it %s", s.path, p.label, p.live.UnclearOrigin)
	}
}

// checkDuplicates finds items that an update must not send: two with one key, of
// which the API would take one or refuse both.
func (s *list) checkDuplicates(items []*schema.Node) {
	t, seen := &s.field.Type, map[string]bool{}
	for _, item := range items {
		key := t.KeyOf(item)
		if t.Key != nil && key != "" && seen[key] && item.UnclearOrigin == "" {
			s.doubt(fmt.Sprintf("%s[%s]", s.path, key), "several items have this key, and they differ")
		}
		seen[key] = true
	}
}

// equal reports whether two live items with one key are one item that occurs twice.
func (s *list) equal(a, b *schema.Node) bool {
	t := &s.field.Type
	different := func(name string) bool { return a.Get(name).ScalarText() != b.Get(name).ScalarText() }
	return t.Key != nil && a != nil && t.Elem.Equal(a, b) && !slices.ContainsFunc(t.ServerFields, different)
}

// checkDoubts makes a change that must not be sent an error of its object, once
// that was read by id, as every update is. A change notes what the object
// inherits, since the change doesn't affect that.
func (c *Change) checkDoubts() {
	switch {
	case c.Refusal != nil && c.Live.Complete:
		c.Action, c.Err, c.Diff = Unknown, c.Refusal, Diff{}
	case c.Action == Update && len(c.Live.InheritedNotes) > 0:
		c.Notes = append(c.Notes, schema.Problem{Pos: c.Object.Pos, Message: "inherited, and not changed by this: " + shortList(c.Live.InheritedNotes)})
	}
}
