package apply

import (
	"net/http"
	"slices"

	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/plan"
	"astro-apply/internal/schema"
)

// Request is one call: a create, or a part of an update.
type Request struct {
	Endpoint        kind.Endpoint
	Body            *schema.Node      // nil: no body; before Expand, its members have the names of the kind's fields
	Expand          kind.ExpandFunc   // nil: the body is sent unchanged
	Params          map[string]string // path parameters, in addition to those of the resource
	ReturnsResource bool              // the response contains the resource
}

// BuildRequests returns the requests that remove the differences in c, in the order in which to send them. live is nil
// if the resource doesn't exist.
func BuildRequests(k *kind.Kind, c *plan.Comparison, live *current.Live) []Request {
	if live == nil {
		return []Request{{Endpoint: k.Create, Body: c.After, Expand: k.Expand}}
	}
	var out []Request
	for _, update := range c.Updates {
		switch endpoint := update.Endpoint; {
		case endpoint.SubList != nil:
			out = append(out, buildListRequests(k, update, live)...)
		case update.Body == nil:
			out = append(out, Request{Endpoint: kind.Endpoint{Method: http.MethodDelete, Path: endpoint.Endpoint.Path}})
		default:
			out = append(out, Request{
				Endpoint: endpoint.Endpoint, Body: update.Body, Expand: endpoint.Expand,
				ReturnsResource: endpoint.Name == "",
			})
		}
	}
	if c.Rotates {
		out = append(out, Request{Endpoint: k.Rotate})
	}
	return out
}

// buildListRequests returns the requests that add items to a list, followed by those that remove items. In this order,
// no item is missing in between.
func buildListRequests(k *kind.Kind, update plan.UpdateCall, live *current.Live) []Request {
	list, field := update.Endpoint.SubList, update.Body.Members[0]
	elem := k.FieldByName(field.Name).Type.Elem
	var keys []*schema.Node
	for _, item := range update.Removed {
		keys = append(keys, schema.String(live.ItemKeys[elem.NormalizedText(item)]))
	}
	added := buildItemsRequests(list.Add, update.Added, field.Value.Pos, list.BatchSize)
	return append(added, buildItemsRequests(list.Remove, keys, schema.Pos{}, list.BatchSize)...)
}

func buildItemsRequests(call kind.ItemsCall, items []*schema.Node, pos schema.Pos, batchSize int) (out []Request) {
	if call.Member == "" {
		for _, item := range items {
			out = append(out, Request{Endpoint: call.Endpoint, Params: map[string]string{"member": item.Text}})
		}
		return out
	}
	for batch := range slices.Chunk(items, batchSize) {
		body := &schema.Node{Form: schema.Map}
		body.Set(call.Member, &schema.Node{Form: schema.List, Pos: pos, Items: batch})
		out = append(out, Request{Endpoint: call.Endpoint, Body: body})
	}
	return out
}
