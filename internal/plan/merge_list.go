package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"astro-apply/internal/schema"
)

// listMerger merges a declared list with the current one. It removes undeclared items only if the policy allows it;
// otherwise it keeps them and adds a warning.
type listMerger struct {
	*merger
	field        *schema.Field
	path         string
	declaredList *schema.Node // nil: send back the current list
	keptLabels   []string
}

// mergeItems returns the list to send.
func (m *listMerger) mergeItems(d, l *schema.Node) *schema.Node {
	merged, live := &schema.Node{Form: schema.List}, l.ListItems()
	m.declaredList = d
	for _, pair := range m.pairItems(d.ListItems(), live) {
		if item := m.mergeItem(pair); item != nil {
			merged.Items = append(merged.Items, item)
		}
	}
	if d != nil {
		merged.Pos = d.Pos
		m.noteKept(d.Pos, m.path, m.keptLabels)
		m.noteEmptied(len(live), len(merged.Items))
	}
	m.checkDuplicateKeys(merged.Items)
	return merged
}

// noteEmptied warns if an empty list has a special meaning, and the list becomes empty or is no longer empty.
func (m *listMerger) noteEmptied(countBefore, countAfter int) {
	switch meaning := m.field.EmptyMeans; {
	case meaning == "" || m.live == nil:
	case countBefore == 0 && countAfter > 0:
		m.addNote(m.declaredList.Pos, true, "%s was empty, which means %s; "+
			"after this change, it means only the listed items", m.labelOf(m.path), meaning)
	case countBefore > 0 && countAfter == 0:
		m.addNote(m.declaredList.Pos, true, "%s becomes empty, which means %s", m.labelOf(m.path), meaning)
	}
}

// itemPair holds a declared item and the current item with the same key. One of them may be nil.
type itemPair struct {
	declared, live *schema.Node
	key            string
	label          string // the key for people: with names instead of ids
}

// itemPath returns the path of an item. An item without fields needs no key, because the difference shows its value.
func (m *listMerger) itemPath(pair itemPair) string {
	if m.field.Type.Elem.Base != schema.BaseObject {
		return m.path
	}
	path := fmt.Sprintf("%s[%s]", m.path, pair.key)
	if pair.label != pair.key {
		m.labels[path] = pathLabel{m.path, "[" + pair.label + "]"}
	}
	return path
}

// mergeItem returns the item to send, or nil to remove it.
func (m *listMerger) mergeItem(pair itemPair) *schema.Node {
	t := m.field.Type.Elem
	path := m.itemPath(pair)
	switch {
	case pair.declared == nil && m.removeOrKeepItem(pair, path):
		return nil
	case pair.declared == nil:
		return m.mergeWholeItem(t, nil, pair.live, path, false)
	case pair.live == nil:
		item := m.mergeWholeItem(t, pair.declared, nil, path, true)
		m.recordChange(path, nil, item)
		return item
	case t.Base != schema.BaseObject:
		return pair.live.WithPos(pair.declared.Pos)
	}
	return withItemID(m.mergeObject(t.Fields, pair.declared, pair.live, path, false), pair.live)
}

// removeOrKeepItem records that an undeclared item is removed, and returns true, or that it is kept, and returns false.
func (m *listMerger) removeOrKeepItem(pair itemPair, path string) bool {
	isAdditive := m.field.Undeclared == schema.KeepItems || slices.Contains(m.resource.AdditiveLists, m.path)
	switch {
	case pair.live.UnclearOrigin != "":
		m.keepUnsafeItem(pair, path)
	case m.declaredList == nil || isAdditive:
	case m.removeOrKeep(path, m.field.Type.Elem.WithoutServerFields(pair.live, m.live)):
		if warning := m.field.WarningForChange(pair.live, nil); warning != "" {
			m.addNote(m.declaredList.Pos, true, "%s is removed: %s", m.labelOf(path), warning)
		}
		return true
	default:
		m.keptLabels = append(m.keptLabels, cmp.Or(pair.live.DisplayName, pair.label))
	}
	return false
}

// mergeWholeItem returns an item that is added, kept or sent back. Its fields are not recorded separately.
func (m *listMerger) mergeWholeItem(t *schema.Type, declared, live *schema.Node, path string, isNew bool) *schema.Node {
	if t.Base != schema.BaseObject {
		if declared != nil {
			return t.Encode(declared)
		}
		return live
	}
	return withItemID(m.silenced().mergeObject(t.Fields, declared, live, path, isNew), live)
}

// withItemID adds the id that Astro gave the item. Without its id, the API replaces an item by another one: tasks in a
// worker queue would get stuck.
func withItemID(item, live *schema.Node) *schema.Node {
	item.Set("id", live.Get("id"))
	return item
}

// newPair returns a pair whose key is that of item. While the key contains an unknown id, a description replaces it.
func (m *listMerger) newPair(declared, live, item *schema.Node, key string) itemPair {
	t := &m.field.Type
	if key == "" {
		var parts []string
		for _, name := range t.Key {
			if n := item.Get(name); n != nil {
				parts = append(parts, cmp.Or(n.Address, n.Text))
			}
		}
		key = strings.Join(parts, ", ")
	}
	label := key
	schema.VisitReferences(nil, t.Elem, item, func(_ *schema.Ref, id *schema.Node) {
		if id.DisplayName != "" && id.Text != "" {
			label = strings.ReplaceAll(label, id.Text, id.DisplayName)
		}
	})
	return itemPair{declared, live, key, label}
}

// pairItems pairs declared and current items by key: first the declared items in their order, then the undeclared ones.
// An item whose key is unknown matches no other. Current items with the same key are separate items, except in a set.
func (m *listMerger) pairItems(declared, live []*schema.Node) []itemPair {
	t := &m.field.Type
	currentByKey := map[string]*schema.Node{}
	for _, l := range live {
		if key := t.KeyOf(l); key != "" && currentByKey[key] == nil {
			currentByKey[key] = l
		}
	}
	var pairs []itemPair
	seen, paired := map[string]bool{}, map[*schema.Node]bool{}
	for _, d := range declared {
		key := t.KeyOf(d)
		pair := m.newPair(d, currentByKey[key], d, key)
		if (seen[key] || key == "" && seen["?"+pair.key]) && t.Key != nil {
			m.addProblem(d.Pos, "%s: duplicate item %s; remove one of them", m.labelOf(m.path), pair.label)
		}
		seen["?"+pair.key] = pair.key != ""
		if !seen[key] {
			pairs = append(pairs, pair)
			paired[currentByKey[key]] = true
		}
		seen[key] = key != ""
	}
	for _, l := range live {
		key := t.KeyOf(l)
		if !paired[l] && (!t.Set || !seen[key]) && (currentByKey[key] == l || !m.isRepetition(currentByKey[key], l)) {
			pairs = append(pairs, m.newPair(nil, l, l, key))
		}
		seen[key] = key != ""
	}
	distinguishLabels(pairs)
	return pairs
}

// distinguishLabels adds the keys to labels that several items have, for example two Deployments with the same name in
// different Workspaces.
func distinguishLabels(pairs []itemPair) {
	count := map[string]int{}
	for _, pair := range pairs {
		count[pair.label]++
	}
	for i, pair := range pairs {
		if count[pair.label] > 1 && pair.label != pair.key {
			pairs[i].label += " " + pair.key
		}
	}
}
