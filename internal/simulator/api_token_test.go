package simulator_test

import (
	"strings"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func tokenRole(entityType, entity, role string) map[string]any {
	return map[string]any{"entityType": entityType, "entityId": entity, "role": role}
}

// tokenValue returns the token's value, which only the responses to create and rotate contain.
func tokenValue(t *testing.T, answer map[string]any) string {
	t.Helper()
	value, _ := answer["token"].(string)
	if len(value) < 20 {
		t.Errorf("the response contains no value: %v", answer)
	}
	return value
}

func TestAPITokenLifecycle(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o, w := startPopulated(t, simulator.Options{Now: clockAt(&now)})
	body := map[string]any{
		"name": "ci", "description": "d", "scope": "WORKSPACE", "entityId": w, "role": "WORKSPACE_OPERATOR", "kind": "DIRECT_ACCESS", "tokenExpiryPeriodInDays": 30,
	}
	created := o.mustSend("POST", "/tokens", body)
	path, first := "/tokens/"+created["id"].(string), tokenValue(t, created)
	want := map[string]any{
		"name": "ci", "description": "d", "scope": "WORKSPACE", "kind": "DIRECT_ACCESS", "roles": []any{tokenRole("WORKSPACE", w, "WORKSPACE_OPERATOR")},
		"expiryPeriodInDays": 30.0, "startAt": "2026-01-02T03:04:05.000Z", "endAt": "2026-02-01T03:04:05.000Z",
	}
	if diff := cmp.Diff(want, pickFields(created, "name", "description", "scope", "kind", "roles", "expiryPeriodInDays", "startAt", "endAt")); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	if diff := cmp.Diff(withChanges(created, map[string]any{"token": nil}), o.mustSend("GET", path, nil)); diff != "" {
		t.Errorf("a read differs from the response to the create, or contains the value:\n%s", diff)
	}
	other := o.mustSend("POST", "/tokens", withChanges(body, map[string]any{"tokenExpiryPeriodInDays": nil, "kind": nil, "description": nil})) // names need not be unique
	if _, ends := other["endAt"]; ends || other["kind"] != "STANDARD" || other["description"] != "" || tokenValue(t, other) == first {
		t.Errorf("created with only the required fields: %v", other)
	}
	listed := getObjects(o.mustSend("GET", "/tokens", nil), "tokens")
	if diff := cmp.Diff([]map[string]any{withChanges(created, map[string]any{"token": nil}), withChanges(other, map[string]any{"token": nil})}, listed); diff != "" {
		t.Errorf("list:\n%s", diff)
	}
	after := o.mustSend("POST", path, map[string]any{"name": "renamed"})
	if diff := cmp.Diff(withChanges(want, map[string]any{"name": "renamed", "description": ""}), pickFields(after, "name", "description", "scope", "kind", "roles", "expiryPeriodInDays", "startAt", "endAt", "token")); diff != "" {
		t.Errorf("an update must clear the description, keep the rest and return no value:\n%s", diff)
	}
	now = now.AddDate(0, 0, 1)
	rotated := o.mustSend("POST", path+"/rotate", nil)
	if tokenValue(t, rotated) == first || rotated["name"] != "renamed" || rotated["lastRotatedAt"] != "2026-01-03T03:04:05.000Z" {
		t.Errorf("rotated: %v", rotated)
	}
	if read := o.mustSend("GET", path, nil); read["token"] != nil || read["lastRotatedAt"] != rotated["lastRotatedAt"] || o.storedState("apiToken", created["id"].(string))["token"] != rotated["token"] {
		t.Errorf("read after a rotation: %v", read)
	}
	o.mustSend("DELETE", path, nil)
	for _, call := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"POST", "/rotate"}} {
		o.wantRefusal(404, call[0], path+call[1], nil)
	}
}

