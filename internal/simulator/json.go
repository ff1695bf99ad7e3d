package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// object is a decoded JSON object.
type object = map[string]any

// deepCopy returns a copy in the form of decoded JSON, since a caller may seed ints and typed slices.
func deepCopy[T any](value T) (copied T) {
	encoded, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(encoded, &copied)
	}
	if err != nil {
		panic("simulator: copy resource: " + err.Error())
	}
	return copied
}

// dropNulls deletes null members, because the API treats them like absent ones.
func dropNulls(value any) {
	switch v := value.(type) {
	case object:
		maps.DeleteFunc(v, func(_ string, member any) bool { return member == nil })
		for _, member := range v {
			dropNulls(member)
		}
	case []any:
		for _, member := range v {
			dropNulls(member)
		}
	}
}

// getMember and the functions below return a member of an object, or the zero value if it is absent.
func getMember[T any](m object, name string) T {
	v, _ := m[name].(T)
	return v
}

func getString(m object, name string) string { return getMember[string](m, name) }

func getBool(m object, name string) bool { return getMember[bool](m, name) }

func getNumber(m object, name string) float64 { return getMember[float64](m, name) }

func getList(m object, name string) []any { return getMember[[]any](m, name) }

// getObject returns the object at a path of members.
func getObject(m object, path ...string) object {
	for _, name := range path {
		m = getMember[object](m, name)
	}
	return m
}

func getObjects(m object, name string) []object {
	var items []object
	for _, v := range getList(m, name) {
		if item, ok := v.(object); ok {
			items = append(items, item)
		}
	}
	return items
}

// toArray converts the result of getObjects back to decoded JSON.
func toArray(objects []object) []any {
	all := make([]any, len(objects))
	for i, v := range objects {
		all[i] = v
	}
	return all
}

// setMissing sets the members that m doesn't have.
func setMissing(m, defaults object) {
	for name, value := range defaults {
		if _, ok := m[name]; !ok {
			m[name] = value
		}
	}
}

func deleteMembers(m object, names ...string) {
	for _, name := range names {
		delete(m, name)
	}
}

// dropEmpty deletes members that hold an empty string or list, because responses omit them.
func dropEmpty(m object, names ...string) {
	for _, name := range names {
		list, isList := m[name].([]any)
		if m[name] == "" || isList && len(list) == 0 {
			delete(m, name)
		}
	}
}

// sortListBy sorts a list of objects by some of their members.
func sortListBy(view object, name string, members ...string) {
	items := getObjects(view, name)
	slices.SortFunc(items, func(a, b object) int {
		order := 0
		for _, member := range members {
			order = cmp.Or(order, cmp.Compare(getString(a, member), getString(b, member)))
		}
		return order
	})
	view[name] = toArray(items)
}

// findItem returns the first item that has a value in a member, or nil.
func findItem(items []object, member string, value any) object {
	for _, item := range items {
		if item[member] == value {
			return item
		}
	}
	return nil
}

// areEqual reports whether two objects have equal values of some members.
func areEqual(a, b object, members ...string) bool {
	return !slices.ContainsFunc(members, func(member string) bool { return a[member] != b[member] })
}

// sortedSet returns the distinct strings of a list, sorted: the server keeps its own order.
func sortedSet(list []any) []any {
	set := append([]any{}, list...)
	slices.SortFunc(set, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return slices.Compact(set)
}
