package current_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/astro"
	"astro-apply/internal/current"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// newTeamFixture is an Organization in which user ada has a direct role in one Workspace,
// and inherits other roles in it and in another Workspace from a Team.
func newTeamFixture(t testing.TB, inherited simulator.InheritedRoles) *fixture {
	s := &fixture{TB: t, server: simulator.New(simulator.Options{InheritedRoles: inherited})}
	grant := func(workspace, role string) map[string]any {
		return map[string]any{"workspaceId": workspace, "role": role}
	}
	for _, id := range []string{"cworkspace000000000000001", "cworkspace000000000000002"} {
		s.server.Seed("workspace", map[string]any{"id": id, "name": id[20:]})
	}
	s.server.Seed("user", map[string]any{
		"id": "cuser00000000000000000001", "username": "ada@example.com", "workspaceRoles": []any{grant("cworkspace000000000000001", "WORKSPACE_MEMBER")},
	})
	s.server.Seed("user", map[string]any{
		"id": "cgrace", "username": "grace@example.com", "workspaceRoles": []any{grant("cworkspace000000000000001", "WORKSPACE_MEMBER")},
	})
	s.server.Seed("team", map[string]any{
		"id": "cteam", "name": "admins", "memberIds": []any{"cuser00000000000000000001"}, "organizationRole": "ORGANIZATION_OWNER",
		"workspaceRoles": []any{grant("cworkspace000000000000001", "WORKSPACE_OWNER"), grant("cworkspace000000000000002", "WORKSPACE_AUTHOR")},
	})
	s.useToken(simulator.Scope{})
	return s
}

const (
	oneRole   = "{ workspaceId: cworkspace000000000000001, role: WORKSPACE_MEMBER }"
	bothRoles = oneRole + ", { workspaceId: cworkspace000000000000002, role: WORKSPACE_AUTHOR }"
)

// workspaceRolesText lists the Workspace roles that are compared, with "?" after a role of
// unclear origin.
func workspaceRolesText(live *current.Live) string {
	var out []string
	for _, item := range live.Body().Get("workspaceRoles").Items {
		line := item.Get("workspaceId").Text[24:] + " " + item.Get("role").Text
		if item.UnclearOrigin != "" {
			line += "?"
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

func TestInheritedRolesAreRemoved(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ members, want, organizationRole string }{
		"a direct role declared":           {"organizationRole: ORGANIZATION_MEMBER, workspaceRoles: [" + oneRole + "]", "1 WORKSPACE_MEMBER", "ORGANIZATION_MEMBER"},
		"no role declared":                 {"organizationRole: ORGANIZATION_MEMBER, workspaceRoles: []", "1 WORKSPACE_MEMBER", "ORGANIZATION_MEMBER"},
		"the inherited role declared, too": {"organizationRole: ORGANIZATION_MEMBER, workspaceRoles: [" + bothRoles + "]", "1 WORKSPACE_MEMBER, 2 WORKSPACE_AUTHOR", "ORGANIZATION_MEMBER"},
		"another role declared": {
			"organizationRole: ORGANIZATION_OWNER, workspaceRoles: [{ workspaceId: cworkspace000000000000002, role: WORKSPACE_MEMBER }]", "1 WORKSPACE_MEMBER", "ORGANIZATION_OWNER",
		},
	} {
		for variant, inherited := range []simulator.InheritedRoles{simulator.RepeatInheritedRoles, simulator.MergeInheritedRoles} {
			t.Run(fmt.Sprint(name, variant), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newTeamFixture(t, inherited)
					d, current, _ := s.readManifests("users: [{ username: ada@example.com, " + test.members + " }]")
					live := current.Live[d.Resources[0]]
					testkit.AssertEqual(t, "own roles", test.want, workspaceRolesText(live))
					testkit.AssertEqual(t, "Organization role", test.organizationRole, live.Body().Get("organizationRole").ScalarText())
				})
			})
		}
	}
}

// Teams are read only if a live role isn't declared, or if a Workspace has two roles.
// Undeclared role lists aren't compared, so they require Teams only once an update would
// send them back.
func TestTeamsAreReadOnlyIfNeeded(t *testing.T) {
	t.Parallel()
	const list, teams, team = "GET/users", "GET/users/cuser00000000000000000001/teams", "GET/teams/cteam"
	for name, test := range map[string]struct {
		inherited simulator.InheritedRoles
		members   string
		want      []string
	}{
		"live roles as declared":                   {simulator.OmitInheritedRoles, "username: ada@example.com, workspaceRoles: [" + oneRole + "]", []string{list}},
		"user in no Team":                          {simulator.RepeatInheritedRoles, "username: grace@example.com, workspaceRoles: [" + oneRole + "]", []string{list}},
		"Workspace roles not declared":             {simulator.RepeatInheritedRoles, "username: ada@example.com, organizationRole: ORGANIZATION_OWNER", []string{list}},
		"two roles in one Workspace":               {simulator.RepeatInheritedRoles, "username: ada@example.com, workspaceRoles: [" + bothRoles + "]", []string{list, teams, team}},
		"an undeclared role":                       {simulator.OmitInheritedRoles, "username: ada@example.com, workspaceRoles: []", []string{list, teams, team}},
		"read by id, Workspace roles not declared": {simulator.OmitInheritedRoles, "id: cuser00000000000000000001, organizationRole: ORGANIZATION_OWNER", []string{"GET/users/cuser00000000000000000001", teams, team}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newTeamFixture(t, test.inherited)
				s.readManifests("users: [{ " + test.members + " }]")
				testkit.AssertEqual(t, "requests", test.want, s.requestLines())
			})
		})
	}
}

