package schema_test

import "testing"

func TestCheckReferences(t *testing.T) {
	t.Parallel()
	const id = "chome00000000000000000001"
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"by name":                   {"home: My home", ""},
		"by id":                     {"homeId: " + id, ""},
		"id in the name field":      {"home: " + id, ""},
		"a name for an id":          {"homeId: My home", `1:10: homeId is "My home", which is not a valid id; to refer by name, write home: "My home"`},
		"a short id":                {"homeId: c123", `1:10: homeId is "c123", which is not a valid id; to refer by name, write home: "c123"`},
		"empty id":                  {"homeId: ''", `1:10: homeId is "", which is not a valid id; to refer by name, write home: ""`},
		"a number for an id":        {"homeId: 12", `1:10: homeId must be text, but 12 is a number in YAML; write it in quotes: "12"`},
		"both":                      {"home: a, homeId: " + id, "1:2: set either home or homeId, not both"},
		"empty":                     {"home: ''", "1:8: home is empty; write a name or an id, or remove it"},
		"null":                      {"home:", "1:7: home must be a name or an id, not null"},
		"a number":                  {"home: 1", "1:8: home must be a name or an id, not a number"},
		"a list":                    {"home: [a]", "1:8: home must be a name or an id, not a list"},
		"scoped, kind has no scope": {"home: { workspace: w, name: d }", "1:8: home must be a name or an id, not a mapping"},
		"scoped":                    {"host: { workspace: w, name: d }", ""},
		"scope without Workspace":   {"host: { name: d }", "1:8: host.workspace is required; set it to text"},
		"id in a scope":             {"host: { workspace: w, name: d, id: x }", "1:8: host must be a name; write an id as hostId: …"},
		"number as Workspace":       {"host: { workspace: 1, name: d }", `1:21: host.workspace must be text, but 1 is a number in YAML; write it in quotes: "1"`},
	})
}

func TestCheckListsOfReferences(t *testing.T) {
	t.Parallel()
	const id = "csite00000000000000000001"
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"by name":                 {"sites: [a, { workspace: w, name: d }, " + id + "]", ""},
		"by id":                   {"siteIds: [" + id + "]", ""},
		"none":                    {"sites: []", ""},
		"names for ids":           {"siteIds: [" + id + ", One, '']", `1:39: siteIds[1] is "One", which is not a valid id; to refer by name, write sites: "One"|1:44: siteIds[2] is "", which is not a valid id; to refer by name, write sites: ""`},
		"an id twice":             {"siteIds: [" + id + ",\n" + id + "]", `2:1: siteIds: duplicate item "` + id + `" (first at line 1); remove one of them`},
		"text for a list":         {"sites: a", "1:9: sites must be a list, not text"},
		"null for a list":         {"sites:", "1:8: sites must be a list, not null"},
		"one id for a list":       {"siteIds: " + id, "1:11: siteIds must be a list, not text"},
		"empty":                   {"sites: [a, '']", "1:13: sites[1] is empty; write a name or an id, or remove it"},
		"scope without Workspace": {"sites: [{ name: d }]", "1:10: sites[0].workspace is required; set it to text"},
		"a number":                {"sites: [1]", "1:10: sites[0] must be a name or an id, not a number"},
		"both":                    {"siteIds: [" + id + "], sites: [a]", "1:40: set either sites or siteIds, not both"},
		"unknown item only":       {"sites: ['${env:NONE}']", ""},
		"unknown list":            {"sites: '${env:NONE}'", "1:9: sites must be a list, not a value known after apply"},
		"unknown item":            {"sites: ['${env:NONE}', '']", "1:25: sites[1] is empty; write a name or an id, or remove it"},
		"secret as id":            {"siteIds: ['${secret:S}']", "1:12: siteIds[0] is ***, which is not a valid id; to refer by name, write sites: ***"},
	})
}
