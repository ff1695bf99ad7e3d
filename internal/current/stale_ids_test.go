package current_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"astro-apply/internal/schema"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// An id is stale if no resource has it and the manifest doesn't declare it. A token that
// doesn't see every Workspace can't prove that, so it removes nothing.
func TestStaleIDs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		token simulator.Scope
		want  []string
	}{
		"Organization token": {simulator.Scope{}, []string{"cworkspace000000000000008"}},
		"Workspace token":    {simulator.Scope{WorkspaceIDs: []string{"cworkspace000000000000001"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newTeamFixture(t, simulator.RepeatInheritedRoles)
				d, _, _ := s.readManifests("users: [{ username: grace@example.com, workspaceRoles: [{ workspaceId: cworkspace000000000000009, role: WORKSPACE_MEMBER }] }]")
				s.useToken(test.token)
				if test.want == nil { // the API can return 404 for a resource that the token doesn't see
					s.server.AddFault(simulator.Fault{Path: "workspaces/*", Status: http.StatusNotFound})
				}
				request, err := schema.ParseJSON([]byte(`{"workspaceRoles": [
					{"workspaceId": "cworkspace000000000000009"}, {"workspaceId": "cworkspace000000000000008"}, {"workspaceId": "cworkspace000000000000002"}
				]}`))
				if err != nil {
					t.Fatal(err)
				}
				testkit.AssertEqual(t, "stale ids", test.want, slices.Sorted(maps.Keys(s.source.StaleIDs(t.Context(), d.Resources[0], request))))
			})
		})
	}
}
