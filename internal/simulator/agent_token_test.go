package simulator_test

import (
	"fmt"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestAgentTokenLives(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o, w := populated(t, simulator.Options{Now: clock(&now)})
	deployment, other := o.Seed("deployment", map[string]any{"workspaceId": w}), o.Seed("deployment", map[string]any{"workspaceId": w})
	path := "/deployments/" + deployment + "/agent-tokens"
	made := o.do("POST", path, map[string]any{"name": "agent", "description": "d", "tokenExpiryPeriodInDays": 1})
	id, first := made["id"].(string), secret(t, made)
	want := map[string]any{"name": "agent", "description": "d", "scope": "DEPLOYMENT", "expiryPeriodInDays": 1.0, "endAt": "2026-01-03T03:04:05.000Z"}
	if diff := cmp.Diff(want, pick(made, "name", "description", "scope", "expiryPeriodInDays", "endAt", "roles", "deploymentId")); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	told := with(made, map[string]any{"token": nil})
	if diff := cmp.Diff(told, o.do("GET", path+"/"+id, nil)); diff != "" {
		t.Errorf("read differs from what create answered, or tells the value:\n%s", diff)
	}
	if diff := cmp.Diff([]map[string]any{told}, members(o.do("GET", path, nil), "tokens")); diff != "" {
		t.Errorf("list:\n%s", diff)
	}
	again := o.do("POST", path, map[string]any{"name": "agent"}) // names need not be unique
	if _, ends := again["endAt"]; ends || secret(t, again) == first {
		t.Errorf("created of a name only: %v", again)
	}
	elsewhere := "/deployments/" + other + "/agent-tokens"
	if list := o.do("GET", elsewhere, nil); list["totalCount"] != 0.0 {
		t.Errorf("in another Deployment: %v", list)
	}
	o.refused(404, "GET", elsewhere+"/"+id, nil)
	o.refused(404, "DELETE", elsewhere+"/"+id, nil)
	if list := o.do("GET", "/tokens", nil); list["totalCount"] != 0.0 {
		t.Errorf("an agent token is no API token: %v", list)
	}
	o.do("DELETE", path+"/"+id, nil)
	o.refused(404, "GET", path+"/"+id, nil)
	o.refused(404, "DELETE", path+"/"+id, nil)
	o.do("DELETE", "/deployments/"+deployment, nil)
	o.refused(404, "GET", path, nil)
	if left := o.Objects("agentToken"); len(left) != 0 {
		t.Errorf("they go with their Deployment: %v", left)
	}
}

func TestAgentTokenRefusals(t *testing.T) {
	t.Parallel()
	o, w := populated(t, simulator.Options{})
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
		t.Run(name, func(t *testing.T) { o.wantField(t, test.field, path, test.body) })
	}
	o.refused(404, "POST", "/deployments/cnone/agent-tokens", map[string]any{"name": "x"})
	if n := len(o.Objects("agentToken")); n != 0 {
		t.Errorf("%d agent tokens after refusals only", n)
	}
}

func TestAgentTokensArePaged(t *testing.T) {
	t.Parallel()
	o, w := populated(t, simulator.Options{})
	deployment := o.Seed("deployment", map[string]any{"workspaceId": w})
	var all []string
	for i := range 21 {
		all = append(all, o.Seed("agentToken", map[string]any{"deploymentId": deployment, "name": fmt.Sprint("agent ", i)}))
	}
	for query, want := range map[string][]string{"": all[:20], "?offset=20": all[20:]} {
		list := o.do("GET", "/deployments/"+deployment+"/agent-tokens"+query, nil)
		if diff := cmp.Diff(want, ids(members(list, "tokens"))); diff != "" || list["totalCount"] != 21.0 {
			t.Errorf("tokens%s of %v: %s", query, list["totalCount"], diff)
		}
	}
}

