package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestInheritedRoles(t *testing.T) {
	t.Parallel()
	own := func(id string) []any { return []any{inWorkspace(id, "WORKSPACE_MEMBER")} }
	for name, test := range map[string]struct {
		inherited simulator.InheritedRoles
		roles     []any
		role      string
	}{
		"repeated": {simulator.RepeatInheritedRoles, []any{inWorkspace("cw", "WORKSPACE_MEMBER"), inWorkspace("cw", "WORKSPACE_MEMBER"), inWorkspace("cw", "WORKSPACE_OWNER")}, "ORGANIZATION_OWNER"},
		"merged":   {simulator.MergeInheritedRoles, []any{inWorkspace("cw", "WORKSPACE_MEMBER"), inWorkspace("cw", "WORKSPACE_OWNER")}, "ORGANIZATION_OWNER"},
		"omitted":  {simulator.OmitInheritedRoles, []any{inWorkspace("cw", "WORKSPACE_MEMBER")}, "ORGANIZATION_MEMBER"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := start(t, simulator.Options{Inherited: test.inherited})
			id := o.Seed("user", map[string]any{"workspaceRoles": own("cw")})
			o.Seed("team", map[string]any{"name": "members", "memberIds": []any{id}, "workspaceRoles": own("cw")})
			o.Seed("team", map[string]any{"name": "owners", "memberIds": []any{id}, "organizationRole": "ORGANIZATION_OWNER", "workspaceRoles": []any{inWorkspace("cw", "WORKSPACE_OWNER")}})
			o.Seed("team", map[string]any{"name": "others", "workspaceRoles": []any{inWorkspace("cx", "WORKSPACE_OWNER")}})
			user := o.do("GET", "/users/"+id, nil)
			if diff := cmp.Diff(test.roles, user["workspaceRoles"]); diff != "" || user["organizationRole"] != test.role {
				t.Errorf("role %v, %s", user["organizationRole"], diff)
			}
			teams := members(o.do("GET", "/users/"+id+"/teams", nil), "teams")
			if len(teams) != 2 || teams[0]["name"] != "members" || teams[1]["organizationRole"] != "ORGANIZATION_OWNER" {
				t.Errorf("Teams: %v", teams)
			}
			o.refused(404, "GET", "/users/cnone/teams", nil)
		})
	}
}
