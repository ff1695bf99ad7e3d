package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestInheritedRoles(t *testing.T) {
	t.Parallel()
	own := func(id string) []any { return []any{workspaceRole(id, "WORKSPACE_MEMBER")} }
	for name, test := range map[string]struct {
		inherited simulator.InheritedRoles
		roles     []any
		role      string
	}{
		"repeated": {simulator.RepeatInheritedRoles, []any{workspaceRole("cw", "WORKSPACE_MEMBER"), workspaceRole("cw", "WORKSPACE_MEMBER"), workspaceRole("cw", "WORKSPACE_OWNER")}, "ORGANIZATION_OWNER"},
		"merged":   {simulator.MergeInheritedRoles, []any{workspaceRole("cw", "WORKSPACE_MEMBER"), workspaceRole("cw", "WORKSPACE_OWNER")}, "ORGANIZATION_OWNER"},
		"omitted":  {simulator.OmitInheritedRoles, []any{workspaceRole("cw", "WORKSPACE_MEMBER")}, "ORGANIZATION_MEMBER"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOrganization(t, simulator.Options{InheritedRoles: test.inherited})
			id := o.Seed("user", map[string]any{"workspaceRoles": own("cw")})
			o.Seed("team", map[string]any{"name": "members", "memberIds": []any{id}, "workspaceRoles": own("cw")})
			o.Seed("team", map[string]any{"name": "owners", "memberIds": []any{id}, "organizationRole": "ORGANIZATION_OWNER", "workspaceRoles": []any{workspaceRole("cw", "WORKSPACE_OWNER")}})
			o.Seed("team", map[string]any{"name": "others", "workspaceRoles": []any{workspaceRole("cx", "WORKSPACE_OWNER")}})
			user := o.mustSend("GET", "/users/"+id, nil)
			if diff := cmp.Diff(test.roles, user["workspaceRoles"]); diff != "" || user["organizationRole"] != test.role {
				t.Errorf("role %v, %s", user["organizationRole"], diff)
			}
			teams := getObjects(o.mustSend("GET", "/users/"+id+"/teams", nil), "teams")
			if len(teams) != 2 || teams[0]["name"] != "members" || teams[1]["organizationRole"] != "ORGANIZATION_OWNER" {
				t.Errorf("Teams: %v", teams)
			}
			o.wantRefusal(404, "GET", "/users/cnone/teams", nil)
		})
	}
}
