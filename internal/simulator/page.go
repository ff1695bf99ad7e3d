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

var sortable = []string{"name", "objectKey", "objectType", "createdAt", "updatedAt"}

// page cuts the asked part out of all objects that the caller may see. The default of 20 hides the rest from whoever doesn't follow.
func page(query url.Values, plural string, all []*object, read func(*object) map[string]any) (any, *problem) {
	limit, limited := natural(query, "limit", defaultLimit)
	offset, started := natural(query, "offset", 0)
	if !limited || !started || limit > maxLimit {
		return nil, invalid("limit must be 0 to %d, offset at least 0", maxLimit)
	}
	all = filter(query, all)
	if p := order(query["sorts"], all); p != nil {
		return nil, p
	}
	items := []any{}
	for _, o := range all[min(offset, len(all)):min(offset+limit, len(all))] {
		items = append(items, read(o))
	}
	return map[string]any{plural: items, "limit": limit, "offset": offset, "totalCount": len(all)}, nil
}

func natural(query url.Values, name string, otherwise int) (int, bool) {
	if !query.Has(name) {
		return otherwise, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n >= 0
}

// filter keeps what every given filter allows. How the API compares names isn't known: parts of a name match here, in either case.
func filter(query url.Values, all []*object) []*object {
	names := query["names"]
	allows := func(filter, value string) bool { return !query.Has(filter) || slices.Contains(query[filter], value) }
	kept := slices.Clone(all)
	return slices.DeleteFunc(kept, func(o *object) bool {
		named := len(names) == 0 || slices.ContainsFunc(names, func(name string) bool {
			return strings.Contains(strings.ToLower(o.text("name")), strings.ToLower(name))
		})
		workspace := o.id
		if in := o.text("workspaceId"); in != "" {
			workspace = in
		}
		return !named || !allows("workspaceIds", workspace) || !allows("deploymentIds", o.id) || !allows("provider", o.text("cloudProvider"))
	})
}

// order sorts by the given keys, like name:desc; without any, objects stay in order of creation.
func order(sorts []string, all []*object) *problem {
	for _, key := range slices.Backward(sorts) {
		name, direction, _ := strings.Cut(key, ":")
		if !slices.Contains(sortable, name) || direction != "asc" && direction != "desc" {
			return invalidFields([]FieldError{failed("sorts", "oneof", "has an unknown value")})
		}
		slices.SortStableFunc(all, func(a, b *object) int {
			if direction == "desc" {
				a, b = b, a
			}
			return cmp.Compare(a.text(name), b.text(name))
		})
	}
	return nil
}
