package simulator

import (
	"maps"
	"slices"
)

// viewEnvironmentObject removes secrets and empty values. setFields also lists the secrets that are set.
func viewEnvironmentObject(_ *Server, view object) {
	b := bodyOf(view)
	settings := getObject(view, b.name)
	view["setFields"] = listSetFields(settings)
	b.redact(settings, getBool(settings, "isSecret"))
	if b.isVariable() {
		setMissing(settings, variableDefaults)
	}
	for _, link := range getObjects(view, "links") {
		overrides := getObject(link, "overrides", b.name)
		delete(link, "overrides")
		link["setFields"] = listSetFields(overrides)
		if len(overrides) > 0 {
			b.redact(overrides, getBool(settings, "isSecret"))
			link[b.name+"Overrides"] = overrides
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

// redact removes secrets from settings.
func (b typedBody) redact(settings object, isSecret bool) {
	if isSecret && b.isVariable() {
		settings["value"] = ""
	}
	if id := getString(settings, "authTypeId"); id != "" { // returned in another form than in the request
		settings["connectionAuthType"] = object{
			"id": id, "airflowType": getString(settings, "type"), "authMethodName": "simulated", "description": "", "name": id,
			"parameters": []any{}, "providerPackageName": "simulated",
		}
	}
	deleteMembers(settings, b.hidden...)
	for member := range getObject(settings, b.secretMap) {
		if b.isSecret(member) {
			getObject(settings, b.secretMap)[member] = ""
		}
	}
}
