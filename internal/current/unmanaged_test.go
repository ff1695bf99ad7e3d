package current_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// ListUnmanaged finds the undeclared resources in the Workspaces that a manifest manages.
func TestListUnmanaged(t *testing.T) {
	runWithFixture(t, simulator.Scope{}, func(s *fixture) {
		const one, two, other = "cworkspace000000000000001", "cworkspace000000000000002", "cworkspace000000000000003"
		for id, name := range map[string]string{one: "one", two: "two", other: "other"} {
			s.server.Seed("workspace", map[string]any{"name": name, "id": id})
			s.server.Seed("deployment", map[string]any{"name": "known", "workspaceId": id})
			s.server.Seed("deployment", map[string]any{"name": "extra", "workspaceId": id})
		}
		token := func(name string) map[string]any {
			return map[string]any{"name": name, "scope": "WORKSPACE", "roles": []map[string]any{{"entityType": "WORKSPACE", "entityId": one, "role": "WORKSPACE_MEMBER"}}}
		}
		own := s.server.Seed("apiToken", token("own"))
		s.server.Seed("apiToken", token("ci"))
		_, current, _ := s.readManifests("workspaces: [{ name: one }]\ndeployments: [{ name: known, workspace: one }, { name: known, workspaceId: " + two + " }]")
		s.server.ResetRequests()
		s.source.TokenID = own
		list := func() (names []string, err error) {
			found, err := s.source.ListUnmanaged(context.Background(), current)
			for _, u := range found {
				names = append(names, fmt.Sprintf("%s %s in %s", u.Kind.Name, u.Live.Name(), u.RootName))
			}
			return names, err
		}
		got, err := list()
		testkit.AssertEqual(s, "error", nil, err)
		testkit.AssertEqual(s, "unmanaged", []string{"deployment extra in " + two, "deployment extra in one", "apiToken ci in one"}, got)
		if slices.ContainsFunc(s.requestLines(), func(r string) bool { return strings.HasPrefix(r, "GET/deployments") }) {
			s.Errorf("read again: %v", s.requestLines())
		}

		s.server.AddFault(simulator.Fault{Path: "tokens", Status: http.StatusForbidden})
		_, current, _ = s.readManifests("deployments: [{ name: known, workspaceId: " + one + " }]")
		got, err = list()
		if err == nil || !strings.Contains(err.Error(), "403") {
			s.Errorf("the refused list is not reported: %v", err)
		}
		testkit.AssertEqual(s, "unmanaged, without the refused list", []string{"deployment extra in " + one}, got)
	})
}
