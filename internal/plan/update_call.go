package plan

import (
	"cmp"
	"slices"
	"strings"

	"astro-apply/internal/kind"
	"astro-apply/internal/schema"
)

// UpdateCall is an update call that sends changed fields.
type UpdateCall struct {
	Endpoint       kind.UpdateEndpoint
	Body           *schema.Node   // fields of the endpoint; nil: the nested field of the endpoint is removed
	Added, Removed []*schema.Node // for a SubList: items, in the order in which to send them
}

// updateEndpoints returns the update endpoints of a kind. If none is the main one, it adds one without a call, so that
// the remaining fields are compared, too.
func updateEndpoints(k *kind.Kind) []kind.UpdateEndpoint {
	if slices.ContainsFunc(k.UpdateEndpoints, func(e kind.UpdateEndpoint) bool { return e.Name == "" }) {
		return k.UpdateEndpoints
	}
	return append(slices.Clone(k.UpdateEndpoints), kind.UpdateEndpoint{})
}

// mergeEndpoint returns the body that the endpoint sends.
func (m *merger) mergeEndpoint(endpoint kind.UpdateEndpoint) *schema.Node {
	m.endpointName = endpoint.Name
	if path := m.resource.Kind.NestedFieldPath(&endpoint); path != "" {
		return m.mergeAtPath(path)
	}
	isElsewhere := func(f schema.Field) bool { return f.EndpointName != endpoint.Name }
	fields := slices.DeleteFunc(slices.Clone(m.resource.Kind.Fields), isElsewhere)
	return m.mergeObject(fields, m.declared, m.live, "", false)
}

// mergeAtPath merges only the field at a dotted path, for an endpoint that updates this field alone.
func (m *merger) mergeAtPath(path string) *schema.Node {
	fields, declared, live, fullPath := m.resource.Kind.Fields, m.declared, m.live, path
	for {
		name, rest, nested := strings.Cut(path, ".")
		f := schema.FindField(fields, name)
		if f.FailedCondition(m.lookUpValue) != nil || declared.Get(name) == nil {
			return nil
		}
		if !nested {
			return m.mergeField(f, declared, live, fullPath, false)
		}
		fields, declared, live, path = f.Type.Fields, declared.Get(name), live.Get(name), rest
	}
}

// addUpdate adds the call that sets the fields of one endpoint to body.
func (m *merger) addUpdate(endpoint kind.UpdateEndpoint, body *schema.Node, caller kind.Caller) {
	update := UpdateCall{Endpoint: endpoint, Body: body}
	if list := endpoint.SubList; list != nil {
		f := m.resource.Kind.FieldByName(body.Members[0].Name)
		wanted, live := body.Members[0].Value, f.CurrentValue(m.live, m.live)
		update.Added, update.Removed = f.Type.ItemsNotIn(wanted, live), f.Type.ItemsNotIn(live, wanted)
		if len(update.Added)+len(update.Removed) == 0 {
			return
		}
		if list.IsAddedFirst != nil {
			sortItems(update.Added, update.Removed, func(n *schema.Node) bool { return list.IsAddedFirst(n, caller) })
			m.listStates = intermediateListStates(live, update.Added, update.Removed, list.BatchSize)
		}
	}
	m.Updates = append(m.Updates, update)
}

// sortItems sorts the items for which isFirst returns true to the start of added and to the end of removed.
func sortItems(added, removed []*schema.Node, isFirst func(*schema.Node) bool) {
	rank := func(n *schema.Node) int {
		if isFirst(n) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(added, func(a, b *schema.Node) int { return cmp.Compare(rank(a), rank(b)) })
	slices.SortStableFunc(removed, func(a, b *schema.Node) int { return cmp.Compare(rank(b), rank(a)) })
}

// intermediateListStates returns the list as it is after each request except the last.
func intermediateListStates(current *schema.Node, added, removed []*schema.Node, batchSize int) []*schema.Node {
	state := current.ListItems()
	var states []*schema.Node
	record := func() { states = append(states, &schema.Node{Form: schema.List, Items: state}) }
	for batch := range slices.Chunk(added, batchSize) {
		state = slices.Concat(state, batch)
		record()
	}
	for batch := range slices.Chunk(removed, batchSize) {
		state = slices.DeleteFunc(slices.Clone(state), func(n *schema.Node) bool { return slices.Contains(batch, n) })
		record()
	}
	return states[:max(len(states)-1, 0)]
}

// rotationField returns the difference of a rotation. It describes both secret values in words, because neither is
// known.
func rotationField(k *kind.Kind) Field {
	unknown := func(s string) *schema.Node { return &schema.Node{Form: schema.Unknown, Text: s} }
	return Field{
		Path: k.GeneratedSecret, Label: k.GeneratedSecret,
		Old: unknown("the current value, which stops working"), New: unknown("a new value"),
	}
}
