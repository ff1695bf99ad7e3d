package current_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/desired"
	"astro-apply/internal/kind"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// runWithFixture runs a test with a new fixture, in fake time.
func runWithFixture(t *testing.T, scope simulator.Scope, f func(*fixture)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { f(newFixture(t, scope)) })
}

// One list call per kind is enough to look up all names.
func TestReadByName(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		w := s.server.Seed("workspace", map[string]any{"name": "data"})
		other := s.server.Seed("workspace", map[string]any{"name": "other"})
		c := s.server.Seed("cluster", map[string]any{"name": "production"})
		one := s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w})
		s.server.Seed("deployment", map[string]any{"name": "ONE", "workspaceId": w})
		s.server.Seed("deployment", map[string]any{"name": "two", "workspaceId": other})
		d, state, states := s.readManifests(`
workspaces: [{ name: data }, { name: fresh }]
deployments:
  - { name: one, workspace: data, type: DEDICATED, cluster: production }
  - { name: two, workspace: data }
  - { name: two, workspace: fresh }
  - { name: removed, workspace: data, state: absent }
`)
		testkit.AssertEqual(s, "states", []string{"data is " + w, "fresh is new", "one is " + one, "two is new", "two is new", "removed is new"}, states)
		testkit.AssertEqual(s, "requests", []string{"GET/clusters", "GET/workspaces", "GET/deployments in 1"}, sortFirst(s.requestLines(), 2))
		testkit.AssertEqual(s, "references", `deployments/one workspaceId "`+w+`" declared clusterId "`+c+`"`, testkit.DescribeResource(d.Resources[2]))
		testkit.AssertEqual(s, "a reference to a new resource", `deployments/two workspaceId Workspace "fresh" declared`, testkit.DescribeResource(d.Resources[4]))
		if state.Live[d.Resources[2]].Complete || state.Problems != nil {
			s.Errorf("read by id, want from a list only; problems %v", state.Problems)
		}
		state.Live[d.Resources[0]].Complete = true
		s.source.Refresh(context.Background(), state, d.Resources[2:3])
		if !state.Live[d.Resources[2]].Complete {
			s.Error("not read by id")
		}
		testkit.AssertEqual(s, "requests", "GET/deployments/"+one, s.requestLines()[3])
	})
}

// sortFirst sorts the first n requests: they are made in parallel.
func sortFirst(requests []string, n int) []string {
	slices.Sort(requests[:min(n, len(requests))])
	return requests
}

// A declared id needs no lookup by name.
func TestReadByID(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		const w = "cworkspace000000000000001"
		s.server.Seed("workspace", map[string]any{"name": "data", "id": w})
		one := s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w})
		d, state, states := s.readManifests("deployments: [{ id: " + one + ", name: renamed, workspaceId: " + w + " }, { id: cdeployment00000000000009, state: absent }, { id: cdeployment00000000000008 }]")
		testkit.AssertEqual(s, "states", []string{"renamed is " + one, "cdeployment00000000000009 is new"}, states[:2])
		if !strings.HasPrefix(states[2], "cdeployment00000000000008: no Deployment with id cdeployment00000000000008 exists, or the token can't see it; fix the id, or use a token with access to it: GET ") {
			s.Error(states[2])
		}
		want := []string{"GET/deployments/" + one, "GET/deployments/cdeployment00000000000008", "GET/deployments/cdeployment00000000000009"}
		testkit.AssertEqual(s, "requests", slices.Sorted(slices.Values(want)), sortFirst(s.requestLines(), 3))
		if !state.Live[d.Resources[0]].Complete {
			s.Error("not complete")
		}
	})
}

// One list call covers up to 50 Workspaces, and each Workspace is listed once.
func TestReadManyWorkspaces(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		var text strings.Builder
		text.WriteString("deployments:\n")
		for i := range 120 {
			id := fmt.Sprintf("cworkspace%015d", i)
			s.server.Seed("workspace", map[string]any{"name": fmt.Sprintf("w%d", i), "id": id})
			s.server.Seed("deployment", map[string]any{"name": "a", "workspaceId": id})
			fmt.Fprintf(&text, "  - { name: a, workspaceId: %s }\n  - { name: b, workspaceId: %s }\n", id, id)
		}
		_, state, _ := s.readManifests(text.String())
		testkit.AssertEqual(s, "requests", []string{"GET/deployments in 20", "GET/deployments in 50", "GET/deployments in 50"}, slices.Sorted(slices.Values(s.requestLines())))
		testkit.AssertEqual(s, "live resources", 120, len(state.Live))
	})
}

