package resource

import (
	"cmp"
	"fmt"
	"slices"

	"astro-apply/internal/schema"
)

// separation splits the value of a live field into the object's own and the
// inherited part.
type separation struct {
	*Inheritance
	field            *schema.Field
	declared         *schema.Node
	sources          []*schema.Node // what the object inherits from
	unreadableReason string         // why sources can't be read, "" if they were
	live             *Live
}

// ownValue returns the live value without inherited ones.
func (s *separation) ownValue(value *schema.Node) *schema.Node {
	if s.field.Type.Base != schema.BaseList {
		return s.ownScalar(value)
	}
	out := &schema.Node{Form: schema.List}
	var order []string
	places := map[string][]*schema.Node{}
	for i, item := range value.Items {
		key := cmp.Or(s.field.Type.KeyOf(item), fmt.Sprint("item ", i))
		if places[key] == nil {
			order = append(order, key)
		}
		places[key] = append(places[key], item)
	}
	for _, key := range order {
		out.Items = append(out.Items, s.ownItems(places[key])...)
	}
	return out
}

// ownItems returns which of the live items with one key are the object's own. The
// API takes one item for a key, so of several all but one are inherited. An
// inherited item that equals the declared one is good enough: whether the object
// has it itself, too, can't be told from every answer.
func (s *separation) ownItems(live []*schema.Node) []*schema.Node {
	t := &s.field.Type
	own, inherited := s.splitItems(live)
	var declared *schema.Node
	for _, d := range itemsOf(s.declared) {
		if key := t.KeyOf(d); key != "" && key == t.KeyOf(live[0]) {
			declared = d
		}
	}
	if declared != nil {
		candidates := own
		if len(own) == 0 {
			candidates = inherited
		}
		for _, item := range candidates {
			if t.Elem.Equal(declared, item) {
				return []*schema.Node{item}
			}
		}
		return own[:min(len(own), 1)]
	}
	why := s.unreadableReason
	if why == "" && len(own) > 1 {
		why = "is one of several in the same place, of which at most one is its own"
	}
	for i := range own {
		if why != "" {
			own[i] = own[i].WithUnclearOrigin(why)
		}
	}
	return own
}

// splitItems takes from live items as many as the sources have, and notes through
// which of them each came.
func (s *separation) splitItems(live []*schema.Node) (own, inherited []*schema.Node) {
	t := &s.field.Type
	type grant struct{ item, source *schema.Node }
	var left []grant
	for _, source := range s.sources {
		for _, item := range itemsOf(s.field.CurrentValue(source, source)) {
			if t.KeyOf(item) == t.KeyOf(live[0]) {
				left = append(left, grant{item, source})
			}
		}
	}
	for _, item := range live {
		i := slices.IndexFunc(left, func(g grant) bool { return t.Elem.Equal(g.item, item) })
		if i < 0 {
			own = append(own, item)
			continue
		}
		s.noteInherited(item, left[i].source)
		inherited = append(inherited, item)
		left = slices.Delete(left, i, i+1)
	}
	return own, inherited
}

// ownScalar returns the declared value in the place of one that is inherited. Where
// none is declared, the object's own value isn't known.
func (s *separation) ownScalar(value *schema.Node) *schema.Node {
	if value.Is(s.BaselineValue) || s.declared != nil && s.field.Type.Equal(s.declared, value) {
		return value
	}
	i := slices.IndexFunc(s.sources, func(source *schema.Node) bool { return s.field.Type.Equal(s.field.CurrentValue(source, source), value) })
	switch {
	case i >= 0 && s.declared != nil:
		s.noteInherited(value, s.sources[i])
		return schema.String(s.declared.Text)
	case i >= 0:
		return value.WithUnclearOrigin(fmt.Sprintf("may be inherited through %s", s.sourceText(s.sources[i])))
	case s.unreadableReason != "" && s.declared == nil:
		return value.WithUnclearOrigin(s.unreadableReason)
	}
	return value
}

func (s *separation) sourceText(source *schema.Node) string {
	return fmt.Sprintf("%s %q", s.Title, cmp.Or(source.Get("name").ScalarText(), source.Get("id").ScalarText()))
}

// noteInherited records an inherited value for people.
func (s *separation) noteInherited(value, source *schema.Node) {
	s.live.InheritedNotes = append(s.live.InheritedNotes, fmt.Sprintf("%s: %s through %s", s.field.Name, value.Show(), s.sourceText(source)))
}
