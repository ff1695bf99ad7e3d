package simulator_test

import (
	"fmt"
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestTeamLifecycle(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	user := o.Seed("user", map[string]any{})
	created := o.mustSend("POST", "/teams", map[string]any{
		"name": "data", "description": "d", "organizationRole": "ORGANIZATION_OWNER", "memberIds": []any{user},
	})
	id := created["id"].(string)
	want := map[string]any{"name": "data", "description": "d", "organizationRole": "ORGANIZATION_OWNER", "isIdpManaged": false, "rolesCount": 0.0}
	if diff := cmp.Diff(want, pickFields(created, "name", "description", "organizationRole", "isIdpManaged", "rolesCount", "memberIds")); diff != "" {
		t.Errorf("created; the response must not contain the members:\n%s", diff)
	}
	if diff := cmp.Diff(created, o.mustSend("GET", "/teams/"+id, nil)); diff != "" {
		t.Errorf("a read differs from the response to the create:\n%s", diff)
	}
	least := o.mustSend("POST", "/teams", map[string]any{"name": "data"}) // names need not be unique
	if _, there := least["description"]; there || least["organizationRole"] != "ORGANIZATION_MEMBER" {
		t.Errorf("created with only a name: %v", least)
	}
	if diff := cmp.Diff([]map[string]any{created, least}, getObjects(o.mustSend("GET", "/teams", nil), "teams")); diff != "" {
		t.Errorf("list:\n%s", diff)
	}
	after := o.mustSend("POST", "/teams/"+id, map[string]any{"name": "renamed"})
	want = withChanges(want, map[string]any{"name": "renamed", "description": nil})
	if diff := cmp.Diff(want, pickFields(after, "name", "description", "organizationRole", "isIdpManaged", "rolesCount")); diff != "" {
		t.Errorf("an update must clear the description and keep the role:\n%s", diff)
	}
	if diff := cmp.Diff([]string{user}, o.memberIDs(id, "")); diff != "" {
		t.Errorf("an update must keep the members:\n%s", diff)
	}
	if diff := cmp.Diff([]string{id}, idsOf(getObjects(o.mustSend("GET", "/teams?names=renamed", nil), "teams"))); diff != "" {
		t.Errorf("by name:\n%s", diff)
	}
	o.mustSend("DELETE", "/teams/"+id, nil)
	for _, path := range []string{"/teams/" + id, "/teams/" + id + "/members"} {
		o.wantRefusal(404, "GET", path, nil)
	}
	o.wantRefusal(404, "DELETE", "/teams/"+id, nil)
}

// memberIDs returns the IDs of a Team's members on one page.
func (o *testOrganization) memberIDs(team, query string) []string {
	o.t.Helper()
	var all []string
	for _, m := range getObjects(o.mustSend("GET", "/teams/"+team+"/members"+query, nil), "teamMembers") {
		all = append(all, m["userId"].(string))
	}
	return all
}

func TestTeamMembers(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	id := o.Seed("team", map[string]any{})
	var users []string
	for i := range 45 {
		users = append(users, o.Seed("user", map[string]any{"username": fmt.Sprintf("user%02d@example.com", i), "fullName": fmt.Sprint("User ", i)}))
	}
	path := "/teams/" + id + "/members"
	o.mustSend("POST", path, map[string]any{"memberIds": users[:30]})
	o.mustSend("POST", path, map[string]any{"memberIds": users[20:]}) // some are members already
	for query, want := range map[string][]string{
		"": users[:20], "?offset=20": users[20:40], "?offset=40": users[40:], "?offset=45": nil, "?limit=1000": users, "?limit=3&offset=1": users[1:4],
	} {
		if diff := cmp.Diff(want, o.memberIDs(id, query)); diff != "" {
			t.Errorf("members%s:\n%s", query, diff)
		}
	}
	list := o.mustSend("GET", path+"?limit=1", nil)
	want := []map[string]any{{"userId": users[0], "username": "user00@example.com", "fullName": "User 0"}}
	if diff := cmp.Diff(want, getObjects(list, "teamMembers")); diff != "" || list["totalCount"] != 45.0 {
		t.Errorf("total %v, %s", list["totalCount"], diff)
	}
	o.mustSend("DELETE", path+"/"+users[1], nil)
	if diff := cmp.Diff([]string{users[0], users[2]}, o.memberIDs(id, "?limit=2")); diff != "" {
		t.Errorf("after the removal of one member:\n%s", diff)
	}
	o.wantRefusal(404, "DELETE", path+"/"+users[1], nil)
	o.wantRefusal(404, "DELETE", "/teams/cnone/members/"+users[0], nil)
}

func TestTeamRefusals(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	id, user := o.Seed("team", map[string]any{"name": "kept"}), o.Seed("user", map[string]any{})
	update, membership := "/teams/"+id, "/teams/"+id+"/members"
	for name, test := range map[string]struct {
		field, path string
		body        map[string]any
	}{
		"no name":               {"name", "/teams", map[string]any{"description": "d"}},
		"blank name":            {"name", "/teams", map[string]any{"name": " "}},
		"unknown role":          {"organizationRole", "/teams", map[string]any{"name": "x", "organizationRole": "WORKSPACE_OWNER"}},
		"members aren't a list": {"memberIds", "/teams", map[string]any{"name": "x", "memberIds": user}},
		"unknown member":        {"", "/teams", map[string]any{"name": "x", "memberIds": []any{user, "cnone"}}},
		"roles of a create":     {"workspaceRoles", "/teams", map[string]any{"name": "x", "workspaceRoles": []any{}}},
		"update without name":   {"name", update, map[string]any{"description": "d"}},
		"role of an update":     {"organizationRole", update, map[string]any{"name": "x", "organizationRole": "ORGANIZATION_OWNER"}},
		"members of an update":  {"memberIds", update, map[string]any{"name": "x", "memberIds": []any{user}}},
		"no members to add":     {"memberIds", membership, map[string]any{"memberIds": []any{}}},
		"omitted members":       {"memberIds", membership, map[string]any{}},
		"one isn't a user":      {"", membership, map[string]any{"memberIds": []any{user, "cnone"}}},
		"one isn't a string":    {"memberIds[1]", membership, map[string]any{"memberIds": []any{user, 1}}},
	} {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, test.path, test.body) })
	}
	o.wantRefusal(404, "POST", "/teams/cnone", map[string]any{"name": "x"})
	o.wantRefusal(404, "POST", "/teams/cnone/members", map[string]any{"memberIds": []any{user}})
	o.wantRefusal(404, "POST", "/teams/cnone/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
	if all := o.Resources("team"); len(all) != 1 || all[0]["name"] != "kept" || len(o.memberIDs(id, "")) != 0 {
		t.Errorf("after only refused requests: %v", all)
	}
}

