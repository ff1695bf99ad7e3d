package simulator

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// listPage returns one page of the resources that the caller can see. Without a limit, a page has only 20 items, so
// a client must follow the pages.
func (c *call) listPage(plural string, all []*resource, read func(*resource) object) object {
	query := c.request.URL.Query()
	c.operation.checkQuery(query)
	number := func(name string, fallback int) int {
		if n, err := strconv.Atoi(query.Get(name)); err == nil {
			return n
		}
		return fallback
	}
	limit, offset := number("limit", 20), number("offset", 0)
	all = c.filterResources(query, all)
	for _, key := range slices.Backward(query["sorts"]) {
		sortResources(all, key)
	}
	items := []any{}
	for _, o := range all[min(offset, len(all)):min(offset+limit, len(all))] {
		items = append(items, read(o))
	}
	return object{plural: items, "limit": limit, "offset": offset, "totalCount": len(all)}
}

// filterResources applies the filters that the document has for a list. The API's comparison of names isn't known;
// here, a substring matches, and case doesn't matter.
func (c *call) filterResources(query url.Values, all []*resource) []*resource {
	allows := func(filter string, matches func(wanted string) bool) bool {
		return c.operation.Query[filter] == nil || !query.Has(filter) || slices.ContainsFunc(query[filter], matches)
	}
	equals := func(value string) func(string) bool { return func(wanted string) bool { return wanted == value } }
	return slices.DeleteFunc(slices.Clone(all), func(o *resource) bool {
		name := strings.ToLower(o.getString("name"))
		contains := func(wanted string) bool { return strings.Contains(name, strings.ToLower(wanted)) }
		return !allows("names", contains) || !allows("workspaceIds", equals(cmp.Or(o.getString("workspaceId"), o.id))) ||
			!allows("deploymentIds", equals(o.id)) || !allows("provider", equals(o.getString("cloudProvider")))
	})
}

// sortResources sorts by a key like name:desc.
func sortResources(all []*resource, key string) {
	name, direction, _ := strings.Cut(key, ":")
	slices.SortStableFunc(all, func(a, b *resource) int {
		if direction == "desc" {
			a, b = b, a
		}
		return cmp.Compare(a.getString(name), b.getString(name))
	})
}