func TestAPITokenRoles(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	id := g.Seed("apiToken", map[string]any{"scope": "WORKSPACE", "entityId": g.workspace, "role": "WORKSPACE_MEMBER"})
	own, dag := tokenRole("WORKSPACE", g.workspace, "WORKSPACE_AUTHOR"), withChanges(tokenRole("DAG", "etl", "DAG_AUTHOR"), map[string]any{"deploymentId": g.firstDeployment})
	tag := withChanges(tokenRole("DAG_TAG", "etl", "watcher"), map[string]any{"deploymentId": g.firstDeployment})
	answer := g.mustSend("POST", "/tokens/"+id+"/roles", map[string]any{"roles": []any{tag, own, dag, tokenRole("DEPLOYMENT", g.firstDeployment, "deployer")}})
	want := map[string]any{
		"workspaceRoles": []any{workspaceRole(g.workspace, "WORKSPACE_AUTHOR")}, "deploymentRoles": []any{deploymentRole(g.firstDeployment, "deployer")},
		"dagRoles": []any{withChanges(deploymentRole(g.firstDeployment, "DAG_AUTHOR"), map[string]any{"dagId": "etl"}), withChanges(deploymentRole(g.firstDeployment, "watcher"), map[string]any{"dagTag": "etl"})},
	}
	if diff := cmp.Diff(want, answer); diff != "" {
		t.Errorf("the response to the change of roles:\n%s", diff)
	}
	if diff := cmp.Diff([]any{dag, tag, tokenRole("DEPLOYMENT", g.firstDeployment, "deployer"), own}, g.mustSend("GET", "/tokens/"+id, nil)["roles"]); diff != "" {
		t.Errorf("a read must return the roles in the server's order:\n%s", diff)
	}
	g.mustSend("POST", "/tokens/"+id+"/roles", map[string]any{"roles": []any{own, dag}})
	if diff := cmp.Diff([]any{dag, own}, g.mustSend("GET", "/tokens/"+id, nil)["roles"]); diff != "" {
		t.Errorf("roles that aren't sent must be removed:\n%s", diff)
	}
	ofOne := g.Seed("apiToken", map[string]any{"scope": "DEPLOYMENT", "entityId": g.firstDeployment})
	g.mustSend("DELETE", "/deployments/"+g.firstDeployment, nil)
	if diff := cmp.Diff([]any{own}, g.mustSend("GET", "/tokens/"+id, nil)["roles"]); diff != "" {
		t.Errorf("after the deletion of the Deployment:\n%s", diff)
	}
	g.wantRefusal(404, "GET", "/tokens/"+ofOne, nil)
}

func TestAPITokenRefusals(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	ofWorkspace := "/tokens/" + g.Seed("apiToken", map[string]any{"name": "kept", "scope": "WORKSPACE", "entityId": g.workspace})
	ofDeployment := "/tokens/" + g.Seed("apiToken", map[string]any{"name": "kept", "scope": "DEPLOYMENT", "entityId": g.firstDeployment})
	valid := map[string]any{"name": "x", "scope": "WORKSPACE", "entityId": g.workspace, "role": "WORKSPACE_OWNER"}
	roles := func(all ...any) map[string]any { return map[string]any{"roles": all} }
	own, deployer := tokenRole("WORKSPACE", g.workspace, "WORKSPACE_OWNER"), tokenRole("DEPLOYMENT", g.firstDeployment, "deployer")
	before := g.Resources("apiToken")
	for name, test := range map[string]struct {
		field, path string
		body        map[string]any
	}{
		"no name":                        {"name", "/tokens", withChanges(valid, map[string]any{"name": nil})},
		"blank name":                     {"name", "/tokens", withChanges(valid, map[string]any{"name": " "})},
		"no role":                        {"role", "/tokens", withChanges(valid, map[string]any{"role": nil})},
		"no scope":                       {"scope", "/tokens", withChanges(valid, map[string]any{"scope": nil})},
		"unknown scope":                  {"scope", "/tokens", withChanges(valid, map[string]any{"scope": "DAG"})},
		"unknown kind":                   {"kind", "/tokens", withChanges(valid, map[string]any{"kind": "ODD"})},
		"no days":                        {"tokenExpiryPeriodInDays", "/tokens", withChanges(valid, map[string]any{"tokenExpiryPeriodInDays": 0})},
		"too many days":                  {"tokenExpiryPeriodInDays", "/tokens", withChanges(valid, map[string]any{"tokenExpiryPeriodInDays": 3651})},
		"roles of a create":              {"roles", "/tokens", withChanges(valid, map[string]any{"roles": []any{own}})},
		"no entity":                      {"", "/tokens", withChanges(valid, map[string]any{"entityId": nil})},
		"unknown entity":                 {"", "/tokens", withChanges(valid, map[string]any{"entityId": "cnone"})},
		"entity of the Organization":     {"", "/tokens", map[string]any{"name": "x", "scope": "ORGANIZATION", "entityId": g.OrganizationID(), "role": "ORGANIZATION_OWNER"}},
		"role of another scope":          {"", "/tokens", withChanges(valid, map[string]any{"role": "DEPLOYMENT_ADMIN"})},
		"update without name":            {"name", ofWorkspace, map[string]any{"description": "d"}},
		"long name":                      {"name", ofWorkspace, map[string]any{"name": strings.Repeat("x", 257)}},
		"long description":               {"description", ofWorkspace, map[string]any{"name": "x", "description": strings.Repeat("x", 501)}},
		"scope of an update":             {"scope", ofWorkspace, map[string]any{"name": "x", "scope": "ORGANIZATION"}},
		"expiry of an update":            {"tokenExpiryPeriodInDays", ofWorkspace, map[string]any{"name": "x", "tokenExpiryPeriodInDays": 3}},
		"omitted roles":                  {"roles", ofWorkspace + "/roles", map[string]any{}},
		"empty roles":                    {"roles", ofWorkspace + "/roles", map[string]any{"roles": []any{}}},
		"role without entityType":        {"roles[0].entityType", ofWorkspace + "/roles", roles(withChanges(own, map[string]any{"entityType": "TEAM"}))},
		"role without entityId":          {"roles[1].entityId", ofWorkspace + "/roles", roles(own, withChanges(deployer, map[string]any{"entityId": nil}))},
		"no role of the token's scope":   {"", ofWorkspace + "/roles", roles(deployer)},
		"two roles of the token's scope": {"", ofWorkspace + "/roles", roles(own, withChanges(own, map[string]any{"role": "WORKSPACE_MEMBER"}))},
		"role of another Workspace":      {"", ofWorkspace + "/roles", roles(own, tokenRole("WORKSPACE", g.otherWorkspace, "WORKSPACE_OWNER"))},
		"role of the scope removed":      {"", ofWorkspace + "/roles", roles(tokenRole("WORKSPACE", g.otherWorkspace, "WORKSPACE_OWNER"))},
		"role of the Organization":       {"", ofWorkspace + "/roles", roles(own, tokenRole("ORGANIZATION", g.OrganizationID(), "ORGANIZATION_OWNER"))},
		"role of the Workspace":          {"", ofDeployment + "/roles", roles(deployer, own)},
		"role of the next Deployment":    {"", ofDeployment + "/roles", roles(deployer, tokenRole("DEPLOYMENT", g.secondDeployment, "deployer"))},
		"unknown Deployment":             {"", ofWorkspace + "/roles", roles(own, withChanges(deployer, map[string]any{"entityId": "cnone"}))},
		"unknown role":                   {"", ofWorkspace + "/roles", roles(own, withChanges(deployer, map[string]any{"role": "watcher"}))},
		"DAG without Deployment":         {"", ofWorkspace + "/roles", roles(own, tokenRole("DAG", "etl", "DAG_VIEWER"))},
	} {
		t.Run(name, func(t *testing.T) { g.wantFieldError(t, test.field, test.path, test.body) })
	}
	if diff := cmp.Diff(before, g.Resources("apiToken")); diff != "" {
		t.Errorf("after only refused requests:\n%s", diff)
	}
	g.mustSend("POST", "/tokens", valid) // the body of the cases is valid without their changes
	g.mustSend("POST", ofWorkspace+"/roles", roles(own, deployer))
}

