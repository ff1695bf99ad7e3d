package plan

import (
	"cmp"
	"fmt"
	"strings"

	"astro-apply/internal/schema"
)

// list merges a declared list with the live one. What is live and not declared
// is removed with allow-delete only; otherwise it is kept, and said.
type list struct {
	*overlay
	field *schema.Field
	path  string
	whole *schema.Node // as declared; nil to send back what is live
	kept  []string
}

func (s *list) merge(d, l *schema.Node) *schema.Node {
	out := &schema.Node{Form: schema.List}
	var declared, live []*schema.Node
	if s.whole = d; d != nil {
		out.Pos, declared = d.Pos, d.Items
	}
	if l != nil {
		live = l.Items
	}
	pairs := s.pair(declared, live)
	for _, p := range pairs {
		if item := s.item(p); item != nil {
			out.Items = append(out.Items, item)
		}
	}
	if d != nil {
		s.keeps(d.Pos, s.path, s.kept)
		s.turns(len(live), len(out.Items))
	}
	s.checkDuplicates(out.Items)
	return out
}

// turns says what it means that a list is empty no longer, or from now on.
func (s *list) turns(before, after int) {
	switch all := s.field.EmptyMeans; {
	case all == "" || s.quiet > 0 || s.live == nil:
	case before == 0 && after > 0:
		s.note(s.whole.Pos, true, "%s was empty, which is %s; from now on it is only what is listed", s.path, all)
	case before > 0 && after == 0:
		s.note(s.whole.Pos, true, "%s becomes empty, which is %s", s.path, all)
	}
}

// pair is a declared element and the live one that it means; either may be missing.
type pair struct {
	declared, live *schema.Node
	label          string
}

// at is the path of an element; one without members needs no label.
func (s *list) at(p pair) string {
	if s.field.Type.Elem.Base != schema.BaseObject {
		return s.path
	}
	return fmt.Sprintf("%s[%s]", s.path, p.label)
}

// item is the element to send, nil where it is to go.
func (s *list) item(p pair) *schema.Node {
	t := s.field.Type.Elem
	path := s.at(p)
	switch {
	case p.declared == nil && p.live.UnclearOrigin != "":
		s.keepDoubtful(p, path)
		return s.entire(t, nil, p.live, path, false)
	case p.declared == nil && s.whole != nil && (s.field.Type.Additive || s.whole.Additive):
		return s.entire(t, nil, p.live, path, false)
	case p.declared == nil && s.whole != nil && s.gone(path, s.shown(t, p.live)):
		if why := s.field.WarningForChange(p.live, nil); why != "" && s.quiet == 0 {
			s.note(s.whole.Pos, true, "%s is removed: %s", path, why)
		}
		return nil
	case p.declared == nil && s.whole != nil:
		s.kept = append(s.kept, cmp.Or(p.live.DisplayName, p.label))
		return s.entire(t, nil, p.live, path, false)
	case p.declared == nil:
		return s.entire(t, nil, p.live, path, false)
	case p.live == nil:
		item := s.entire(t, p.declared, nil, path, true)
		s.changed(path, nil, item)
		return item
	case t.Base != schema.BaseObject:
		return p.live.WithPos(p.declared.Pos)
	}
	return s.carry(s.object(t.Fields, p.declared, p.live, path, false), p.live)
}

// entire is an element that is added, kept or echoed as one.
func (s *list) entire(t *schema.Type, declared, live *schema.Node, path string, fresh bool) *schema.Node {
	if t.Base != schema.BaseObject {
		if declared != nil {
			return t.Encode(declared)
		}
		return live
	}
	s.quiet++
	defer func() { s.quiet-- }()
	return s.carry(s.object(t.Fields, declared, live, path, fresh), live)
}

// carry takes the server's own members along, such as a worker queue's id.
func (s *list) carry(item, live *schema.Node) *schema.Node {
	for _, name := range s.field.Type.ServerFields {
		item.Set(name, live.Get(name))
	}
	return item
}

// label is an element's identity; while an id of it is not known, in words.
func (s *list) label(d *schema.Node, identity string) string {
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

// pair matches by identity: the declared ones in their order, then what is only
// live. An element whose identity can't be told is like no other, and of several
// with one identity each counts; in a set, repetition doesn't.
func (s *list) pair(declared, live []*schema.Node) []pair {
	t := &s.field.Type
	found := map[string]*schema.Node{}
	for _, l := range live {
		if k := t.KeyOf(l); k != "" && found[k] == nil {
			found[k] = l
		}
	}
	var out []pair
	said, met := map[string]bool{}, map[*schema.Node]bool{}
	for _, d := range declared {
		k := t.KeyOf(d)
		called := s.label(d, k)
		if (said[k] || k == "" && said["?"+called]) && t.Key != nil {
			s.problem(d.Pos, "%s: %s is there twice", s.path, called)
		}
		said["?"+called] = called != ""
		if !said[k] {
			out = append(out, pair{d, found[k], called})
			met[found[k]] = true
		}
		said[k] = k != ""
	}
	for _, l := range live {
		k := t.KeyOf(l)
		if !met[l] && (!t.Set || !said[k]) && (found[k] == l || !s.equal(found[k], l)) {
			out = append(out, pair{nil, l, k})
		}
		said[k] = k != ""
	}
	return out
}
