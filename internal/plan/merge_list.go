package plan

import (
	"cmp"
	"fmt"
	"strings"

	"astro-apply/internal/schema"
)

// listMerger merges a declared list with the live one. What is live and not declared
// is removed with allow-delete only; otherwise it is kept, and said.
type listMerger struct {
	*merger
	field        *schema.Field
	path         string
	declaredList *schema.Node // as declared; nil to send back what is live
	keptLabels   []string
}

func (s *listMerger) mergeItems(d, l *schema.Node) *schema.Node {
	out := &schema.Node{Form: schema.List}
	var declared, live []*schema.Node
	if s.declaredList = d; d != nil {
		out.Pos, declared = d.Pos, d.Items
	}
	if l != nil {
		live = l.Items
	}
	pairs := s.pairItems(declared, live)
	for _, p := range pairs {
		if item := s.mergeItem(p); item != nil {
			out.Items = append(out.Items, item)
		}
	}
	if d != nil {
		s.noteKept(d.Pos, s.path, s.keptLabels)
		s.noteEmptied(len(live), len(out.Items))
	}
	s.checkDuplicateKeys(out.Items)
	return out
}

// noteEmptied says what it means that a list is empty no longer, or from now on.
func (s *listMerger) noteEmptied(before, after int) {
	switch all := s.field.EmptyMeans; {
	case all == "" || s.silentDepth > 0 || s.live == nil:
	case before == 0 && after > 0:
		s.addNote(s.declaredList.Pos, true, "%s was empty, which is %s; from now on it is only what is listed", s.path, all)
	case before > 0 && after == 0:
		s.addNote(s.declaredList.Pos, true, "%s becomes empty, which is %s", s.path, all)
	}
}

// itemPair is a declared element and the live one that it means; either may be missing.
type itemPair struct {
	declared, live *schema.Node
	label          string
}

// itemPath is the path of an element; one without members needs no label.
func (s *listMerger) itemPath(p itemPair) string {
	if s.field.Type.Elem.Base != schema.BaseObject {
		return s.path
	}
	return fmt.Sprintf("%s[%s]", s.path, p.label)
}

// mergeItem is the element to send, nil where it is to go.
func (s *listMerger) mergeItem(p itemPair) *schema.Node {
	t := s.field.Type.Elem
	path := s.itemPath(p)
	switch {
	case p.declared == nil && p.live.UnclearOrigin != "":
		s.keepUnsafeItem(p, path)
		return s.mergeWholeItem(t, nil, p.live, path, false)
	case p.declared == nil && s.declaredList != nil && (s.field.Type.Additive || s.declaredList.Additive):
		return s.mergeWholeItem(t, nil, p.live, path, false)
	case p.declared == nil && s.declaredList != nil && s.removeOrKeep(path, s.withoutServerFields(t, p.live)):
		if why := s.field.WarningForChange(p.live, nil); why != "" && s.silentDepth == 0 {
			s.addNote(s.declaredList.Pos, true, "%s is removed: %s", path, why)
		}
		return nil
	case p.declared == nil && s.declaredList != nil:
		s.keptLabels = append(s.keptLabels, cmp.Or(p.live.DisplayName, p.label))
		return s.mergeWholeItem(t, nil, p.live, path, false)
	case p.declared == nil:
		return s.mergeWholeItem(t, nil, p.live, path, false)
	case p.live == nil:
		item := s.mergeWholeItem(t, p.declared, nil, path, true)
		s.recordChange(path, nil, item)
		return item
	case t.Base != schema.BaseObject:
		return p.live.WithPos(p.declared.Pos)
	}
	return s.copyServerFields(s.mergeObject(t.Fields, p.declared, p.live, path, false), p.live)
}

// mergeWholeItem is an element that is added, kept or echoed as one.
func (s *listMerger) mergeWholeItem(t *schema.Type, declared, live *schema.Node, path string, fresh bool) *schema.Node {
	if t.Base != schema.BaseObject {
		if declared != nil {
			return t.Encode(declared)
		}
		return live
	}
	s.silentDepth++
	defer func() { s.silentDepth-- }()
	return s.copyServerFields(s.mergeObject(t.Fields, declared, live, path, fresh), live)
}

// copyServerFields takes the server's own members along, such as a worker queue's id.
func (s *listMerger) copyServerFields(item, live *schema.Node) *schema.Node {
	for _, name := range s.field.Type.ServerFields {
		item.Set(name, live.Get(name))
	}
	return item
}

// itemLabel is an element's identity; while an id of it is not known, in words.
func (s *listMerger) itemLabel(d *schema.Node, identity string) string {
	if identity != "" {
		return identity
	}
	var parts []string
	for _, name := range s.field.Type.Key {
		if n := d.Get(name); n != nil {
			parts = append(parts, strings.TrimPrefix(n.Text, "id of "))
		}
	}
	return strings.Join(parts, ", ")
}

// pairItems matches by identity: the declared ones in their order, then what is only
// live. An element whose identity can't be told is like no other, and of several
// with one identity each counts; in a set, repetition doesn't.
func (s *listMerger) pairItems(declared, live []*schema.Node) []itemPair {
	t := &s.field.Type
	found := map[string]*schema.Node{}
	for _, l := range live {
		if k := t.KeyOf(l); k != "" && found[k] == nil {
			found[k] = l
		}
	}
	var out []itemPair
	said, met := map[string]bool{}, map[*schema.Node]bool{}
	for _, d := range declared {
		k := t.KeyOf(d)
		called := s.itemLabel(d, k)
		if (said[k] || k == "" && said["?"+called]) && t.Key != nil {
			s.addProblem(d.Pos, "%s: %s is there twice", s.path, called)
		}
		said["?"+called] = called != ""
		if !said[k] {
			out = append(out, itemPair{d, found[k], called})
			met[found[k]] = true
		}
		said[k] = k != ""
	}
	for _, l := range live {
		k := t.KeyOf(l)
		if !met[l] && (!t.Set || !said[k]) && (found[k] == l || !s.isRepetition(found[k], l)) {
			out = append(out, itemPair{nil, l, k})
		}
		said[k] = k != ""
	}
	return out
}