func TestReadProblems(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		const w = "cworkspace000000000000001"
		s.server.Seed("workspace", map[string]any{"name": "data", "id": w})
		for i := range 2 {
			s.server.Seed("workspace", map[string]any{"name": "twin", "id": fmt.Sprintf("ctwin%020d", i)})
		}
		s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "id": "cdeployment00000000000001"})
		s.server.Seed("deployment", map[string]any{"name": "two", "workspaceId": w, "id": "cdeployment00000000000002"})
		s.server.Seed("deployment", map[string]any{"name": "two", "workspaceId": w, "id": "cdeployment00000000000003"})
		d, state, _ := s.readManifests(`
deployments:
  - { name: one, workspace: data }
  - { id: cdeployment00000000000001, description: the same }
  - { name: two, workspace: data }
  - { name: three, workspace: nowhere }
  - { name: four, workspace: twin }
  - { name: five, workspace: data, type: DEDICATED, cluster: nowhere }
`)
		testkit.AssertEqual(s, "problems", []string{
			`a.yaml:5:13: Deployment "two" exists 2 times in Astro, ids cdeployment00000000000002, cdeployment00000000000003; add the id of the right one to the manifest`,
			`a.yaml:6:31: Deployment "three": Workspace "nowhere" doesn't exist in the manifest or in Astro`,
			`a.yaml:7:30: Deployment "four": Workspace "twin" exists 2 times, ids ctwin00000000000000000000, ctwin00000000000000000001; refer to one by workspaceId`,
			`a.yaml:8:62: Deployment "five": cluster "nowhere" doesn't exist in the manifest or in Astro`,
			`a.yaml:4:11: Deployment "one" and Deployment "one" at a.yaml:3:13 are the same resource (Deployment id cdeployment00000000000001); declare it once`,
		}, sortAllButLast(testkit.ProblemTexts(state.Problems)))
		for i, o := range d.Resources {
			if err := state.Errs[o]; (i == 0) != (err == nil) || i > 0 && !errors.Is(err, current.ErrReported) {
				s.Errorf("%s: %v", o, err)
			}
		}
	})
}

// Two new resources are compared once their parents are resolved.
func TestReadDuplicates(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		const w = "cworkspace000000000000001"
		s.server.Seed("workspace", map[string]any{"name": "data", "id": w})
		_, state, _ := s.readManifests("deployments: [{ name: new, workspace: data }, { name: new, workspaceId: " + w + " }, { name: newer, workspace: data }]")
		testkit.AssertEqual(s, "problems", []string{
			`a.yaml:1:55: Deployment "new" and Deployment "new" at a.yaml:1:23 are the same resource (Deployment "new" in ` + w + `); declare it once`,
		}, testkit.ProblemTexts(state.Problems))
	})
}

// A resource is renamed to the name of another declared resource in the same Workspace.
func TestReadRenameToTakenName(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		const w, one = "cworkspace000000000000001", "cdeployment00000000000001"
		s.server.Seed("workspace", map[string]any{"name": "data", "id": w})
		s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": w, "id": one})
		_, state, _ := s.readManifests("deployments: [{ id: " + one + ", name: two }, { name: two, workspace: data }, { name: one, workspaceId: cworkspace000000000000002 }]")
		testkit.AssertEqual(s, "problems", []string{
			`a.yaml:1:69: Deployment "two" and Deployment "two" at a.yaml:1:54 are the same resource (Deployment "two" in ` + w + `); declare it once`,
		}, testkit.ProblemTexts(state.Problems))
	})
}

// A resource marked absent counts as removed if its parent doesn't exist, and its references needn't resolve.
func TestReadAbsentInMissingParent(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		s.server.Seed("workspace", map[string]any{"name": "data"})
		_, state, states := s.readManifests(`deployments:
  - { name: one, workspace: nowhere, state: absent }
  - { name: two, workspace: data, type: DEDICATED, cluster: nowhere, state: absent }`)
		testkit.AssertEqual(s, "problems", []string(nil), testkit.ProblemTexts(state.Problems))
		testkit.AssertEqual(s, "states", []string{"one is new", "two is new"}, states)
	})
}

// A malformed item of a list is an error of its own resource only.
func TestReadMalformedItem(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		s.server.AddFault(simulator.Fault{Path: "workspaces", Status: 200, RawBody: `{"workspaces": [{"id": "c1", "name": "data"}, {"id": "c2", "name": "odd", "description": []}], "totalCount": 2}`})
		_, _, states := s.readManifests("workspaces: [{ name: data }, { name: odd }]")
		testkit.AssertEqual(s, "states", []string{"data is c1", "odd: lookup by name: invalid response about Workspace c2: description is a list, not text; run again, and contact Astronomer support if the problem persists"}, states)
	})
}

