package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

// roleFixture is an organization with entities for all roles: two Deployments in one Workspace, and one in another.
type roleFixture struct {
	*testOrganization
	workspace, otherWorkspace, firstDeployment, secondDeployment, foreignDeployment string
}

func startRoleFixture(t *testing.T) roleFixture {
	t.Helper()
	o, w := startPopulated(t, simulator.Options{})
	other := o.Seed("workspace", map[string]any{"name": "other"})
	o.Seed("customRole", map[string]any{"name": "deployer", "scopeType": "DEPLOYMENT"})
	o.Seed("customRole", map[string]any{"name": "watcher", "scopeType": "DAG"})
	return roleFixture{
		testOrganization: o, workspace: w, otherWorkspace: other,
		firstDeployment:   o.Seed("deployment", map[string]any{"name": "one", "workspaceId": w}),
		secondDeployment:  o.Seed("deployment", map[string]any{"name": "two", "workspaceId": w}),
		foreignDeployment: o.Seed("deployment", map[string]any{"name": "foreign", "workspaceId": other}),
	}
}

func workspaceRole(id, role string) map[string]any {
	return map[string]any{"workspaceId": id, "role": role}
}

func deploymentRole(id, role string) map[string]any {
	return map[string]any{"deploymentId": id, "role": role}
}

// allRoles returns one role of every kind.
func (g roleFixture) allRoles() map[string]any {
	return map[string]any{
		"organizationRole": "ORGANIZATION_BILLING_ADMIN",
		"workspaceRoles":   []any{workspaceRole(g.workspace, "WORKSPACE_AUTHOR")},
		"deploymentRoles":  []any{deploymentRole(g.firstDeployment, "DEPLOYMENT_ADMIN"), deploymentRole(g.secondDeployment, "deployer")},
		"dagRoles": []any{
			withChanges(deploymentRole(g.firstDeployment, "DAG_AUTHOR"), map[string]any{"dagId": "etl"}),
			withChanges(deploymentRole(g.firstDeployment, "watcher"), map[string]any{"dagTag": "nightly"}),
		},
	}
}

var grantFieldNames = []string{"organizationRole", "workspaceRoles", "deploymentRoles", "dagRoles"}

// subjectPaths returns the paths of the subjects that have the roles.
func (g roleFixture) subjectPaths() map[string]string {
	return map[string]string{"user": "/users/" + g.Seed("user", map[string]any{}), "team": "/teams/" + g.Seed("team", map[string]any{})}
}

func TestGrantsReplaceAll(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	for kind, path := range g.subjectPaths() {
		if diff := cmp.Diff(map[string]any{"organizationRole": "ORGANIZATION_MEMBER"}, pickFields(g.mustSend("GET", path, nil), grantFieldNames...)); diff != "" {
			t.Errorf("%s without roles:\n%s", kind, diff)
		}
		if diff := cmp.Diff(g.allRoles(), g.mustSend("POST", path+"/roles", g.allRoles())); diff != "" {
			t.Errorf("%s: the response to a change of roles:\n%s", kind, diff)
		}
		read := g.mustSend("GET", path, nil)
		for _, name := range grantFieldNames[1:] {
			if got, want := len(getObjects(read, name)), len(g.allRoles()[name].([]any)); got != want {
				t.Errorf("%s has %d %s, want %d", kind, got, name, want)
			}
		}
		if read["organizationRole"] != "ORGANIZATION_BILLING_ADMIN" {
			t.Errorf("%s: %v", kind, read)
		}
		least := map[string]any{"organizationRole": "ORGANIZATION_OWNER", "workspaceRoles": []any{workspaceRole(g.otherWorkspace, "WORKSPACE_OWNER")}}
		g.mustSend("POST", path+"/roles", least)
		if diff := cmp.Diff(least, pickFields(g.mustSend("GET", path, nil), grantFieldNames...)); diff != "" {
			t.Errorf("%s: lists that aren't sent must be emptied:\n%s", kind, diff)
		}
	}
}

func TestGrantsAreSorted(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	low, high := min(g.workspace, g.otherWorkspace), max(g.workspace, g.otherWorkspace)
	for kind, path := range g.subjectPaths() {
		g.mustSend("POST", path+"/roles", map[string]any{
			"organizationRole": "ORGANIZATION_MEMBER", "workspaceRoles": []any{workspaceRole(high, "WORKSPACE_MEMBER"), workspaceRole(low, "WORKSPACE_OWNER")},
		})
		want := []any{workspaceRole(low, "WORKSPACE_OWNER"), workspaceRole(high, "WORKSPACE_MEMBER")}
		if diff := cmp.Diff(want, g.mustSend("GET", path, nil)["workspaceRoles"]); diff != "" {
			t.Errorf("%s:\n%s", kind, diff)
		}
	}
}

