package schema_test

import "testing"

func TestCheckReferences(t *testing.T) {
	t.Parallel()
	const id = "chome00000000000000000001"
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"by name":                   {"home: My home", ""},
		"by id":                     {"homeId: " + id, ""},
		"id in the name field":      {"home: " + id, ""},
		"a name for an id":          {"homeId: My home", `1:10: homeId is "My home", which is no id; to refer by name write home: "My home"`},
		"a short id":                {"homeId: c123", `1:10: homeId is "c123", which is no id; to refer by name write home: "c123"`},
		"empty id":                  {"homeId: ''", `1:10: homeId is "", which is no id; to refer by name write home: ""`},
		"a number for an id":        {"homeId: 12", `1:10: homeId must be text; 12 is a number to YAML, write it in quotes: "12"`},
		"both":                      {"home: a, homeId: " + id, "1:2: home and homeId say the same; keep one of them"},
		"empty":                     {"home: ''", "1:8: home is empty; leave it out or write a name or an id"},
		"null":                      {"home:", "1:7: home must be a name or an id, not null"},
		"a number":                  {"home: 1", "1:8: home must be a name or an id, not a number"},
		"a list":                    {"home: [a]", "1:8: home must be a name or an id, not a list"},
		"scoped, kind has no scope": {"home: { workspace: w, name: d }", "1:8: home must be a name or an id, not a mapping"},
		"scoped":                    {"host: { workspace: w, name: d }", ""},
		"scope without Workspace":   {"host: { name: d }", "1:8: host needs workspace (text)"},
		"id in a scope":             {"host: { workspace: w, name: d, id: x }", "1:8: host takes a name; an id is written as hostId: …"},
		"number as Workspace":       {"host: { workspace: 1, name: d }", `1:21: host.workspace must be text; 1 is a number to YAML, write it in quotes: "1"`},
	})
}

func TestCheckListsOfReferences(t *testing.T) {
	t.Parallel()
	const id = "csite00000000000000000001"
	runCheckCases(t, sampleFields(), map[string]struct{ members, want string }{
		"by name":                 {"sites: [a, { workspace: w, name: d }, " + id + "]", ""},
		"by id":                   {"siteIds: [" + id + "]", ""},
		"none":                    {"sites: []", ""},
		"names for ids":           {"siteIds: [" + id + ", One, '']", `1:39: siteIds[1] is "One", which is no id; to refer by name write sites: "One"|1:44: siteIds[2] is "", which is no id; to refer by name write sites: ""`},
		"an id twice":             {"siteIds: [" + id + ",\n" + id + "]", `2:1: siteIds: "` + id + `" is there twice, first at line 1`},
		"text for a list":         {"sites: a", "1:9: sites must be a list, not text"},
		"null for a list":         {"sites:", "1:8: sites must be a list, not null"},
		"one id for a list":       {"siteIds: " + id, "1:11: siteIds must be a list, not text"},
		"empty":                   {"sites: [a, '']", "1:13: sites[1] is empty; leave it out or write a name or an id"},
		"scope without Workspace": {"sites: [{ name: d }]", "1:10: sites[0] needs workspace (text)"},
		"a number":                {"sites: [1]", "1:10: sites[0] must be a name or an id, not a number"},
		"both":                    {"siteIds: [" + id + "], sites: [a]", "1:40: sites and siteIds say the same; keep one of them"},
		"unknown item only":       {"sites: ['${env:NONE}']", ""},
		"unknown list":            {"sites: '${env:NONE}'", "1:9: sites must be a list, not a value known after apply"},
		"unknown item":            {"sites: ['${env:NONE}', '']", "1:25: sites[1] is empty; leave it out or write a name or an id"},
		"secret as id":            {"siteIds: ['${secret:S}']", "1:12: siteIds[0] is ***, which is no id; to refer by name write sites: ***"},
	})
}