func TestAPITokenList(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	seed := func(scope, kind string, roles ...any) string {
		return g.Seed("apiToken", map[string]any{"scope": scope, "kind": kind, "roles": roles})
	}
	member := tokenRole("ORGANIZATION", g.OrganizationID(), "ORGANIZATION_MEMBER")
	plain, guest := seed("ORGANIZATION", "STANDARD", member), seed("ORGANIZATION", "STANDARD", member, tokenRole("WORKSPACE", g.workspace, "WORKSPACE_MEMBER"))
	inW, inOne := seed("WORKSPACE", "DIRECT_ACCESS", tokenRole("WORKSPACE", g.workspace, "WORKSPACE_OWNER")), seed("DEPLOYMENT", "STANDARD", tokenRole("DEPLOYMENT", g.firstDeployment, "DEPLOYMENT_ADMIN"))
	for query, want := range map[string][]string{
		"": {plain, guest, inW, inOne}, "?includeOnlyOrganizationTokens=true": {plain, guest}, "?kind=DIRECT_ACCESS": {inW},
		"?workspaceId=" + g.workspace: {guest, inW}, "?workspaceId=" + g.otherWorkspace: nil, "?deploymentId=" + g.firstDeployment: {inOne}, "?deploymentId=" + g.secondDeployment: nil,
	} {
		list := g.mustSend("GET", "/tokens"+query, nil)
		if diff := cmp.Diff(want, idsOf(getObjects(list, "tokens"))); diff != "" || list["totalCount"] != float64(len(want)) {
			t.Errorf("tokens%s: %s", query, diff)
		}
	}
	for range 41 {
		seed("WORKSPACE", "STANDARD", tokenRole("WORKSPACE", g.otherWorkspace, "WORKSPACE_OWNER"))
	}
	for query, want := range map[string]int{"": 20, "&offset=40": 1, "&limit=1000": 41} {
		list := g.mustSend("GET", "/tokens?workspaceId="+g.otherWorkspace+query, nil)
		if got := len(getObjects(list, "tokens")); got != want || list["totalCount"] != 41.0 {
			t.Errorf("%d tokens%s of %v, want %d", got, query, list["totalCount"], want)
		}
	}
}
