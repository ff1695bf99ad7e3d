package app_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"astro-apply/internal/simulator"
)

const malformedResponseManifest = `
workspaces: [{ name: data }]
deployments: [{ name: etl, workspace: data, type: STANDARD, cloudProvider: AWS, region: us-east-1 }]
`

// A malformed response is an error with the call and the reason. The program never takes
// it for an empty list, which would make it create everything again. It ignores fields
// and enum values that it doesn't know.
func TestMalformedResponses(t *testing.T) {
	t.Parallel()
	location := func(to string) http.Header { return http.Header{"Location": {to}} }
	const list, item = "GET /organizations/{organizationId}/workspaces: ", `{"id": "cworkspace000000000000001", "name": "data"}`
	for name, test := range map[string]struct {
		path  string
		fault simulator.Fault
		want  string // part of the log; "" if the run succeeds
	}{
		"empty":                {"workspaces", simulator.Fault{Status: 200, RawBody: " "}, list + "200 OK: the body is empty"},
		"truncated":            {"workspaces", simulator.Fault{Applied: true, TruncateAfter: 9}, list + "200 OK: the body is truncated: unexpected EOF"},
		"HTML":                 {"workspaces", simulator.Fault{Status: 200, RawBody: "<html><title>Log in</title>"}, list + "200 OK: the body is an HTML page instead of JSON"},
		"an error in HTML":     {"workspaces", simulator.Fault{Status: 502, RawBody: "<html><title>Bad gateway</title>"}, list + `502 Bad Gateway: an HTML page, "Bad gateway"`},
		"a list":               {"workspaces", simulator.Fault{Status: 200, RawBody: "[]"}, list + "200 OK: the body is not a JSON object"},
		"null":                 {"workspaces", simulator.Fault{Status: 200, RawBody: "null"}, list + "200 OK: the body is not a JSON object"},
		"another JSON object":  {"workspaces", simulator.Fault{Status: 200, RawBody: "{}"}, list + `200 OK: the response has no "workspaces"`},
		"no list":              {"workspaces", simulator.Fault{Status: 200, RawBody: `{"workspaces": 3, "totalCount": 3}`}, list + `200 OK: "workspaces" is not a list`},
		"no response":          {"workspaces", simulator.Fault{Applied: true, Delay: 70 * time.Second}, list + "no complete response within 1m0s"},
		"reset":                {"workspaces", simulator.Fault{Reset: true}, list + "connection reset by peer"},
		"endless redirect":     {"workspaces", simulator.Fault{Status: 302, RawBody: " ", Header: location("/v1/organizations/corg00000000000000000000a/workspaces")}, list + "302 Found: more than 5 redirects"},
		"redirect to another":  {"workspaces", simulator.Fault{Status: 302, RawBody: " ", Header: location("https://elsewhere.example/")}, list + `302 Found: a redirect to "https://elsewhere.example", not followed: this run sends the token only to the API`},
		"the same page again":  {"workspaces", simulator.Fault{Status: 200, RawBody: `{"workspaces": [` + item + `], "totalCount": 2}`}, list + "200 OK: the list changed during the read: duplicate item, id cworkspace000000000000001"},
		"a list that shrinks":  {"workspaces", simulator.Fault{Status: 200, RawBody: `{"workspaces": [], "totalCount": 1}`}, list + "200 OK: the list changed during the read: it ended after 0 of 1 items"},
		"an item without id":   {"workspaces", simulator.Fault{Status: 200, RawBody: `{"workspaces": [{"name": "data"}], "totalCount": 1}`}, "invalid response about a Workspace: it has no id"},
		"an item that is text": {"workspaces", simulator.Fault{Status: 200, RawBody: `{"workspaces": ["data"], "totalCount": 1}`}, list + "200 OK: item 1: not a JSON object"},
		"wrong type of field":  {"workspaces", simulator.Fault{Status: 200, RawBody: `{"workspaces": [{"id": "cworkspace000000000000001", "name": "data", "description": []}], "totalCount": 1}`}, "invalid response about Workspace cworkspace000000000000001: description is a list"},
		"unknown fields and enum values": {"deployments", simulator.Fault{Status: 200, RawBody: `{"deployments": [{"id": "cdeployment00000000000001", "name": "etl", "workspaceId": "cworkspace000000000000001", "type": "STANDARD",
			"cloudProvider": "AWS", "region": "us-east-1", "status": "LEVITATING", "executor": "QUANTUM", "moons": [1, {"of": "Jupiter"}]}], "totalCount": 1, "next": null}`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := simulator.New(simulator.Options{OrganizationID: "corg00000000000000000000a"})
				s.Seed("workspace", map[string]any{"id": "cworkspace000000000000001", "name": "data"})
				s.Seed("deployment", map[string]any{"id": "cdeployment00000000000001", "name": "etl", "workspaceId": "cworkspace000000000000001", "type": "STANDARD"})
				test.fault.Path, test.fault.Method = test.path, http.MethodGet
				s.AddFault(test.fault)
				p := &inProcessRun{transport: s.Transport(), server: s, manifest: malformedResponseManifest, tempDir: t.TempDir()}
				code, log := p.runProgram(t.Context())
				time.Sleep(test.fault.Delay) // the server finishes delayed requests
				if want := map[bool]int{true: 1, false: 0}[test.want != ""]; code != want || !strings.Contains(log, test.want) {
					t.Errorf("exit code %d, and the log lacks %q:\n%s", code, test.want, log)
				}
				for _, r := range s.Requests() {
					if r.Method != http.MethodGet {
						t.Errorf("%s %s", r.Method, r.Path)
					}
				}
			})
		})
	}
}