func TestGrantRefusals(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	dag := func(id, role string, of map[string]any) []any {
		return []any{withChanges(deploymentRole(id, role), of)}
	}
	etl := map[string]any{"dagId": "etl"}
	tests := map[string]struct {
		field   string
		changes map[string]any
	}{
		"no Organization role":         {"organizationRole", map[string]any{"organizationRole": nil}},
		"unknown Organization role":    {"organizationRole", map[string]any{"organizationRole": "WORKSPACE_OWNER"}},
		"unknown Workspace role":       {"workspaceRoles[0].role", map[string]any{"workspaceRoles": []any{workspaceRole(g.workspace, "DEPLOYMENT_ADMIN")}}},
		"no Workspace":                 {"workspaceRoles[0].workspaceId", map[string]any{"workspaceRoles": []any{map[string]any{"role": "WORKSPACE_OWNER"}}}},
		"no role":                      {"deploymentRoles[0].role", map[string]any{"deploymentRoles": []any{map[string]any{"deploymentId": g.firstDeployment}}}},
		"unknown field":                {"isIdpManaged", map[string]any{"isIdpManaged": false}},
		"unknown Workspace":            {"", map[string]any{"workspaceRoles": []any{workspaceRole(g.workspace, "WORKSPACE_OWNER"), workspaceRole("cnone", "WORKSPACE_OWNER")}}},
		"Workspace twice":              {"", map[string]any{"workspaceRoles": []any{workspaceRole(g.workspace, "WORKSPACE_OWNER"), workspaceRole(g.workspace, "WORKSPACE_MEMBER")}}},
		"unknown Deployment":           {"", map[string]any{"dagRoles": nil, "deploymentRoles": []any{deploymentRole("cnone", "DEPLOYMENT_ADMIN")}}},
		"Deployment twice":             {"", map[string]any{"deploymentRoles": []any{deploymentRole(g.firstDeployment, "DEPLOYMENT_ADMIN"), deploymentRole(g.firstDeployment, "deployer")}}},
		"not in the Workspace":         {"", map[string]any{"dagRoles": nil, "deploymentRoles": []any{deploymentRole(g.foreignDeployment, "DEPLOYMENT_ADMIN")}}},
		"unknown custom role":          {"", map[string]any{"deploymentRoles": []any{deploymentRole(g.firstDeployment, "nobody")}}},
		"custom role of another scope": {"", map[string]any{"deploymentRoles": []any{deploymentRole(g.firstDeployment, "watcher")}}},
		"DAGs without Deployment":      {"", map[string]any{"deploymentRoles": nil}},
		"neither DAG nor tag":          {"", map[string]any{"dagRoles": dag(g.firstDeployment, "DAG_VIEWER", nil)}},
		"both DAG and tag":             {"", map[string]any{"dagRoles": dag(g.firstDeployment, "DAG_VIEWER", map[string]any{"dagId": "etl", "dagTag": "etl"})}},
		"DAG twice":                    {"", map[string]any{"dagRoles": append(dag(g.firstDeployment, "DAG_VIEWER", etl), dag(g.firstDeployment, "DAG_AUTHOR", etl)...)}},
		"a Deployment role for DAGs":   {"", map[string]any{"dagRoles": dag(g.firstDeployment, "deployer", etl)}},
	}
	for kind, path := range g.subjectPaths() {
		for name, test := range tests {
			t.Run(kind+" "+name, func(t *testing.T) {
				g.wantFieldError(t, test.field, path+"/roles", withChanges(g.allRoles(), test.changes))
			})
		}
		if diff := cmp.Diff(map[string]any{"organizationRole": "ORGANIZATION_MEMBER"}, pickFields(g.mustSend("GET", path, nil), grantFieldNames...)); diff != "" {
			t.Errorf("%s after only refused requests:\n%s", kind, diff)
		}
		g.mustSend("POST", path+"/roles", g.allRoles()) // the body of the cases is valid without their changes
	}
}

func TestGrantsAreDeletedWithParent(t *testing.T) {
	t.Parallel()
	for kind := range startRoleFixture(t).subjectPaths() {
		o := startRoleFixture(t) // the user and the Team need separate entities
		path := o.subjectPaths()[kind]
		o.mustSend("POST", path+"/roles", o.allRoles())
		o.mustSend("DELETE", "/deployments/"+o.firstDeployment, nil)
		want := map[string]any{
			"organizationRole": "ORGANIZATION_BILLING_ADMIN", "workspaceRoles": []any{workspaceRole(o.workspace, "WORKSPACE_AUTHOR")},
			"deploymentRoles": []any{deploymentRole(o.secondDeployment, "deployer")},
		}
		if diff := cmp.Diff(want, pickFields(o.mustSend("GET", path, nil), grantFieldNames...)); diff != "" {
			t.Errorf("%s after the deletion of the Deployment:\n%s", kind, diff)
		}
		o.mustSend("DELETE", "/deployments/"+o.secondDeployment, nil)
		o.mustSend("DELETE", "/workspaces/"+o.workspace, nil)
		if diff := cmp.Diff(map[string]any{"organizationRole": "ORGANIZATION_BILLING_ADMIN"}, pickFields(o.mustSend("GET", path, nil), grantFieldNames...)); diff != "" {
			t.Errorf("%s after the deletion of the Workspace:\n%s", kind, diff)
		}
	}
}

func TestFilterByRole(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	for kind, path := range g.subjectPaths() {
		g.Seed(kind, map[string]any{}) // a subject without roles
		g.mustSend("POST", path+"/roles", g.allRoles())
		id, plural := path[len("/"+kind+"s/"):], kind+"s"
		for filter, want := range map[string][]string{
			"?workspaceId=" + g.workspace: {id}, "?workspaceId=" + g.otherWorkspace: nil, "?deploymentId=" + g.secondDeployment: {id}, "?deploymentId=" + g.foreignDeployment: nil,
		} {
			list := g.mustSend("GET", "/"+plural+filter, nil)
			if diff := cmp.Diff(want, idsOf(getObjects(list, plural))); diff != "" || list["totalCount"] != float64(len(want)) {
				t.Errorf("%s%s: %s", plural, filter, diff)
			}
		}
	}
}
