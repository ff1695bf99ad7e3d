package simulator_test

import (
	"fmt"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestAgentTokenLifecycle(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o, w := startPopulated(t, simulator.Options{Now: clockAt(&now)})
	deployment, other := o.Seed("deployment", map[string]any{"workspaceId": w}), o.Seed("deployment", map[string]any{"workspaceId": w})
	path := "/deployments/" + deployment + "/agent-tokens"
	created := o.mustSend("POST", path, map[string]any{"name": "agent", "description": "d", "tokenExpiryPeriodInDays": 1})
	id, first := created["id"].(string), tokenValue(t, created)
	want := map[string]any{"name": "agent", "description": "d", "scope": "DEPLOYMENT", "expiryPeriodInDays": 1.0, "endAt": "2026-01-03T03:04:05.000Z"}
	if diff := cmp.Diff(want, pickFields(created, "name", "description", "scope", "expiryPeriodInDays", "endAt", "roles", "deploymentId")); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	withoutValue := withChanges(created, map[string]any{"token": nil})
	if diff := cmp.Diff(withoutValue, o.mustSend("GET", path+"/"+id, nil)); diff != "" {
		t.Errorf("a read differs from the response to the create, or contains the value:\n%s", diff)
	}
	if diff := cmp.Diff([]map[string]any{withoutValue}, getObjects(o.mustSend("GET", path, nil), "tokens")); diff != "" {
		t.Errorf("list:\n%s", diff)
	}
	again := o.mustSend("POST", path, map[string]any{"name": "agent"}) // names need not be unique
	if _, ends := again["endAt"]; ends || tokenValue(t, again) == first {
		t.Errorf("created with only a name: %v", again)
	}
	elsewhere := "/deployments/" + other + "/agent-tokens"
	if list := o.mustSend("GET", elsewhere, nil); list["totalCount"] != 0.0 {
		t.Errorf("in another Deployment: %v", list)
	}
	o.wantRefusal(404, "GET", elsewhere+"/"+id, nil)
	o.wantRefusal(404, "DELETE", elsewhere+"/"+id, nil)
	if list := o.mustSend("GET", "/tokens", nil); list["totalCount"] != 0.0 {
		t.Errorf("the list of API tokens contains an agent token: %v", list)
	}
	o.mustSend("DELETE", path+"/"+id, nil)
	o.wantRefusal(404, "GET", path+"/"+id, nil)
	o.wantRefusal(404, "DELETE", path+"/"+id, nil)
	o.mustSend("DELETE", "/deployments/"+deployment, nil)
	o.wantRefusal(404, "GET", path, nil)
	if left := o.Resources("agentToken"); len(left) != 0 {
		t.Errorf("after the deletion of the Deployment: %v", left)
	}
}

func TestAgentTokenRefusals(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	path := "/deployments/" + o.Seed("deployment", map[string]any{"workspaceId": w}) + "/agent-tokens"
	for name, test := range map[string]struct {
		field string
		body  map[string]any
	}{
		"no name":       {"name", map[string]any{}},
		"empty name":    {"name", map[string]any{"name": ""}},
		"blank name":    {"name", map[string]any{"name": " "}},
		"no days":       {"tokenExpiryPeriodInDays", map[string]any{"name": "x", "tokenExpiryPeriodInDays": 0}},
		"too many days": {"tokenExpiryPeriodInDays", map[string]any{"name": "x", "tokenExpiryPeriodInDays": 3651}},
		"half a day":    {"tokenExpiryPeriodInDays", map[string]any{"name": "x", "tokenExpiryPeriodInDays": 0.5}},
		"a role":        {"role", map[string]any{"name": "x", "role": "DEPLOYMENT_ADMIN"}},
	} {
		t.Run(name, func(t *testing.T) { o.wantFieldError(t, test.field, path, test.body) })
	}
	o.wantRefusal(404, "POST", "/deployments/cnone/agent-tokens", map[string]any{"name": "x"})
	if n := len(o.Resources("agentToken")); n != 0 {
		t.Errorf("%d agent tokens after only refused requests", n)
	}
}

func TestAgentTokensArePaged(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	deployment := o.Seed("deployment", map[string]any{"workspaceId": w})
	var all []string
	for i := range 21 {
		all = append(all, o.Seed("agentToken", map[string]any{"deploymentId": deployment, "name": fmt.Sprint("agent ", i)}))
	}
	for query, want := range map[string][]string{"": all[:20], "?offset=20": all[20:]} {
		list := o.mustSend("GET", "/deployments/"+deployment+"/agent-tokens"+query, nil)
		if diff := cmp.Diff(want, idsOf(getObjects(list, "tokens"))); diff != "" || list["totalCount"] != 21.0 {
			t.Errorf("tokens%s of %v: %s", query, list["totalCount"], diff)
		}
	}
}

// TestTokenAccess checks that a token can only manage tokens, and grant roles, of entities that it may access.
func TestTokenAccess(t *testing.T) {
	t.Parallel()
	g := startRoleFixture(t)
	seed := func(scope, entity string) string {
		return g.Seed("apiToken", map[string]any{"scope": scope, "entityId": entity})
	}
	ofOrganization := g.Seed("apiToken", map[string]any{})
	ofW, ofOther, ofOne, ofTwo := seed("WORKSPACE", g.workspace), seed("WORKSPACE", g.otherWorkspace), seed("DEPLOYMENT", g.firstDeployment), seed("DEPLOYMENT", g.secondDeployment)
	create := func(scope, entity, role string) map[string]any {
		return map[string]any{"name": "x", "scope": scope, "entityId": entity, "role": role}
	}
	for name, test := range map[string]struct {
		scope             simulator.Scope
		list              string
		reached, hidden   []string
		agents, noAgents  string
		may, mayNot       map[string]any
		ownRole, moreRole map[string]any
	}{
		"Workspace": {
			simulator.Scope{WorkspaceIDs: []string{g.workspace}},
			"?workspaceId=" + g.workspace,
			[]string{ofW, ofOne, ofTwo},
			[]string{ofOther, ofOrganization, "cnone"},
			g.secondDeployment, g.foreignDeployment, create("WORKSPACE", g.workspace, "WORKSPACE_OWNER"), create("WORKSPACE", g.otherWorkspace, "WORKSPACE_OWNER"),
			tokenRole("WORKSPACE", g.workspace, "WORKSPACE_OWNER"), tokenRole("DEPLOYMENT", g.foreignDeployment, "DEPLOYMENT_ADMIN"),
		},
		"Deployment": {
			simulator.Scope{DeploymentIDs: []string{g.firstDeployment}},
			"?deploymentId=" + g.firstDeployment,
			[]string{ofOne},
			[]string{ofW, ofTwo, ofOrganization, "cnone"},
			g.firstDeployment, g.secondDeployment, create("DEPLOYMENT", g.firstDeployment, "deployer"), create("DEPLOYMENT", g.secondDeployment, "deployer"),
			tokenRole("DEPLOYMENT", g.firstDeployment, "deployer"), withChanges(tokenRole("DAG", "etl", "DAG_VIEWER"), map[string]any{"deploymentId": g.secondDeployment}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			narrow := g.withToken(g.NewToken(test.scope))
			narrow.mustSend("GET", "/tokens"+test.list, nil)
			narrow.wantRefusal(403, "GET", "/tokens", nil)
			narrow.wantRefusal(403, "GET", "/tokens?workspaceId="+g.otherWorkspace, nil)
			for _, id := range test.reached {
				narrow.mustSend("GET", "/tokens/"+id, nil)
				narrow.mustSend("POST", "/tokens/"+id, map[string]any{"name": "changed"})
			}
			for _, id := range test.hidden {
				narrow.wantRefusal(403, "GET", "/tokens/"+id, nil)
				narrow.wantRefusal(403, "POST", "/tokens/"+id, map[string]any{"name": "stolen"})
				narrow.wantRefusal(403, "POST", "/tokens/"+id+"/rotate", nil)
				narrow.wantRefusal(403, "POST", "/tokens/"+id+"/roles", map[string]any{"roles": []any{test.ownRole}})
				narrow.wantRefusal(403, "DELETE", "/tokens/"+id, nil)
			}
			own := "/tokens/" + narrow.mustSend("POST", "/tokens", test.may)["id"].(string)
			narrow.wantRefusal(403, "POST", "/tokens", test.mayNot)
			narrow.wantRefusal(403, "POST", "/tokens", map[string]any{"name": "x", "scope": "ORGANIZATION", "role": "ORGANIZATION_OWNER"})
			narrow.mustSend("POST", own+"/roles", map[string]any{"roles": []any{test.ownRole}})
			narrow.wantRefusal(403, "POST", own+"/roles", map[string]any{"roles": []any{test.ownRole, test.moreRole}})
			narrow.mustSend("POST", own+"/rotate", nil)
			narrow.mustSend("DELETE", own, nil)

			agent := narrow.mustSend("POST", "/deployments/"+test.agents+"/agent-tokens", map[string]any{"name": "a"})["id"].(string)
			narrow.mustSend("GET", "/deployments/"+test.agents+"/agent-tokens", nil)
			narrow.mustSend("DELETE", "/deployments/"+test.agents+"/agent-tokens/"+agent, nil)
			for _, id := range []string{test.noAgents, "cnone"} {
				narrow.wantRefusal(403, "GET", "/deployments/"+id+"/agent-tokens", nil)
				narrow.wantRefusal(403, "POST", "/deployments/"+id+"/agent-tokens", map[string]any{"name": "a"})
			}
		})
	}
	if tokens, agents := len(g.Resources("apiToken")), len(g.Resources("agentToken")); tokens != 5 || agents != 0 {
		t.Errorf("%d API tokens, %d agent tokens", tokens, agents)
	}
}
