package current

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"astro-apply/internal/astro"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// maxInheritanceReads limits how often a resource is read again because its inherited
// values changed during the read.
const maxInheritanceReads = 3

// GetResource reads a resource by id, with its declared sub-lists and without inherited
// values. It reads the sources of inherited values between two equal responses: otherwise
// a role removed from a Team in between would look like the user's own role. This holds
// only for a Source without a cache, as writes use it.
func (s Source) GetResource(ctx context.Context, o *desired.Resource, id string) (*Live, error) {
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
		if sameInheritableValues(o.Kind.Inheritance, live, again) {
			return live, nil
		}
		live = again
	}
	return nil, fmt.Errorf("the roles changed %d times while this run read them; run again", maxInheritanceReads)
}

// sameInheritableValues reports whether two responses contain the same values in the
// fields that can be inherited.
func sameInheritableValues(in *kind.Inheritance, a, b *Live) bool {
	values := func(l *Live) (out []string) {
		body, _ := schema.ParseJSON(l.responseBody) // parseLive already parsed it
		for _, name := range in.Fields {
			value := body.Get(name)
			for _, item := range append(value.ListItems(), value) {
				if item != nil && item.Form != schema.List {
					text, _ := json.Marshal(item)
					out = append(out, name+" "+string(text))
				}
			}
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(values(a), values(b))
}

// separateAllInherited removes inherited values from all resources that were found and
// whose kind has inheritance.
func (r *reader) separateAllInherited(ctx context.Context) {
	resources := slices.DeleteFunc(slices.Clone(r.current.Desired.Resources), func(o *desired.Resource) bool {
		return o.Kind.Inheritance == nil || r.current.Live[o] == nil || r.current.Errs[o] != nil
	})
	forEachResource(resources, func(o *desired.Resource) func() {
		_, err := r.separateInherited(ctx, o, r.current.Live[o])
		return func() { r.recordErr(o, err) }
	})
}

// separateInherited removes inherited values from the response about a resource. It reads
// the sources only if they can make a difference, and reports whether it read them. Values
// whose origin is unclear are kept and marked with UnclearOrigin.
func (s Source) separateInherited(ctx context.Context, o *desired.Resource, live *Live) (read bool, err error) {
	in := o.Kind.Inheritance
	if !needsSources(in, o, live) {
		return false, nil
	}
	from := kind.ByName(in.Kind)
	sources, err := s.readInheritanceSources(ctx, o, live.ID, from)
	why := ""
	switch {
	case err != nil && ctx.Err() != nil:
		return false, err
	case err != nil:
		why = fmt.Sprintf("may be inherited from a %s, and the %ss of this %s can't be read: %v", from.Title, from.Title, o.Kind.Title, err)
	}
	body := live.Body()
	for _, name := range in.Fields {
		split := separation{in, from, o.Kind.FieldByName(name), o.Body.Get(name), sources, why, live}
		if value := split.field.CurrentValue(body, body); value != nil {
			live.addMember(cmp.Or(split.field.ResponsePath, name), split.ownValue(value))
		}
	}
	return err == nil, nil
}

// needsSources reports whether the response contains a possibly inherited value that this
// run would compare or send back: a value that the manifest doesn't declare, or two items
// with the same key. Resources from a list are read by id before an update, so only a
// complete response can be sent back.
func needsSources(in *kind.Inheritance, o *desired.Resource, live *Live) bool {
	body := live.Body()
	for _, name := range in.Fields {
		f, declared := o.Kind.FieldByName(name), o.Body.Get(name)
		value := f.CurrentValue(body, body)
		if f.Type.Base != schema.BaseList {
			if value != nil && !value.Is(in.BaselineValue) && (declared == nil && live.Complete || declared != nil && !f.Type.Equal(declared, value)) {
				return true
			}
			continue
		}
		seen := map[string]bool{}
		for _, item := range declared.ListItems() {
			seen["declared "+f.Type.KeyOf(item)] = true
		}
		for _, item := range value.ListItems() {
			key := f.Type.KeyOf(item)
			if (declared != nil || live.Complete) && (seen[key] || !seen["declared "+key]) {
				return true
			}
			seen[key] = true
		}
	}
	return false
}

// readInheritanceSources reads every source that a resource inherits from, for example the
// Teams of a user.
func (s Source) readInheritanceSources(
	ctx context.Context, o *desired.Resource, id string, from *kind.Kind,
) (out []*schema.Node, err error) {
	in := o.Kind.Inheritance
	found, err := s.API.List(ctx, s.NewCall(o, kind.Endpoint{Method: "GET", Path: in.Path}, id, nil), in.Member)
	if err != nil {
		return nil, err
	}
	for _, data := range found {
		item, err := schema.ParseJSON(data)
		if err != nil || item.Get("id").ScalarText() == "" {
			return nil, errors.Join(fmt.Errorf("invalid response about the %s of %s: an item has no id; "+supportHint, in.Member, o), err)
		}
		source, err := s.GetResource(ctx, desired.NewResource(from, ""), item.Get("id").Text) // list items can lack fields
		if astro.AsError(err).IsNotFound() {
			continue // deleted since it was listed
		} else if err != nil {
			return nil, err
		}
		out = append(out, source.Body())
	}
	return out, nil
}

// separation splits the current value of a field into the resource's own and the inherited
// part.
type separation struct {
	*kind.Inheritance
	from             *kind.Kind // of the sources
	field            *schema.Field
	declared         *schema.Node
	sources          []*schema.Node // for example the user's Teams
	unreadableReason string         // why the sources can't be read, "" if they can
	live             *Live
}

// ownValue returns the current value without inherited parts. It counts an item of a list as
// inherited once per source that grants an equal item, and notes that source.
func (s *separation) ownValue(value *schema.Node) *schema.Node {
	t := &s.field.Type
	if t.Base != schema.BaseList {
		return s.ownScalar(value)
	}
	type grant struct{ item, source *schema.Node }
	var granted []grant
	for _, source := range s.sources {
		for _, item := range s.field.CurrentValue(source, source).ListItems() {
			granted = append(granted, grant{item, source})
		}
	}
	var keys []string
	own, inherited := map[string][]*schema.Node{}, map[string][]*schema.Node{}
	for i, item := range value.Items {
		key := cmp.Or(t.KeyOf(item), fmt.Sprint("item ", i))
		if own[key] == nil && inherited[key] == nil {
			keys = append(keys, key)
		}
		from := slices.IndexFunc(granted, func(g grant) bool {
			return t.KeyOf(g.item) == t.KeyOf(item) && t.Elem.Equal(g.item, item)
		})
		if from < 0 {
			own[key] = append(own[key], item)
			continue
		}
		s.noteInherited(item, granted[from].source)
		inherited[key] = append(inherited[key], item)
		granted = slices.Delete(granted, from, from+1)
	}
	out := &schema.Node{Form: schema.List}
	for _, key := range keys {
		out.Items = append(out.Items, s.ownItems(key, own[key], inherited[key])...)
	}
	return out
}

// ownItems returns the items that are the resource's own, of all current items with one
// key. The API accepts one item per key, so all but one of several items are inherited. If
// the resource only inherits an item that equals the declared one, nothing needs to
// change: not every response shows whether the resource also has the item itself.
func (s *separation) ownItems(key string, own, inherited []*schema.Node) []*schema.Node {
	t := &s.field.Type
	var declared *schema.Node
	for _, d := range s.declared.ListItems() {
		if t.KeyOf(d) == key {
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
		why = "is one of several items with the same key, and this run can't determine which of them is not inherited"
	}
	for i := range own {
		if why != "" {
			own[i] = own[i].WithUnclearOrigin(why)
		}
	}
	return own
}

// ownScalar replaces an inherited value by the declared one. If the manifest doesn't
// declare the field, the resource's own value is unknown, so the value is marked with
// UnclearOrigin.
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
		return value.WithUnclearOrigin(fmt.Sprintf("may be inherited from %s", s.sourceText(s.sources[i])))
	case s.unreadableReason != "" && s.declared == nil:
		return value.WithUnclearOrigin(s.unreadableReason)
	}
	return value
}

func (s *separation) sourceText(source *schema.Node) string {
	return fmt.Sprintf("%s %q", s.from.Title, cmp.Or(source.Get("name").ScalarText(), source.Get("id").ScalarText()))
}

// noteInherited records an inherited value in InheritedNotes, to show it to the user.
func (s *separation) noteInherited(value, source *schema.Node) {
	s.live.InheritedNotes = append(s.live.InheritedNotes, fmt.Sprintf("%s: %s from %s", s.field.Name, value.Show(), s.sourceText(source)))
}
