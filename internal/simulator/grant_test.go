package simulator_test

import (
	"testing"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

// granting is an organization with all that roles can be for: two Deployments in a Workspace, and one in another.
type granting struct {
	*organization
	w, other, one, two, foreign string
}

func startGranting(t *testing.T) granting {
	t.Helper()
	o, w := populated(t, simulator.Options{})
	other := o.Seed("workspace", map[string]any{"name": "other"})
	o.Seed("customRole", map[string]any{"name": "deployer", "scopeType": "DEPLOYMENT"})
	o.Seed("customRole", map[string]any{"name": "watcher", "scopeType": "DAG"})
	return granting{
		organization: o, w: w, other: other,
		one:     o.Seed("deployment", map[string]any{"name": "one", "workspaceId": w}),
		two:     o.Seed("deployment", map[string]any{"name": "two", "workspaceId": w}),
		foreign: o.Seed("deployment", map[string]any{"name": "foreign", "workspaceId": other}),
	}
}

func inWorkspace(id, role string) map[string]any {
	return map[string]any{"workspaceId": id, "role": role}
}

func inDeployment(id, role string) map[string]any {
	return map[string]any{"deploymentId": id, "role": role}
}

// all are roles of every kind.
func (g granting) all() map[string]any {
	return map[string]any{
		"organizationRole": "ORGANIZATION_BILLING_ADMIN",
		"workspaceRoles":   []any{inWorkspace(g.w, "WORKSPACE_AUTHOR")},
		"deploymentRoles":  []any{inDeployment(g.one, "DEPLOYMENT_ADMIN"), inDeployment(g.two, "deployer")},
		"dagRoles": []any{
			with(inDeployment(g.one, "DAG_AUTHOR"), map[string]any{"dagId": "etl"}),
			with(inDeployment(g.one, "watcher"), map[string]any{"dagTag": "nightly"}),
		},
	}
}

var grantNames = []string{"organizationRole", "workspaceRoles", "deploymentRoles", "dagRoles"}

// subjects are those that have roles of these kinds, by path.
func (g granting) subjects() map[string]string {
	return map[string]string{"user": "/users/" + g.Seed("user", map[string]any{}), "team": "/teams/" + g.Seed("team", map[string]any{})}
}

func TestGrantsReplaceAll(t *testing.T) {
	t.Parallel()
	g := startGranting(t)
	for kind, path := range g.subjects() {
		if diff := cmp.Diff(map[string]any{"organizationRole": "ORGANIZATION_MEMBER"}, pick(g.do("GET", path, nil), grantNames...)); diff != "" {
			t.Errorf("%s without roles:\n%s", kind, diff)
		}
		if diff := cmp.Diff(g.all(), g.do("POST", path+"/roles", g.all())); diff != "" {
			t.Errorf("%s: the answer to a change of roles:\n%s", kind, diff)
		}
		read := g.do("GET", path, nil)
		for _, name := range grantNames[1:] {
			if got, want := len(members(read, name)), len(g.all()[name].([]any)); got != want {
				t.Errorf("%s has %d %s, want %d", kind, got, name, want)
			}
		}
		if read["organizationRole"] != "ORGANIZATION_BILLING_ADMIN" {
			t.Errorf("%s: %v", kind, read)
		}
		least := map[string]any{"organizationRole": "ORGANIZATION_OWNER", "workspaceRoles": []any{inWorkspace(g.other, "WORKSPACE_OWNER")}}
		g.do("POST", path+"/roles", least)
		if diff := cmp.Diff(least, pick(g.do("GET", path, nil), grantNames...)); diff != "" {
			t.Errorf("%s: lists that aren't sent are emptied:\n%s", kind, diff)
		}
	}
}

func TestGrantsHaveAnOrderOfTheServers(t *testing.T) {
	t.Parallel()
	g := startGranting(t)
	low, high := min(g.w, g.other), max(g.w, g.other)
	for kind, path := range g.subjects() {
		g.do("POST", path+"/roles", map[string]any{
			"organizationRole": "ORGANIZATION_MEMBER", "workspaceRoles": []any{inWorkspace(high, "WORKSPACE_MEMBER"), inWorkspace(low, "WORKSPACE_OWNER")},
		})
		want := []any{inWorkspace(low, "WORKSPACE_OWNER"), inWorkspace(high, "WORKSPACE_MEMBER")}
		if diff := cmp.Diff(want, g.do("GET", path, nil)["workspaceRoles"]); diff != "" {
			t.Errorf("%s:\n%s", kind, diff)
		}
	}
}

func TestGrantRefusals(t *testing.T) {
	t.Parallel()
	g := startGranting(t)
	dag := func(id, role string, of map[string]any) []any { return []any{with(inDeployment(id, role), of)} }
	etl := map[string]any{"dagId": "etl"}
	tests := map[string]struct {
		field   string
		changes map[string]any
	}{
		"no Organization role":       {"organizationRole", map[string]any{"organizationRole": nil}},
		"unknown Organization role":  {"organizationRole", map[string]any{"organizationRole": "WORKSPACE_OWNER"}},
		"unknown Workspace role":     {"workspaceRoles[0].role", map[string]any{"workspaceRoles": []any{inWorkspace(g.w, "DEPLOYMENT_ADMIN")}}},
		"no Workspace":               {"workspaceRoles[0].workspaceId", map[string]any{"workspaceRoles": []any{map[string]any{"role": "WORKSPACE_OWNER"}}}},
		"no role":                    {"deploymentRoles[0].role", map[string]any{"deploymentRoles": []any{map[string]any{"deploymentId": g.one}}}},
		"unknown field":              {"isIdpManaged", map[string]any{"isIdpManaged": false}},
		"unknown Workspace":          {"", map[string]any{"workspaceRoles": []any{inWorkspace(g.w, "WORKSPACE_OWNER"), inWorkspace("cnone", "WORKSPACE_OWNER")}}},
		"Workspace twice":            {"", map[string]any{"workspaceRoles": []any{inWorkspace(g.w, "WORKSPACE_OWNER"), inWorkspace(g.w, "WORKSPACE_MEMBER")}}},
		"unknown Deployment":         {"", map[string]any{"dagRoles": nil, "deploymentRoles": []any{inDeployment("cnone", "DEPLOYMENT_ADMIN")}}},
		"Deployment twice":           {"", map[string]any{"deploymentRoles": []any{inDeployment(g.one, "DEPLOYMENT_ADMIN"), inDeployment(g.one, "deployer")}}},
		"not in the Workspace":       {"", map[string]any{"dagRoles": nil, "deploymentRoles": []any{inDeployment(g.foreign, "DEPLOYMENT_ADMIN")}}},
		"unknown custom role":        {"", map[string]any{"deploymentRoles": []any{inDeployment(g.one, "nobody")}}},
		"custom role of another":     {"", map[string]any{"deploymentRoles": []any{inDeployment(g.one, "watcher")}}},
		"DAGs without Deployment":    {"", map[string]any{"deploymentRoles": nil}},
		"neither DAG nor tag":        {"", map[string]any{"dagRoles": dag(g.one, "DAG_VIEWER", nil)}},
		"both DAG and tag":           {"", map[string]any{"dagRoles": dag(g.one, "DAG_VIEWER", map[string]any{"dagId": "etl", "dagTag": "etl"})}},
		"DAG twice":                  {"", map[string]any{"dagRoles": append(dag(g.one, "DAG_VIEWER", etl), dag(g.one, "DAG_AUTHOR", etl)...)}},
		"a Deployment role for DAGs": {"", map[string]any{"dagRoles": dag(g.one, "deployer", etl)}},
	}
	for kind, path := range g.subjects() {
		for name, test := range tests {
			t.Run(kind+" "+name, func(t *testing.T) { g.wantField(t, test.field, path+"/roles", with(g.all(), test.changes)) })
		}
		if diff := cmp.Diff(map[string]any{"organizationRole": "ORGANIZATION_MEMBER"}, pick(g.do("GET", path, nil), grantNames...)); diff != "" {
			t.Errorf("%s after refusals only:\n%s", kind, diff)
		}
		g.do("POST", path+"/roles", g.all()) // what the tests change is fine by itself
	}
}

func TestGrantsEndWithTheirPlace(t *testing.T) {
	t.Parallel()
	for kind := range startGranting(t).subjects() {
		o := startGranting(t) // each with places of its own
		path := o.subjects()[kind]
		o.do("POST", path+"/roles", o.all())
		o.do("DELETE", "/deployments/"+o.one, nil)
		want := map[string]any{
			"organizationRole": "ORGANIZATION_BILLING_ADMIN", "workspaceRoles": []any{inWorkspace(o.w, "WORKSPACE_AUTHOR")},
			"deploymentRoles": []any{inDeployment(o.two, "deployer")},
		}
		if diff := cmp.Diff(want, pick(o.do("GET", path, nil), grantNames...)); diff != "" {
			t.Errorf("%s after its Deployment:\n%s", kind, diff)
		}
		o.do("DELETE", "/deployments/"+o.two, nil)
		o.do("DELETE", "/workspaces/"+o.w, nil)
		if diff := cmp.Diff(map[string]any{"organizationRole": "ORGANIZATION_BILLING_ADMIN"}, pick(o.do("GET", path, nil), grantNames...)); diff != "" {
			t.Errorf("%s after its Workspace:\n%s", kind, diff)
		}
	}
}

func TestGrantedAreFound(t *testing.T) {
	t.Parallel()
	g := startGranting(t)
	for kind, path := range g.subjects() {
		g.Seed(kind, map[string]any{}) // without roles
		g.do("POST", path+"/roles", g.all())
		id, plural := path[len("/"+kind+"s/"):], kind+"s"
		for filter, want := range map[string][]string{
			"?workspaceId=" + g.w: {id}, "?workspaceId=" + g.other: nil, "?deploymentId=" + g.two: {id}, "?deploymentId=" + g.foreign: nil,
		} {
			list := g.do("GET", "/"+plural+filter, nil)
			if diff := cmp.Diff(want, ids(members(list, plural))); diff != "" || list["totalCount"] != float64(len(want)) {
				t.Errorf("%s%s: %s", plural, filter, diff)
			}
		}
	}
}
