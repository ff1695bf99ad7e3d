package simulator

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultLimit = 20
	maxLimit     = 1000
)

var sortableKeys = []string{"name", "objectKey", "objectType", "createdAt", "updatedAt"}

// listPage cuts the asked part out of all objects that the caller may see. The default of 20 hides the rest from whoever doesn't follow.
func listPage(query url.Values, plural string, all []*storedResource, read func(*storedResource) map[string]any) (any, *requestError) {
	limit, limited := naturalParam(query, "limit", defaultLimit)
	offset, started := naturalParam(query, "offset", 0)
	if !limited || !started || limit > maxLimit {
		return nil, badRequestError("limit must be 0 to %d, offset at least 0", maxLimit)
	}
	all = filterResources(query, all)
	if p := sortResources(query["sorts"], all); p != nil {
		return nil, p
	}
	items := []any{}
	for _, o := range all[min(offset, len(all)):min(offset+limit, len(all))] {
		items = append(items, read(o))
	}
	return map[string]any{plural: items, "limit": limit, "offset": offset, "totalCount": len(all)}, nil
}

func naturalParam(query url.Values, name string, otherwise int) (int, bool) {
	if !query.Has(name) {
		return otherwise, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n >= 0
}

// filterResources keeps what every given filter allows. How the API compares names isn't known: parts of a name match here, in either case.
func filterResources(query url.Values, all []*storedResource) []*storedResource {
	names := query["names"]
	allows := func(filter, value string) bool { return !query.Has(filter) || slices.Contains(query[filter], value) }
	kept := slices.Clone(all)
	return slices.DeleteFunc(kept, func(o *storedResource) bool {
		named := len(names) == 0 || slices.ContainsFunc(names, func(name string) bool {
			return strings.Contains(strings.ToLower(o.getString("name")), strings.ToLower(name))
		})
		workspace := o.id
		if in := o.getString("workspaceId"); in != "" {
			workspace = in
		}
		return !named || !allows("workspaceIds", workspace) || !allows("deploymentIds", o.id) || !allows("provider", o.getString("cloudProvider"))
	})
}

// sortResources sorts by the given keys, like name:desc; without any, objects stay in order of creation.
func sortResources(sorts []string, all []*storedResource) *requestError {
	for _, key := range slices.Backward(sorts) {
		name, direction, _ := strings.Cut(key, ":")
		if !slices.Contains(sortableKeys, name) || direction != "asc" && direction != "desc" {
			return invalidFieldsError([]FieldError{newFieldError("sorts", "oneof", "has an unknown value")})
		}
		slices.SortStableFunc(all, func(a, b *storedResource) int {
			if direction == "desc" {
				a, b = b, a
			}
			return cmp.Compare(a.getString(name), b.getString(name))
		})
	}
	return nil
}