// TestTokenAccess: a token manages the tokens of what it reaches, and gives roles there only.
func TestTokenAccess(t *testing.T) {
	t.Parallel()
	g := startGranting(t)
	seed := func(scope, entity string) string {
		return g.Seed("apiToken", map[string]any{"scope": scope, "entityId": entity})
	}
	ofOrganization := g.Seed("apiToken", map[string]any{})
	ofW, ofOther, ofOne, ofTwo := seed("WORKSPACE", g.w), seed("WORKSPACE", g.other), seed("DEPLOYMENT", g.one), seed("DEPLOYMENT", g.two)
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
			simulator.Scope{WorkspaceIDs: []string{g.w}},
			"?workspaceId=" + g.w,
			[]string{ofW, ofOne, ofTwo},
			[]string{ofOther, ofOrganization, "cnone"},
			g.two, g.foreign, create("WORKSPACE", g.w, "WORKSPACE_OWNER"), create("WORKSPACE", g.other, "WORKSPACE_OWNER"),
			tokenRole("WORKSPACE", g.w, "WORKSPACE_OWNER"), tokenRole("DEPLOYMENT", g.foreign, "DEPLOYMENT_ADMIN"),
		},
		"Deployment": {
			simulator.Scope{DeploymentIDs: []string{g.one}},
			"?deploymentId=" + g.one,
			[]string{ofOne},
			[]string{ofW, ofTwo, ofOrganization, "cnone"},
			g.one, g.two, create("DEPLOYMENT", g.one, "deployer"), create("DEPLOYMENT", g.two, "deployer"),
			tokenRole("DEPLOYMENT", g.one, "deployer"), with(tokenRole("DAG", "etl", "DAG_VIEWER"), map[string]any{"deploymentId": g.two}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			narrow := g.as(g.Token(test.scope))
			narrow.do("GET", "/tokens"+test.list, nil)
			narrow.refused(403, "GET", "/tokens", nil)
			narrow.refused(403, "GET", "/tokens?workspaceId="+g.other, nil)
			for _, id := range test.reached {
				narrow.do("GET", "/tokens/"+id, nil)
				narrow.do("POST", "/tokens/"+id, map[string]any{"name": "changed"})
			}
			for _, id := range test.hidden {
				narrow.refused(403, "GET", "/tokens/"+id, nil)
				narrow.refused(403, "POST", "/tokens/"+id, map[string]any{"name": "stolen"})
				narrow.refused(403, "POST", "/tokens/"+id+"/rotate", nil)
				narrow.refused(403, "POST", "/tokens/"+id+"/roles", map[string]any{"roles": []any{test.ownRole}})
				narrow.refused(403, "DELETE", "/tokens/"+id, nil)
			}
			own := "/tokens/" + narrow.do("POST", "/tokens", test.may)["id"].(string)
			narrow.refused(403, "POST", "/tokens", test.mayNot)
			narrow.refused(403, "POST", "/tokens", map[string]any{"name": "x", "scope": "ORGANIZATION", "role": "ORGANIZATION_OWNER"})
			narrow.do("POST", own+"/roles", map[string]any{"roles": []any{test.ownRole}})
			narrow.refused(403, "POST", own+"/roles", map[string]any{"roles": []any{test.ownRole, test.moreRole}})
			narrow.do("POST", own+"/rotate", nil)
			narrow.do("DELETE", own, nil)

			agent := narrow.do("POST", "/deployments/"+test.agents+"/agent-tokens", map[string]any{"name": "a"})["id"].(string)
			narrow.do("GET", "/deployments/"+test.agents+"/agent-tokens", nil)
			narrow.do("DELETE", "/deployments/"+test.agents+"/agent-tokens/"+agent, nil)
			for _, id := range []string{test.noAgents, "cnone"} {
				narrow.refused(403, "GET", "/deployments/"+id+"/agent-tokens", nil)
				narrow.refused(403, "POST", "/deployments/"+id+"/agent-tokens", map[string]any{"name": "a"})
			}
		})
	}
	if tokens, agents := len(g.Objects("apiToken")), len(g.Objects("agentToken")); tokens != 5 || agents != 0 {
		t.Errorf("%d API tokens, %d agent tokens", tokens, agents)
	}
}
