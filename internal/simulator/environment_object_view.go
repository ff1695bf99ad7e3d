package simulator

import (
	"maps"
	"slices"
	"strings"
)

// secretMember is what of a connection's extra the API keeps to itself.
func secretMember(name string) bool {
	return slices.ContainsFunc([]string{"password", "secret", "token", "key"}, func(part string) bool { return strings.Contains(strings.ToLower(name), part) })
}

// environmentObjectView leaves out secrets, which setFields names all the same, and what is empty.
func environmentObjectView(o *object) map[string]any {
	view := plain(o.state)
	name := bodyOf[text(view, "objectType")]
	body := group(view, name)
	view["setFields"] = setFields(body)
	veil(name, body, false)
	if name == "environmentVariable" || name == "airflowVariable" {
		fillIn(body, map[string]any{"isSecret": false, "value": ""})
	}
	for _, link := range groups(view, "links") {
		overrides := group(group(link, "overrides"), name)
		delete(link, "overrides")
		link["setFields"] = setFields(overrides)
		if len(overrides) > 0 {
			veil(name, overrides, flag(body, "isSecret"))
			link[name+"Overrides"] = overrides
		}
	}
	if !flag(view, "autoLinkDeployments") {
		delete(view, "autoLinkDeployments")
	}
	dropEmpty(view, "description", "links", "excludeLinks")
	return view
}

// setFields names what has a value, members of maps with a dot.
func setFields(body map[string]any) []any {
	out := []any{}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		members, nested := body[name].(map[string]any)
		switch {
		case name == "isSecret":
		case !nested:
			out = append(out, name)
		default:
			for _, member := range slices.Sorted(maps.Keys(members)) {
				out = append(out, name+"."+member)
			}
		}
	}
	return out
}

// veil hides secrets in a typed body.
func veil(name string, body map[string]any, secret bool) {
	switch name {
	case "environmentVariable", "airflowVariable":
		if secret || flag(body, "isSecret") {
			body["value"] = ""
		}
	case "connection":
		delete(body, "password")
		delete(body, "authTypeId")
		for member := range group(body, "extra") {
			if secretMember(member) {
				group(body, "extra")[member] = ""
			}
		}
	case "metricsExport":
		for _, name := range []string{"password", "basicToken", "authType"} {
			delete(body, name)
		}
		for member := range group(body, "headers") {
			group(body, "headers")[member] = ""
		}
	}
}

// keepSecrets takes over what a body doesn't say anew: a secret that is left out or empty stays.
func keepSecrets(name string, body, old map[string]any) {
	keep := func(body, old map[string]any, member string) {
		if text(body, member) == "" && old[member] != nil {
			body[member] = old[member]
		}
	}
	switch name {
	case "environmentVariable", "airflowVariable":
		body["isSecret"] = flag(old, "isSecret")
		if flag(old, "isSecret") {
			keep(body, old, "value")
		}
	case "connection":
		keep(body, old, "password")
		for member := range group(body, "extra") {
			if secretMember(member) {
				keep(group(body, "extra"), group(old, "extra"), member)
			}
		}
	case "metricsExport":
		keep(body, old, "password")
		keep(body, old, "basicToken")
		for member := range group(body, "headers") {
			keep(group(body, "headers"), group(old, "headers"), member)
		}
	}
}

// mergeLink lays the overrides of a link over those it has: what isn't sent stays, what unsetFields names goes.
func mergeLink(name string, link map[string]any, old []map[string]any) {
	overrides := map[string]any{}
	for _, l := range old {
		if had := group(group(l, "overrides"), name); had != nil && text(l, "scopeEntityId") == text(link, "scopeEntityId") {
			overrides = plain(had)
		}
	}
	merge(overrides, group(group(link, "overrides"), name))
	unset, _ := group(link, "overrides")["unsetFields"].([]any)
	for _, path := range unset {
		field, member, dotted := strings.Cut(path.(string), ".")
		if dotted {
			delete(group(overrides, field), member)
		} else {
			delete(overrides, field)
		}
	}
	delete(link, "overrides")
	if len(overrides) > 0 {
		link["overrides"] = map[string]any{name: overrides}
	}
}

// merge sets members, but for empty texts in place of a value: those are secrets that aren't said anew.
func merge(into, from map[string]any) {
	for member, v := range from {
		nested, isMap := v.(map[string]any)
		switch {
		case isMap && group(into, member) != nil:
			merge(group(into, member), nested)
		case v != "" || into[member] == nil:
			into[member] = v
		}
	}
}
