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
	Title        string   // of what it inherits from: "Team"
	Path, Member string   // the list of those of one object
	Get          Call     // reads one of them
	Fields       []string // the fields whose values may be inherited
	Least        string   // the value that every object has in a field that is no list
}

// attempts bounds how often an object is read whose inherited values change meanwhile.
const attempts = 3

// Get reads one object by id, with the lists that are declared and without the
// values that it inherits. It reads the Teams between two equal answers: a role
// that leaves a Team in between would look like the user's own. That only holds
// for a Source that doesn't share its calls, as a write has one.
func (s Source) Get(ctx context.Context, o *Object, id string) (*Live, error) {
	live, err := s.get(ctx, o, id)
	if err != nil || o.Kind.Inherits == nil {
		return live, err
	}
	for range attempts {
		read, err := s.separate(ctx, o, live)
		if err != nil || !read {
			return live, err
		}
		again, err := s.get(ctx, o, id)
		if err != nil {
			return nil, err
		}
		if o.Kind.Inherits.equal(live, again) {
			return live, nil
		}
		live = again
	}
	return nil, fmt.Errorf("its roles changed %d times while they were read; run again", attempts)
}

// equal reports whether two answers hold the same values that may be inherited.
func (in *Inheritance) equal(a, b *Live) bool {
	values := func(l *Live) (out []string) {
		body, err := schema.ParseJSON(l.answer)
		if err != nil { // it was read before
			return nil
		}
		for _, name := range in.Fields {
			value := body.Get(name)
			for _, item := range append(items(value), value) {
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

// separateAll separates the found resources of kinds that inherit.
func (r *reader) separateAll(ctx context.Context) {
	objects := slices.DeleteFunc(slices.Clone(r.objects), func(o *Object) bool {
		return o.Kind.Inherits == nil || r.world.Live[o] == nil || r.world.Failed[o] != nil
	})
	each(objects, func(o *Object) (*Live, error) {
		_, err := r.separate(ctx, o, r.world.Live[o])
		return nil, err
	}, func(o *Object, _ *Live, err error) {
		if err != nil {
			r.fail(o, err)
		}
	})
}

// separate takes the inherited values out of the answer about an object. It
// reads what the object inherits from only where that can matter, and reports
// whether it has. Values whose source is unclear stay, marked by a Doubt.
func (s Source) separate(ctx context.Context, o *Object, live *Live) (read bool, err error) {
	in := o.Kind.Inherits
	if !in.matters(o, live) {
		return false, nil
	}
	sources, err := s.inheritsFrom(ctx, o, live.ID)
	why := ""
	switch {
	case err != nil && ctx.Err() != nil:
		return false, err
	case err != nil:
		why = fmt.Sprintf("may be inherited through a %s, and the %ss of this %s can't be read: %v", in.Title, in.Title, o.Kind.Name, err)
	}
	body := live.Body()
	for _, name := range in.Fields {
		x := separation{in, o.Kind.field(name), o.Body.Get(name), sources, why, live}
		if value := x.field.CurrentValue(body, body); value != nil {
			live.add(cmp.Or(x.field.ResponsePath, name), x.own(value))
		}
	}
	return err == nil, nil
}

// matters reports whether the answer holds a value that may be inherited and
// that would be compared or sent back: one that the manifest doesn't declare, or
// two for one place. A list's item is only sent back after it was read by id.
func (in *Inheritance) matters(o *Object, live *Live) bool {
	body := live.Body()
	for _, name := range in.Fields {
		f, declared := o.Kind.field(name), o.Body.Get(name)
		value := f.CurrentValue(body, body)
		if f.Type.Base != schema.BaseList {
			if value != nil && !value.Is(in.Least) && (declared == nil && live.Full || declared != nil && !f.Type.Equal(declared, value)) {
				return true
			}
			continue
		}
		seen := map[string]bool{}
		for _, item := range items(declared) {
			seen["declared "+f.Type.KeyOf(item)] = true
		}
		for _, item := range items(value) {
			key := f.Type.KeyOf(item)
			if (declared != nil || live.Full) && (seen[key] || !seen["declared "+key]) {
				return true
			}
			seen[key] = true
		}
	}
	return false
}

// inheritsFrom reads what an object inherits from.
func (s Source) inheritsFrom(ctx context.Context, o *Object, id string) (out []*schema.Node, err error) {
	in := o.Kind.Inherits
	found, err := s.API.List(ctx, s.Call(o, Call{"GET", in.Path}, id, nil), in.Member)
	if err != nil {
		return nil, err
	}
	for _, data := range found {
		item, err := schema.ParseJSON(data)
		if err != nil || item.Get("id").ScalarText() == "" {
			return nil, errors.Join(fmt.Errorf("answer about the %s of %s: an item has no id", in.Member, o), err)
		}
		answer, err := s.API.Do(ctx, s.Call(o, in.Get, item.Get("id").Text, nil)) // a list may show less
		if astro.IsNotFound(err) {
			continue // it was deleted meanwhile
		} else if err != nil {
			return nil, err
		}
		whole, err := schema.ParseJSON(answer)
		if err != nil {
			return nil, fmt.Errorf("answer about %s %s: %w", in.Title, item.Get("id").Text, err)
		} else if id := whole.Get("id").ScalarText(); id != item.Get("id").Text {
			return nil, &WrongResource{Request: in.Get, Wanted: in.Title + " " + item.Get("id").Text, Found: "id " + id}
		}
		out = append(out, whole)
	}
	return out, nil
}