// A resource that doesn't exist may exist under another name.
func TestReadRenameHints(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		w := s.server.Seed("workspace", map[string]any{"name": "data", "id": "cworkspace000000000000001"})
		elsewhere := s.server.Seed("workspace", map[string]any{"name": "other", "id": "cworkspace000000000000002"})
		for i, name := range []string{"declared", "before", "also"} {
			s.server.Seed("deployment", map[string]any{"name": name, "workspaceId": w, "id": fmt.Sprintf("cdeployment%014d", i)})
		}
		s.server.Seed("deployment", map[string]any{"name": "far", "workspaceId": elsewhere})
		d, state, _ := s.readManifests(`deployments: [{ name: after, workspace: data }, { name: declared, workspace: data }, { name: x, workspace: other, state: absent }]`)
		testkit.AssertEqual(s, "rename hints", []string{`"also" (cdeployment00000000000002)`, `"before" (cdeployment00000000000001)`}, state.RenameHints[d.Resources[0]])
		testkit.AssertEqual(s, "number of resources with hints", 1, len(state.RenameHints))
	})
}

// sortAllButLast sorts all problems but the last, which is always found last.
func sortAllButLast(problems []string) []string {
	slices.Sort(problems[:len(problems)-1])
	return problems
}

// A missing default Workspace from the input is reported at the position of the resource.
func TestReadDefaultWorkspaceIsMissing(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		d := desired.Load(kind.All(), testkit.ParseManifests(s, "deployments: [{ name: one }]"), "nowhere")
		state := s.source.Read(s.Context(), d)
		testkit.AssertEqual(s, "problems", []string{`a.yaml:1:23: Deployment "one": Workspace "nowhere" doesn't exist in the manifest or in Astro (the token sees 0 Workspaces)`}, testkit.ProblemTexts(state.Problems))
	})
}

// A failed list call doesn't prove that a resource is missing: each resource that needs the list gets an error.
func TestReadFailure(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		s.server.AddFault(simulator.Fault{Path: "workspaces", Status: 403, Message: "no", RequestID: "r-1"})
		_, state, states := s.readManifests(`
workspaces: [{ name: data }]
deployments: [{ name: one, workspace: data }, { name: two, workspace: other }, { name: three, workspaceId: cworkspace000000000000001 }]
`)
		const refused = "lookup by name: GET /organizations/{organizationId}/workspaces: 403 Forbidden: no (requestId r-1)"
		testkit.AssertEqual(s, "states", []string{
			"data: " + refused, `one: needs Workspace "data", which failed`,
			`two: Workspace "other": ` + refused + "; give the id instead of the name, because an id needs no lookup",
			"three is new",
		}, states)
		testkit.AssertEqual(s, "problems", 0, len(state.Problems))
	})
}

// refusingAPI refuses list calls with one of the Workspaces.
type refusingAPI struct {
	current.API
	refusedWorkspaceID string
}

func (c refusingAPI) List(ctx context.Context, call astro.Call, member string) ([]json.RawMessage, error) {
	if slices.Contains(call.Query["workspaceIds"], c.refusedWorkspaceID) {
		return nil, &astro.Error{Method: call.Method, Path: call.Path, StatusCode: 403, Message: "no"}
	}
	return c.API.List(ctx, call, member)
}

// If one Workspace can't be listed, the resources of the others are still found.
func TestReadRefusedWorkspace(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		const allowed, refused = "cworkspace000000000000001", "cworkspace000000000000002"
		s.server.Seed("workspace", map[string]any{"name": "data", "id": allowed})
		one := s.server.Seed("deployment", map[string]any{"name": "one", "workspaceId": allowed})
		s.source.API = refusingAPI{s.source.API, refused}
		_, _, states := s.readManifests("deployments: [{ name: one, workspaceId: " + allowed + " }, { name: two, workspaceId: " + refused + " }]")
		testkit.AssertEqual(s, "states", []string{
			"one is " + one, "two: lookup by name: GET /organizations/{organizationId}/deployments: 403 Forbidden: no",
		}, states)
	})
}

// An item without an id makes the whole list fail.
func TestReadItemWithoutID(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		s.server.AddFault(simulator.Fault{Path: "workspaces", Status: 200, RawBody: `{"workspaces": [{"name": "data"}], "totalCount": 1}`})
		_, _, states := s.readManifests("workspaces: [{ name: data }]")
		testkit.AssertEqual(s, "states", []string{"data: lookup by name: invalid response about a Workspace: it has no id; run again, and contact Astronomer support if the problem persists"}, states)
	})
}
