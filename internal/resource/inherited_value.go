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
	field    *schema.Field
	declared *schema.Node
	sources  []*schema.Node // what the object inherits from
	why      string         // why sources can't be read, "" if they were
	live     *Live
}

// own returns the live value without inherited ones.
func (s *separation) own(value *schema.Node) *schema.Node {
	if s.field.Type.Base != schema.BaseList {
		return s.scalar(value)
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
		out.Items = append(out.Items, s.items(places[key])...)
	}
	return out
}

// items returns which of the live items with one key are the object's own. The
// API takes one item for a key, so of several all but one are inherited. An
// inherited item that equals the declared one is good enough: whether the object
// has it itself, too, can't be told from every answer.
func (s *separation) items(live []*schema.Node) []*schema.Node {
	t := &s.field.Type
	own, inherited := s.split(live)
	var declared *schema.Node
	for _, d := range items(s.declared) {
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
	why := s.why
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

// split takes from live items as many as the sources have, and notes through
// which of them each came.
func (s *separation) split(live []*schema.Node) (own, inherited []*schema.Node) {
	t := &s.field.Type
	type grant struct{ item, source *schema.Node }
	var left []grant
	for _, source := range s.sources {
		for _, item := range items(s.field.CurrentValue(source, source)) {
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
		s.note(item, left[i].source)
		inherited = append(inherited, item)
		left = slices.Delete(left, i, i+1)
	}
	return own, inherited
}

// scalar returns the declared value in the place of one that is inherited. Where
// none is declared, the object's own value isn't known.
func (s *separation) scalar(value *schema.Node) *schema.Node {
	if value.Is(s.Least) || s.declared != nil && s.field.Type.Equal(s.declared, value) {
		return value
	}
	i := slices.IndexFunc(s.sources, func(source *schema.Node) bool { return s.field.Type.Equal(s.field.CurrentValue(source, source), value) })
	switch {
	case i >= 0 && s.declared != nil:
		s.note(value, s.sources[i])
		return schema.String(s.declared.Text)
	case i >= 0:
		return value.WithUnclearOrigin(fmt.Sprintf("may be inherited through %s", s.through(s.sources[i])))
	case s.why != "" && s.declared == nil:
		return value.WithUnclearOrigin(s.why)
	}
	return value
}

func (s *separation) through(source *schema.Node) string {
	return fmt.Sprintf("%s %q", s.Title, cmp.Or(source.Get("name").ScalarText(), source.Get("id").ScalarText()))
}

// note records an inherited value for people.
func (s *separation) note(value, source *schema.Node) {
	s.live.Inherited = append(s.live.Inherited, fmt.Sprintf("%s: %s through %s", s.field.Name, value.Show(), s.through(source)))
}
