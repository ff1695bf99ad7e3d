package simulator

import (
	"maps"
	"slices"
	"strings"
)

// settingsType defines the member of an environment object that holds the settings of its type.
type settingsType struct {
	name      string
	defaults  object   // of a seed
	required  []string // must not be empty, even in an update
	kept      []string // kept by an update that omits them; it clears others, the worst case that the document allows
	keptEmpty []string // those of kept that an update keeps even if it sends ""
	hidden    []string // not in responses
	blanked   []string // "" in responses
	secretMap string   // the map that can contain secrets
	// isSecret reports whether responses hide a member of secretMap.
	isSecret func(member string) bool
}

var variableDefaults = object{"value": "", "isSecret": false}

var settingsByType = map[string]settingsType{
	"ENVIRONMENT_VARIABLE": {name: "environmentVariable", defaults: variableDefaults},
	"AIRFLOW_VARIABLE":     {name: "airflowVariable", defaults: variableDefaults},
	"CONNECTION": {
		name: "connection", defaults: object{"type": "generic"}, required: []string{"type"},
		kept: []string{"password", "authTypeId", "extra"}, keptEmpty: []string{"password"},
		hidden: []string{"password", "authTypeId"}, secretMap: "extra",
		isSecret: func(member string) bool {
			isPart := func(part string) bool { return strings.Contains(strings.ToLower(member), part) }
			return slices.ContainsFunc([]string{"password", "secret", "token", "key"}, isPart)
		},
	},
	"METRICS_EXPORT": {
		name: "metricsExport", defaults: object{"endpoint": "https://metrics.example.com", "exporterType": "PROMETHEUS"},
		required:  []string{"endpoint", "exporterType"},
		kept:      []string{"password", "basicToken", "authType", "username", "headers"},
		keptEmpty: []string{"password", "basicToken"}, hidden: []string{"password", "basicToken", "authType", "username"},
		secretMap: "headers", isSecret: func(string) bool { return true },
	},
}

// settingsOf returns the type of the settings that an environment object has.
func settingsOf(state object) settingsType {
	settings := settingsByType[getString(state, "objectType")]
	if settings.isVariable() && getBool(getObject(state, settings.name), "isSecret") {
		value := []string{"value"}
		settings.kept, settings.keptEmpty, settings.blanked = value, value, value
	}
	return settings
}

func (t settingsType) isVariable() bool { return t.secretMap == "" }

// keepStored adds the stored members that an update keeps to the sent ones.
func (s *Server) keepStored(t settingsType, sent, stored object) {
	for _, member := range t.kept {
		isOmitted := sent[member] == nil || sent[member] == "" && slices.Contains(t.keptEmpty, member)
		if stored[member] != nil && isOmitted {
			sent[member] = stored[member]
		}
	}
	sentMap, storedMap := getObject(sent, t.secretMap), getObject(stored, t.secretMap)
	for member, value := range sentMap {
		if s.options.KeepEmptySecrets && value == "" && t.isSecret(member) && storedMap[member] != nil {
			sentMap[member] = storedMap[member]
		}
	}
	if s.options.MergeMaps && sentMap != nil {
		setMissing(sentMap, storedMap)
	}
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
func (t settingsType) redact(settings object) {
	if id := getString(settings, "authTypeId"); id != "" { // returned in another form than in the request
		settings["connectionAuthType"] = object{
			"id": id, "airflowType": getString(settings, "type"), "authMethodName": "simulated", "description": "", "name": id,
			"parameters": []any{}, "providerPackageName": "simulated",
		}
	}
	deleteMembers(settings, t.hidden...)
	for _, member := range t.blanked {
		settings[member] = ""
	}
	secrets := getObject(settings, t.secretMap)
	for member := range secrets {
		if t.isSecret(member) {
			secrets[member] = ""
		}
	}
}
