package simulator

import (
	"maps"
	"slices"
	"strings"
)

// typedBody defines the member of an environment object that holds the settings of its type.
type typedBody struct {
	name      string
	defaults  object   // of a seed
	required  []string // must not be empty, even in an update
	kept      []string // kept by an update that omits them; it clears others, the worst case that the document allows
	keptEmpty []string // an update keeps these even if it sends ""
	hidden    []string // not in responses
	secretMap string   // the map that can contain secrets
	// isSecret reports whether responses hide a member of secretMap.
	isSecret func(member string) bool
}

var variableDefaults = object{"value": "", "isSecret": false}

var typedBodies = map[string]typedBody{
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

// bodyOf returns the typed body that an environment object has.
func bodyOf(state object) typedBody { return typedBodies[getString(state, "objectType")] }

func (b typedBody) isVariable() bool { return b.secretMap == "" }

// keepStored adds the stored members that an update keeps to the sent ones. isSecret reports whether a variable is
// secret.
func (s *Server) keepStored(b typedBody, sent, stored object, isSecret bool) {
	keptEmpty := b.keptEmpty
	if isSecret && b.isVariable() {
		keptEmpty = []string{"value"}
	}
	for _, member := range slices.Concat(b.kept, keptEmpty) {
		isOmitted := sent[member] == nil || sent[member] == "" && slices.Contains(keptEmpty, member)
		if stored[member] != nil && isOmitted {
			sent[member] = stored[member]
		}
	}
	sentMap, storedMap := getObject(sent, b.secretMap), getObject(stored, b.secretMap)
	for member, value := range sentMap {
		if s.options.KeepEmptySecrets && value == "" && b.isSecret(member) && storedMap[member] != nil {
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