func TestTeamsOfAnIdentityProvider(t *testing.T) {
	t.Parallel()
	o := startOrganization(t, simulator.Options{})
	user := o.Seed("user", map[string]any{})
	id := o.Seed("team", map[string]any{"isIdpManaged": true, "memberIds": []any{user}})
	path := "/teams/" + id
	o.wantRefusal(400, "POST", path, map[string]any{"name": "x"})
	o.wantRefusal(400, "POST", path+"/members", map[string]any{"memberIds": []any{user}})
	o.wantRefusal(400, "DELETE", path+"/members/"+user, nil)
	o.wantRefusal(400, "DELETE", path, nil)
	if diff := cmp.Diff([]string{user}, o.memberIDs(id, "")); diff != "" {
		t.Errorf("after only refused requests:\n%s", diff)
	}
	o.mustSend("POST", path+"/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"}) // an identity provider doesn't manage roles
	if read := o.mustSend("GET", path, nil); read["organizationRole"] != "ORGANIZATION_OWNER" || read["isIdpManaged"] != true {
		t.Errorf("after a change of roles: %v", read)
	}
	own := o.Seed("team", map[string]any{})
	o.Seed("organization", map[string]any{"isScimEnabled": true})
	o.wantRefusal(400, "POST", "/teams", map[string]any{"name": "x"})
	o.mustSend("POST", "/teams/"+own, map[string]any{"name": "x"}) // an identity provider doesn't manage this Team
}

func TestTeamAccess(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	user := g.Seed("user", map[string]any{})
	path := "/teams/" + g.Seed("team", map[string]any{"name": "kept", "memberIds": []any{user}, "workspaceRoles": []any{workspaceRole(g.workspace, "WORKSPACE_OWNER")}})
	for name, scope := range map[string]simulator.Scope{"Workspace": {WorkspaceIDs: []string{g.workspace}}, "Deployment": {DeploymentIDs: []string{g.firstDeployment}}} {
		t.Run(name, func(t *testing.T) {
			narrow := g.withToken(g.NewToken(scope))
			for _, path := range []string{"/teams", "/teams?workspaceId=" + g.workspace, path, path + "/members", "/teams/cnone"} {
				narrow.wantRefusal(403, "GET", path, nil)
			}
			narrow.wantRefusal(403, "POST", "/teams", map[string]any{"name": "x"})
			narrow.wantRefusal(403, "POST", path, map[string]any{"name": "x"})
			narrow.wantRefusal(403, "POST", path+"/roles", map[string]any{"organizationRole": "ORGANIZATION_OWNER"})
			narrow.wantRefusal(403, "POST", path+"/members", map[string]any{"memberIds": []any{user}})
			narrow.wantRefusal(403, "DELETE", path+"/members/"+user, nil)
			narrow.wantRefusal(403, "DELETE", path, nil)
		})
	}
	if all := g.Resources("team"); len(all) != 1 || all[0]["name"] != "kept" || all[0]["organizationRole"] != "ORGANIZATION_MEMBER" || len(all[0]["memberIds"].([]any)) != 1 {
		t.Errorf("after only refused requests: %v", all)
	}
}
