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

// listPage returns one page of the resources that the caller may see. Without a limit, a page has only 20 items, so a client
// must follow the pages.
func listPage(query url.Values, plural string, all []*storedResource, read func(*storedResource) map[string]any) (any, *requestError) {
	limit, validLimit := naturalParam(query, "limit", defaultLimit)
	offset, validOffset := naturalParam(query, "offset", 0)
	if !validLimit || !validOffset || limit > maxLimit {
		return nil, badRequestError("limit must be between 0 and %d, and offset at least 0", maxLimit)
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

func naturalParam(query url.Values, name string, defaultValue int) (int, bool) {
	if !query.Has(name) {
		return defaultValue, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n >= 0
}

// filterResources applies the filters of a query. The API's comparison of names isn't known; here, a substring matches, and
// case doesn't matter.
func filterResources(query url.Values, all []*storedResource) []*storedResource {
	names := query["names"]
	allows := func(filter, value string) bool { return !query.Has(filter) || slices.Contains(query[filter], value) }
	kept := slices.Clone(all)
	return slices.DeleteFunc(kept, func(o *storedResource) bool {
		matchesName := len(names) == 0 || slices.ContainsFunc(names, func(name string) bool {
			return strings.Contains(strings.ToLower(o.getString("name")), strings.ToLower(name))
		})
		workspace := o.id
		if id := o.getString("workspaceId"); id != "" {
			workspace = id
		}
		return !matchesName || !allows("workspaceIds", workspace) || !allows("deploymentIds", o.id) || !allows("provider", o.getString("cloudProvider"))
	})
}

// sortResources sorts by the given keys, like name:desc. Without keys, it keeps the order of creation.
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
