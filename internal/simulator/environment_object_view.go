package simulator

import (
	"maps"
	"slices"
	"strings"
)

// isSecretExtra reports whether the API hides a member of a connection's extra.
func isSecretExtra(name string) bool {
	return slices.ContainsFunc([]string{"password", "secret", "token", "key"}, func(part string) bool { return strings.Contains(strings.ToLower(name), part) })
}

// viewEnvironmentObject removes secrets and empty values. setFields also lists the secrets that are set.
func viewEnvironmentObject(_ *Server, view object) {
	name := typedBodyNames[getString(view, "objectType")]
	body := getObject(view, name)
	view["setFields"] = listSetFields(body)
	redactBody(name, body, false)
	if name == "environmentVariable" || name == "airflowVariable" {
		setMissing(body, object{"isSecret": false, "value": ""})
	}
	for _, link := range getObjects(view, "links") {
		overrides := getObject(getObject(link, "overrides"), name)
		delete(link, "overrides")
		link["setFields"] = listSetFields(overrides)
		if len(overrides) > 0 {
			redactBody(name, overrides, getBool(body, "isSecret"))
			link[name+"Overrides"] = overrides
		}
	}
	if !getBool(view, "autoLinkDeployments") {
		delete(view, "autoLinkDeployments")
	}
	dropEmpty(view, "description", "links", "excludeLinks")
}

// listSetFields returns the names of members that have a value. Members of maps are listed as map.member.
func listSetFields(body object) []any {
	out := []any{}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		members, nested := body[name].(object)
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

// redactBody removes secrets from a typed body.
func redactBody(name string, body object, secret bool) {
	switch name {
	case "environmentVariable", "airflowVariable":
		if secret || getBool(body, "isSecret") {
			body["value"] = ""
		}
	case "connection":
		delete(body, "password")
		if id := getString(body, "authTypeId"); id != "" { // returned in another form than in the request
			body["connectionAuthType"] = object{
				"id": id, "airflowType": getString(body, "type"), "authMethodName": "simulated", "description": "", "name": id, "parameters": []any{}, "providerPackageName": "simulated",
			}
		}
		delete(body, "authTypeId")
		for member := range getObject(body, "extra") {
			if isSecretExtra(member) {
				getObject(body, "extra")[member] = ""
			}
		}
	case "metricsExport":
		for _, name := range []string{"password", "basicToken", "authType", "username"} {
			delete(body, name)
		}
		for member := range getObject(body, "headers") {
			getObject(body, "headers")[member] = ""
		}
	}
}
