package current_test

import (
	"strings"
	"testing"

	"astro-apply/internal/current"
	"astro-apply/internal/kind"
	"astro-apply/internal/simulator/seed"
	"astro-apply/internal/testkit"
)

func newLive(t testing.TB, kindName, body string) (*kind.Kind, *current.Live) {
	t.Helper()
	k := kind.All().Kind(kindName)
	live, err := current.NewLive(k, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return k, live
}

func TestInvalidResponses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"name": "x"}`:   "invalid response about a Deployment: it has no id",
		`{"id": ""}`:      "invalid response about a Deployment: it has no id",
		`{"id": 3}`:       "invalid response about a Deployment: it has no id",
		`[]`:              "invalid response about a Deployment: it has no id",
		`{"id": "c"} {}`:  "invalid response about a Deployment: more than one JSON value",
		`<html>`:          "invalid response about a Deployment: invalid character",
		`{"id": "c", "x"`: "invalid response about a Deployment: ",
		// A field of a wrong type must not count as empty: an update would send it back empty.
		`{"id": "c", "environmentVariables": {}}`:                              "invalid response about Deployment c: environmentVariables is a mapping, not a list",
		`{"id": "c", "contactEmails": "a@example.com"}`:                        "invalid response about Deployment c: contactEmails is text, not a list",
		`{"id": "c", "workerQueues": [[]]}`:                                    "invalid response about Deployment c: workerQueues[0] is a list, not a mapping",
		`{"id": "c", "environmentVariables": [{"value": {"a": 1}}]}`:           "invalid response about Deployment c: environmentVariables[0].value is a mapping, not text",
		`{"id": "c", "scalingSpec": {"hibernationSpec": {"schedules": true}}}`: "invalid response about Deployment c: scalingSpec.hibernationSpec.schedules is a boolean, not a list",
		`{"id": "c", "remoteExecution": []}`:                                   "invalid response about Deployment c: remoteExecution is a list, not a mapping",
	} {
		_, err := current.NewLive(kind.All().Kind("deployment"), []byte(body))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		kind, body string
		state      kind.Phase
		why        string
	}{
		"healthy":        {"deployment", `{"id": "c", "status": "HEALTHY", "statusReason": "fine"}`, kind.Ready, "HEALTHY"},
		"hibernating":    {"deployment", `{"id": "c", "status": "HIBERNATING"}`, kind.Ready, "HIBERNATING"},
		"creating":       {"deployment", `{"id": "c", "status": "CREATING"}`, kind.Pending, "CREATING"},
		"deploying":      {"deployment", `{"id": "c", "status": "DEPLOYING"}`, kind.Pending, "DEPLOYING"},
		"unhealthy":      {"deployment", `{"id": "c", "status": "UNHEALTHY", "statusReason": " pods are replaced\n"}`, kind.Pending, "UNHEALTHY: pods are replaced"},
		"unknown status": {"deployment", `{"id": "c", "status": "NEW"}`, kind.Pending, "NEW"},
		"a Workspace":    {"workspace", `{"id": "c"}`, kind.Ready, ""},
	}
	for name, test := range tests {
		_, live := newLive(t, test.kind, test.body)
		testkit.AssertEqual(t, name, test.state, live.Readiness().Phase)
		testkit.AssertEqual(t, name, test.why, live.Readiness().Reason)
	}
}

func TestUIPath(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ kind, body, want string }{
		"deployment":                  {"deployment", `{"id": "cd", "workspaceId": "cw"}`, "/cw/deployments/cd"},
		"unknown Workspace":           {"deployment", `{"id": "cd"}`, ""},
		"workspace":                   {"workspace", `{"id": "cw"}`, "/cw"},
		"a kind without a page":       {"customRole", `{"id": "cc"}`, ""},
		"special characters in an id": {"workspace", `{"id": "{id}/x) [y](z"}`, "/%7Bid%7D%2Fx%29%20%5By%5D%28z"},
	}
	for name, test := range tests {
		_, live := newLive(t, test.kind, test.body)
		testkit.AssertEqual(t, name, test.want, live.UIPath())
	}
}

// Flatten removes values that must be neither compared nor sent back.
func TestFlattenDeployment(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, want string }{
		"a shared cluster":    {`{"id": "c", "type": "STANDARD", "clusterId": "x"}`, `{id: "c", type: "STANDARD"}`},
		"a dedicated cluster": {`{"id": "c", "type": "DEDICATED", "clusterId": "x"}`, `{id: "c", type: "DEDICATED", clusterId: "x"}`},
		"scalingSpec is null": {`{"id": "c", "scalingSpec": null}`, `{id: "c", scalingSpec: null}`},
	}
	for name, test := range tests {
		_, live := newLive(t, "deployment", test.body)
		testkit.AssertEqual(t, name, test.want, live.Body().Show())
	}
}

// A simulation contains the resources that a manifest refers to but doesn't declare.
func TestSimulatorSeeds(t *testing.T) {
	t.Parallel()
	d := testkit.LoadDesired(t, `
workspaces: [{ name: mine }]
deployments:
  - { name: a, workspace: mine, type: DEDICATED, cluster: production }
  - { name: b, workspace: theirs, type: HYBRID, clusterId: ccluster00000000000000001 }
  - { name: c, workspace: theirs }
  - { name: d, workspace: unused, state: absent }
  - { id: cdeployment00000000000001, description: x, workspace: mine, isDevelopmentMode: true }
`)
	var got []string
	for _, seed := range seed.Make(d) {
		line := seed.Kind.Name
		for _, field := range []string{"id", "name", "type", "description", "isDevelopmentMode", "workspaceId"} {
			if v, ok := seed.Fields[field].(string); ok {
				line += " " + field + " " + v
			}
			if seed.Fields[field] == true {
				line += " " + field
			}
		}
		got = append(got, line)
	}
	testkit.AssertEqual(t, "seeds", []string{
		"cluster name production type DEDICATED", "cluster id ccluster00000000000000001 type HYBRID", "workspace name theirs",
		"deployment id cdeployment00000000000001 description x isDevelopmentMode",
	}, got)
}
