package plan

import (
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// unsafeValues are current values that may be inherited. An update can't send them back, because that would set them on
// the resource itself, and can't omit them, because that would remove those that belong to the resource.
type unsafeValues struct {
	reason string
	values []string
}

func (m *merger) addUnsafeValue(value, reason string) {
	i := slices.IndexFunc(m.unsafe, func(u unsafeValues) bool { return u.reason == reason })
	if i < 0 {
		i, m.unsafe = len(m.unsafe), append(m.unsafe, unsafeValues{reason: reason})
	}
	m.unsafe[i].values = append(m.unsafe[i].values, value)
}

// refuseUnsafeValues sets UnsafeErr if the update would have to send an unsafe value.
func (m *merger) refuseUnsafeValues() {
	if m.UnsafeErr != nil || len(m.unsafe) == 0 {
		return
	}
	var reasons []string
	for _, u := range m.unsafe {
		reasons = append(reasons, strings.Join(u.values, ", ")+": "+u.reason)
	}
	m.UnsafeErr = fmt.Errorf("%s; an update replaces all current values, so nothing was sent; "+
		"declare every value to keep, or use a token that can read where each value comes from",
		strings.Join(reasons, "; "))
}

// keepUnsafeItem keeps a current item that may be inherited, even if removals are allowed. It records no difference,
// because the item may not belong to the resource itself.
func (m *listMerger) keepUnsafeItem(pair itemPair, path string) {
	m.addUnsafeValue(m.labelOf(path)+" "+pair.live.Show(), pair.live.UnclearOrigin)
	if m.declaredList != nil {
		m.addNote(m.declaredList.Pos, true, "%s: %s exists in Astro but not in the manifest; kept, because it %s",
			m.labelOf(m.path), pair.label, pair.live.UnclearOrigin)
	}
}

// checkDuplicateKeys finds items with the same key. An update must not send them, because the API would store only one
// of them or refuse both.
func (m *listMerger) checkDuplicateKeys(items []*schema.Node) {
	t, seen := &m.field.Type, map[string]bool{}
	for _, item := range items {
		key := t.KeyOf(item)
		if t.Key != nil && key != "" && seen[key] && item.UnclearOrigin == "" {
			m.addUnsafeValue(fmt.Sprintf("%s[%s]", m.path, key), "several items have this key, and they differ")
		}
		seen[key] = true
	}
}

// isRepetition reports whether two current items with the same key are equal, so that one of them can be ignored.
func (m *listMerger) isRepetition(a, b *schema.Node) bool {
	t := &m.field.Type
	return t.Key != nil && a != nil && t.Elem.Equal(a, b) && a.Get("id").ScalarText() == b.Get("id").ScalarText()
}

// checkUnsafeValues replaces a change that must not be sent by an error, but only after the resource was read by id,
// because a list item may lack fields. It also notes the inherited values, because the change doesn't affect them.
func (c *Change) checkUnsafeValues() {
	switch {
	case c.UnsafeErr != nil && c.Live.Complete:
		c.fail(c.UnsafeErr)
	case c.Action == Update && len(c.Live.InheritedNotes) > 0:
		c.addNote(c.Resource.Pos, false, "inherited values, which this change doesn't affect: %s",
			shortList(c.Live.InheritedNotes))
	}
}
