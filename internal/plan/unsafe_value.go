package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// unsafeValue is a live value that an update may neither send back, which would make it
// the object's own, nor leave out, which would remove it if it is.
type unsafeValue struct{ value, reason string }

func (o *merger) addUnsafeValue(value, why string) {
	o.unsafeValues = append(o.unsafeValues, unsafeValue{value, why})
}

// refuseUnsafeValues makes the update at hand an error where it would have to send a value
// that is in doubt.
func (o *merger) refuseUnsafeValues() {
	if o.diff.UnsafeErr != nil {
		return
	}
	var reasons []string
	values := map[string][]string{}
	for _, d := range o.unsafeValues {
		if values[d.reason] == nil {
			reasons = append(reasons, d.reason)
		}
		values[d.reason] = append(values[d.reason], d.value)
	}
	for i, why := range reasons {
		reasons[i] = fmt.Sprintf("%s: %s", strings.Join(values[why], ", "), why)
	}
	if len(reasons) > 0 {
		o.diff.UnsafeErr = errors.New(strings.Join(reasons, "; ") +
			"; an update replaces all current values, so nothing was sent; declare the values to keep, or use a token that can read the rest")
	}
}

// keepUnsafeItem keeps a live item that may be inherited, whether or not removals
// are allowed. It is no difference, because the object may not have it itself.
func (s *listMerger) keepUnsafeItem(p itemPair, path string) {
	s.addUnsafeValue(path+" "+p.live.Show(), p.live.UnclearOrigin)
	if s.declaredList != nil && s.silentDepth == 0 {
		s.addNote(s.declaredList.Pos, true, "%s: %s is live and not declared; kept, because it %s", s.path, p.label, p.live.UnclearOrigin)
	}
}

// checkDuplicateKeys finds items that an update must not send: two with one key, of
// which the API would take one or refuse both.
func (s *listMerger) checkDuplicateKeys(items []*schema.Node) {
	t, seen := &s.field.Type, map[string]bool{}
	for _, item := range items {
		key := t.KeyOf(item)
		if t.Key != nil && key != "" && seen[key] && item.UnclearOrigin == "" {
			s.addUnsafeValue(fmt.Sprintf("%s[%s]", s.path, key), "several items have this key, and they differ")
		}
		seen[key] = true
	}
}

// isRepetition reports whether two live items with one key are one item that occurs twice.
func (s *listMerger) isRepetition(a, b *schema.Node) bool {
	t := &s.field.Type
	different := func(name string) bool { return a.Get(name).ScalarText() != b.Get(name).ScalarText() }
	return t.Key != nil && a != nil && t.Elem.Equal(a, b) && !slices.ContainsFunc(t.ServerFields, different)
}

// checkUnsafeValues makes a change that must not be sent an error of its object, once
// that was read by id, as every update is. A change notes what the object
// inherits, since the change doesn't affect that.
func (c *Change) checkUnsafeValues() {
	switch {
	case c.UnsafeErr != nil && c.Live.Complete:
		c.Action, c.Err, c.Diff = Errored, c.UnsafeErr, Diff{}
	case c.Action == Update && len(c.Live.InheritedNotes) > 0:
		c.Notes = append(c.Notes, schema.Problem{Pos: c.Resource.Pos, Message: "inherited, and not changed by this: " + shortList(c.Live.InheritedNotes)})
	}
}
