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
		case name == "isSecret", body[name] == "":
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
		if id := text(body, "authTypeId"); id != "" { // told in another way than it is sent
			body["connectionAuthType"] = map[string]any{
				"id": id, "airflowType": text(body, "type"), "authMethodName": "simulated", "description": "", "name": id, "parameters": []any{}, "providerPackageName": "simulated",
			}
		}
		delete(body, "authTypeId")
		for member := range group(body, "extra") {
			if secretMember(member) {
				group(body, "extra")[member] = ""
			}
		}
	case "metricsExport":
		for _, name := range []string{"password", "basicToken", "authType", "username"} {
			delete(body, name)
		}
		for member := range group(body, "headers") {
			group(body, "headers")[member] = ""
		}
	}
}
