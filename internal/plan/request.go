package plan

import (
	"cmp"
	"slices"
	"strings"

	"astro-apply/internal/resource"
	"astro-apply/internal/schema"
)

// Request is one call: a create, or some of an update.
type Request struct {
	Endpoint        resource.Endpoint
	Body            *schema.Node        // nil: none. Under the names of the kind's fields where there is a Shape
	Expand          resource.ExpandFunc // nil: the body is sent as it is
	Params          map[string]string   // of the call's path, beside those of the object
	ReturnsResource bool                // the answer is the object
}

// updateEndpoints are the updates of a kind, and one without a call for what no update
// carries: it is compared all the same.
func updateEndpoints(k *resource.Kind) []*resource.UpdateEndpoint {
	out := []*resource.UpdateEndpoint{}
	main := false
	for i := range k.UpdateEndpoints {
		out = append(out, &k.UpdateEndpoints[i])
		main = main || k.UpdateEndpoints[i].Name == ""
	}
	if !main {
		out = append(out, &resource.UpdateEndpoint{})
	}
	return out
}

// mergeEndpoint is what a part of an update sends.
func (o *merger) mergeEndpoint(k *resource.Kind, part *resource.UpdateEndpoint) *schema.Node {
	o.endpointName = part.Name
	if part.FieldPath != "" {
		return o.mergeAtPath(k, part.FieldPath)
	}
	var fields []schema.Field
	for _, f := range k.Fields {
		if f.EndpointName == part.Name {
			fields = append(fields, f)
		}
	}
	return o.mergeObject(fields, o.declared, o.live, "", false)
}

// mergeAtPath is the field at a dotted path alone, where it has a call of its own.
func (o *merger) mergeAtPath(k *resource.Kind, path string) *schema.Node {
	fields, declared, live, whole := k.Fields, o.declared, o.live, path
	for {
		name, rest, nested := strings.Cut(path, ".")
		f := schema.FindField(fields, name)
		if f.FailedCondition(o.lookUpValue) != nil || declared.Get(name) == nil {
			return nil
		}
		if !nested {
			return o.mergeField(f, declared, live, whole, false)
		}
		fields, declared, live, path = f.Type.Fields, declared.Get(name), live.Get(name), rest
	}
}

// setMemberAtPath sets the member at a dotted path of an object that may be changed.
func setMemberAtPath(object *schema.Node, path string, value *schema.Node) *schema.Node {
	name, rest, nested := strings.Cut(path, ".")
	if nested {
		below := object.Get(name)
		if below == nil {
			below = &schema.Node{Form: schema.Map}
		}
		value = setMemberAtPath(below, rest, value)
	}
	object.Set(name, value)
	return object
}

// buildRequests are the calls that make a part what body says.
func (o *merger) buildRequests(k *resource.Kind, part *resource.UpdateEndpoint, body *schema.Node, live *resource.Live) []Request {
	switch {
	case part.ListPatch != nil:
		return o.buildListRequests(k, part, body, live)
	case body == nil:
		return []Request{{Endpoint: part.DeleteEndpoint}}
	}
	return []Request{{Endpoint: part.Endpoint, Body: body, Expand: part.Expand, ReturnsResource: part.Name == ""}}
}

// buildListRequests are the calls that add to a list and then, so that nothing is
// missing in between, those that remove from it.
func (o *merger) buildListRequests(k *resource.Kind, part *resource.UpdateEndpoint, body *schema.Node, live *resource.Live) []Request {
	e, name := part.ListPatch, body.Members[0].Name
	f := schema.FindField(k.Fields, name)
	wanted, have := body.Members[0].Value, f.CurrentValue(live.Body(), live.Body())
	added, removed := itemsNotIn(f.Type.Elem, wanted, have), itemsNotIn(f.Type.Elem, have, wanted)
	if e.IsAddedFirst != nil {
		sortItems(added, removed, func(n *schema.Node) bool { return e.IsAddedFirst(n, o.policy.Caller) })
		o.diff.listStates = intermediateListStates(have, added, removed, e.BatchSize)
	}
	var out []Request
	for some := range slices.Chunk(added, e.BatchSize) {
		list := &schema.Node{Form: schema.List, Pos: wanted.Pos, Items: some}
		out = append(out, Request{Endpoint: e.Add, Body: &schema.Node{Form: schema.Map, Members: []schema.Member{{Name: name, Value: list}}}})
	}
	var keys []*schema.Node
	for _, item := range removed {
		keys = append(keys, schema.String(live.ItemKeys[f.Type.Elem.NormalizedText(item)]))
	}
	if e.RemoveKeysMember == "" {
		for _, key := range keys {
			out = append(out, Request{Endpoint: e.Remove, Params: map[string]string{"member": key.Text}})
		}
		return out
	}
	for some := range slices.Chunk(keys, e.BatchSize) {
		list := &schema.Node{Form: schema.List, Items: some}
		out = append(out, Request{Endpoint: e.Remove, Body: &schema.Node{Form: schema.Map, Members: []schema.Member{{Name: e.RemoveKeysMember, Value: list}}}})
	}
	return out
}

// sortItems puts the items for which first returns true before the others that are
// added, and after the others that are removed.
func sortItems(added, removed []*schema.Node, first func(*schema.Node) bool) {
	rank := func(n *schema.Node) int {
		if first(n) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(added, func(a, b *schema.Node) int { return cmp.Compare(rank(a), rank(b)) })
	slices.SortStableFunc(removed, func(a, b *schema.Node) int { return cmp.Compare(rank(b), rank(a)) })
}

// intermediateListStates are the states of a list after each request but the last one.
func intermediateListStates(have *schema.Node, added, removed []*schema.Node, most int) []*schema.Node {
	var state []*schema.Node
	if have != nil {
		state = have.Items
	}
	var out []*schema.Node
	note := func() { out = append(out, &schema.Node{Form: schema.List, Items: state}) }
	for some := range slices.Chunk(added, most) {
		state = slices.Concat(state, some)
		note()
	}
	for some := range slices.Chunk(removed, most) {
		state = slices.DeleteFunc(slices.Clone(state), func(n *schema.Node) bool { return slices.Contains(some, n) })
		note()
	}
	return out[:max(len(out)-1, 0)]
}

// itemsNotIn returns what is in all and not in some.
func itemsNotIn(elem *schema.Type, all, some *schema.Node) []*schema.Node {
	in := map[string]bool{}
	if some != nil {
		for _, item := range some.Items {
			in[elem.NormalizedText(item)] = true
		}
	}
	var out []*schema.Node
	if all != nil {
		for _, item := range all.Items {
			if key := elem.NormalizedText(item); !in[key] {
				in[key] = true
				out = append(out, item)
			}
		}
	}
	return out
}

func (p Policy) needsRotation(o *resource.Resource) bool {
	return p.Rotate != nil && o.Kind.Rotate.Path != "" && p.Rotate(o)
}

// rotationField is a new secret value as a difference. Neither value is known.
func rotationField(k *resource.Kind) Field {
	words := func(s string) *schema.Node { return &schema.Node{Form: schema.Unknown, Text: s} }
	return Field{Path: k.GeneratedSecret, Old: words("the value in use, which ends"), New: words("a new value")}
}