// A Team is read once, even if it has many members.
func TestTeamsAreReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newTeamFixture(t, simulator.RepeatInheritedRoles)
		var users []string
		var ids []any
		for i := range 20 {
			name := fmt.Sprintf("user%d@example.com", i)
			users = append(users, "{ username: "+name+", workspaceRoles: [] }")
			ids = append(ids, s.server.Seed("user", map[string]any{"username": name}))
		}
		s.server.Seed("team", map[string]any{"id": "cmany", "name": "many", "memberIds": ids, "workspaceRoles": []any{
			map[string]any{"workspaceId": "cworkspace000000000000001", "role": "WORKSPACE_OWNER"},
		}})
		s.readManifests("users: [" + strings.Join(users, ", ") + "]")
		n := 0
		for _, line := range s.requestLines() {
			if line == "GET/teams/cmany" {
				n++
			}
		}
		testkit.AssertEqual(t, "reads of the Team", 1, n)
	})
}

// If Teams can't be read, a role that may be inherited has an unclear origin.
func TestUnreadableTeams(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"403":                         {Path: "users/cuser00000000000000000001/teams", Status: http.StatusForbidden},
		"503":                         {Path: "users/cuser00000000000000000001/teams", Status: http.StatusServiceUnavailable},
		"403 for one Team":            {Path: "teams/cteam", Status: http.StatusForbidden},
		"response about another Team": {Path: "teams/cteam", Status: http.StatusOK, RawBody: `{"id": "cother", "name": "other"}`},
		"Team without an id":          {Path: "users/cuser00000000000000000001/teams", Status: http.StatusOK, RawBody: `{"teams": [{}], "limit": 20, "offset": 0, "totalCount": 1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newTeamFixture(t, simulator.RepeatInheritedRoles)
				s.server.AddFault(fault)
				d, current, _ := s.readManifests("users: [{ username: ada@example.com, workspaceRoles: [" + oneRole + "] }]")
				testkit.AssertEqual(t, "roles", "1 WORKSPACE_MEMBER, 2 WORKSPACE_AUTHOR?", workspaceRolesText(current.Live[d.Resources[0]]))
			})
		})
	}
}

// interposedAPI calls onTeamRead before the first read of a Team.
type interposedAPI struct {
	current.API
	onTeamRead func()
}

func (a *interposedAPI) Do(ctx context.Context, call astro.Call) ([]byte, error) {
	if strings.HasSuffix(call.Path, "/teams/{id}") && a.onTeamRead != nil {
		a.onTeamRead()
		a.onTeamRead = nil
	}
	return a.API.Do(ctx, call)
}

// A role that a Team loses between the responses about the user and the Team isn't taken
// for the user's own role.
func TestTeamChangesWhileItIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newTeamFixture(t, simulator.RepeatInheritedRoles)
		d, _, _ := s.readManifests("users: [{ username: ada@example.com, organizationRole: ORGANIZATION_MEMBER }]")
		inner := s.source.API
		s.source.API = &interposedAPI{inner, func() {
			body, err := json.Marshal(map[string]any{"organizationRole": "ORGANIZATION_MEMBER"})
			if err == nil {
				_, err = inner.Do(t.Context(), astro.Call{
					Method: http.MethodPost, Path: "/organizations/{organizationId}/teams/{id}/roles",
					Params: map[string]string{"organizationId": s.source.OrganizationID, "id": "cteam"}, Body: body,
				})
			}
			if err != nil {
				t.Error(err)
			}
		}}
		live, err := s.source.GetResource(t.Context(), d.Resources[0], "cuser00000000000000000001")
		if err != nil {
			t.Fatal(err)
		}
		testkit.AssertEqual(t, "own roles", "1 WORKSPACE_MEMBER", workspaceRolesText(live))
	})
}

// If a user has the same role directly and by a Team, some responses repeat it. A response
// that doesn't repeat it is treated as inherited: the user keeps the role while in the
// Team.
func TestEqualRolesAreCounted(t *testing.T) {
	t.Parallel()
	for inherited, want := range map[simulator.InheritedRoles]string{simulator.RepeatInheritedRoles: "1 WORKSPACE_MEMBER", simulator.MergeInheritedRoles: ""} {
		t.Run(fmt.Sprint(inherited), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newTeamFixture(t, inherited)
				s.server.Seed("team", map[string]any{"id": "cmembers", "name": "members", "memberIds": []any{"cgrace"}, "workspaceRoles": []any{
					map[string]any{"workspaceId": "cworkspace000000000000001", "role": "WORKSPACE_MEMBER"},
				}})
				d, current, _ := s.readManifests("users: [{ username: grace@example.com, workspaceRoles: [] }]")
				testkit.AssertEqual(t, "own roles", want, workspaceRolesText(current.Live[d.Resources[0]]))
				d, current, _ = s.readManifests("users: [{ username: grace@example.com, workspaceRoles: [" + oneRole + "] }]")
				testkit.AssertEqual(t, "declared", "1 WORKSPACE_MEMBER", workspaceRolesText(current.Live[d.Resources[0]]))
			})
		})
	}
}
