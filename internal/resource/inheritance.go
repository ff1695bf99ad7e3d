package resource

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"astro-apply/internal/astro"
	"astro-apply/internal/schema"
)

// Inheritance declares that answers about an object may also hold values that it
// inherits, such as the roles that a user has through Teams. They are effective,
// not assigned, so they are never compared, removed, sent or exported.
type Inheritance struct {
	Title         string   // of what it inherits from: "Team"
	Path, Member  string   // the list of those of one object
	Get           Endpoint // reads one of them
	Fields        []string // the fields whose values may be inherited
	BaselineValue string   // the value that every object has in a field that is no list
}

// maxInheritanceReads bounds how often an object is read whose inherited values change meanwhile.
const maxInheritanceReads = 3

// GetResource reads one object by id, with the lists that are declared and without the
// values that it inherits. It reads the Teams between two equal answers: a role
// that leaves a Team in between would look like the user's own. That only holds
// for a Source that doesn't share its calls, as a write has one.
func (s Source) GetResource(ctx context.Context, o *Resource, id string) (*Live, error) {
	live, err := s.getWithInherited(ctx, o, id)
	if err != nil || o.Kind.Inheritance == nil {
		return live, err
	}
	for range maxInheritanceReads {
		read, err := s.separateInherited(ctx, o, live)
		if err != nil || !read {
			return live, err
		}
		again, err := s.getWithInherited(ctx, o, id)
		if err != nil {
			return nil, err
		}
		if o.Kind.Inheritance.sameInheritableValues(live, again) {
			return live, nil
		}
		live = again
	}
	return nil, fmt.Errorf("its roles changed %d times while they were read; run again", maxInheritanceReads)
}

// sameInheritableValues reports whether two answers hold the same values that may be inherited.
func (in *Inheritance) sameInheritableValues(a, b *Live) bool {
	values := func(l *Live) (out []string) {
		body, err := schema.ParseJSON(l.responseBody)
		if err != nil { // it was read before
			return nil
		}
		for _, name := range in.Fields {
			value := body.Get(name)
			for _, item := range append(itemsOf(value), value) {
				if item == nil || item.Form == schema.List {
					continue
				}
				text, _ := json.Marshal(item)
				out = append(out, name+" "+string(text))
			}
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(values(a), values(b))
}

// separateAllInherited separates the found resources of kinds that inherit.
func (r *currentReader) separateAllInherited(ctx context.Context) {
	objects := slices.DeleteFunc(slices.Clone(r.resources), func(o *Resource) bool {
		return o.Kind.Inheritance == nil || r.current.Live[o] == nil || r.current.Errs[o] != nil
	})
	forEachResource(objects, func(o *Resource) (*Live, error) {
		_, err := r.separateInherited(ctx, o, r.current.Live[o])
		return nil, err
	}, func(o *Resource, _ *Live, err error) {
		if err != nil {
			r.recordErr(o, err)
		}
	})
}

// separateInherited takes the inherited values out of the answer about an object. It
// reads what the object inherits from only where that can matter, and reports
// whether it has. Values whose source is unclear stay, marked by a Doubt.
func (s Source) separateInherited(ctx context.Context, o *Resource, live *Live) (read bool, err error) {
	in := o.Kind.Inheritance
	if !in.needsSources(o, live) {
		return false, nil
	}
	sources, err := s.readInheritanceSources(ctx, o, live.ID)
	why := ""
	switch {
	case err != nil && ctx.Err() != nil:
		return false, err
	case err != nil:
		why = fmt.Sprintf("may be inherited through a %s, and the %ss of this %s can't be read: %v", in.Title, in.Title, o.Kind.Name, err)
	}
	body := live.Body()
	for _, name := range in.Fields {
		x := separation{in, o.Kind.fieldByName(name), o.Body.Get(name), sources, why, live}
		if value := x.field.CurrentValue(body, body); value != nil {
			live.addMember(cmp.Or(x.field.ResponsePath, name), x.ownValue(value))
		}
	}
	return err == nil, nil
}

// needsSources reports whether the answer holds a value that may be inherited and
// that would be compared or sent back: one that the manifest doesn't declare, or
// two for one place. A list's item is only sent back after it was read by id.
func (in *Inheritance) needsSources(o *Resource, live *Live) bool {
	body := live.Body()
	for _, name := range in.Fields {
		f, declared := o.Kind.fieldByName(name), o.Body.Get(name)
		value := f.CurrentValue(body, body)
		if f.Type.Base != schema.BaseList {
			if value != nil && !value.Is(in.BaselineValue) && (declared == nil && live.Complete || declared != nil && !f.Type.Equal(declared, value)) {
				return true
			}
			continue
		}
		seen := map[string]bool{}
		for _, item := range itemsOf(declared) {
			seen["declared "+f.Type.KeyOf(item)] = true
		}
		for _, item := range itemsOf(value) {
			key := f.Type.KeyOf(item)
			if (declared != nil || live.Complete) && (seen[key] || !seen["declared "+key]) {
				return true
			}
			seen[key] = true
		}
	}
	return false
}

// readInheritanceSources reads what an object inherits from.
func (s Source) readInheritanceSources(ctx context.Context, o *Resource, id string) (out []*schema.Node, err error) {
	in := o.Kind.Inheritance
	found, err := s.API.List(ctx, s.NewCall(o, Endpoint{"GET", in.Path}, id, nil), in.Member)
	if err != nil {
		return nil, err
	}
	for _, data := range found {
		item, err := schema.ParseJSON(data)
		if err != nil || item.Get("id").ScalarText() == "" {
			return nil, errors.Join(fmt.Errorf("answer about the %s of %s: an item has no id", in.Member, o), err)
		}
		answer, err := s.API.Do(ctx, s.NewCall(o, in.Get, item.Get("id").Text, nil)) // a list may show less
		if astro.IsNotFound(err) {
			continue // it was deleted meanwhile
		} else if err != nil {
			return nil, err
		}
		whole, err := schema.ParseJSON(answer)
		if err != nil {
			return nil, fmt.Errorf("answer about %s %s: %w", in.Title, item.Get("id").Text, err)
		} else if id := whole.Get("id").ScalarText(); id != item.Get("id").Text {
			return nil, &WrongResourceError{Request: in.Get, Expected: in.Title + " " + item.Get("id").Text, Returned: "id " + id}
		}
		out = append(out, whole)
	}
	return out, nil
}

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
