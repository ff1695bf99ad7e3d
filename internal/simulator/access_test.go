package simulator_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"astro-apply/internal/simulator"

	"github.com/google/go-cmp/cmp"
)

func TestTokenScopes(t *testing.T) {
	t.Parallel()
	o, w := startPopulated(t, simulator.Options{})
	other := o.Seed("workspace", map[string]any{"name": "other"})
	own := o.Seed("deployment", map[string]any{"name": "own", "workspaceId": w, "type": "DEDICATED"})
	sibling := o.Seed("deployment", map[string]any{"name": "sibling", "workspaceId": w})
	foreign := o.Seed("deployment", map[string]any{"name": "foreign", "workspaceId": other})
	rename := map[string]any{"name": "w", "description": "", "cicdEnforcedDefault": false}
	update := withChanges(minimalUpdate(w), map[string]any{"name": "own"})
	create := func(workspace string) map[string]any {
		return withChanges(documentedDeployment(workspace), map[string]any{"name": "new"})
	}

	for name, token := range map[string]string{"organization": o.NewToken(simulator.Scope{}), "opaque": "astro_opaque"} {
		all := o.withToken(token)
		if diff := cmp.Diff([]string{own, sibling, foreign}, idsOf(getObjects(all.mustSend("GET", "/deployments", nil), "deployments"))); diff != "" {
			t.Errorf("%s token: %s", name, diff)
		}
		all.mustSend("GET", "/clusters", nil)
	}

	workspace := o.withToken(o.NewToken(simulator.Scope{WorkspaceIDs: []string{w}}))
	if diff := cmp.Diff([]string{w}, idsOf(getObjects(workspace.mustSend("GET", "/workspaces", nil), "workspaces"))); diff != "" {
		t.Errorf("Workspace token lists: %s", diff)
	}
	if diff := cmp.Diff([]string{own, sibling}, idsOf(getObjects(workspace.mustSend("GET", "/deployments", nil), "deployments"))); diff != "" {
		t.Errorf("Workspace token lists: %s", diff)
	}
	workspace.mustSend("POST", "/workspaces/"+w, rename)
	workspace.mustSend("POST", "/deployments/"+own, update)
	workspace.mustSend("DELETE", "/deployments/"+workspace.mustSend("POST", "/deployments", create(w))["id"].(string), nil)
	workspace.wantRefusal(403, "GET", "/workspaces/"+other, nil)
	workspace.wantRefusal(403, "GET", "/workspaces/cnone", nil)
	workspace.wantRefusal(403, "POST", "/workspaces", map[string]any{"name": "x"})
	workspace.wantRefusal(403, "POST", "/deployments", create(other))
	workspace.wantRefusal(403, "GET", "/deployments/"+foreign, nil)
	workspace.wantRefusal(403, "GET", "/clusters", nil)

	deployment := o.withToken(o.NewToken(simulator.Scope{WorkspaceIDs: []string{w}, DeploymentIDs: []string{own}}))
	if diff := cmp.Diff([]string{own}, idsOf(getObjects(deployment.mustSend("GET", "/deployments", nil), "deployments"))); diff != "" {
		t.Errorf("Deployment token lists: %s", diff)
	}
	deployment.mustSend("GET", "/deployments/"+own, nil)
	deployment.mustSend("POST", "/deployments/"+own, update)
	deployment.wantRefusal(403, "GET", "/workspaces", nil)
	deployment.wantRefusal(403, "GET", "/workspaces/"+w, nil)
	deployment.wantRefusal(403, "GET", "/deployments/"+sibling, nil)
	deployment.wantRefusal(403, "POST", "/deployments", create(w))
	deployment.wantRefusal(403, "GET", "/clusters", nil)
	if n := len(o.Resources("deployment")); n != 3 {
		t.Errorf("%d Deployments, want 3", n)
	}
}

func TestTokenIsChecked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := startOrganization(t, simulator.Options{Now: clockAt(&now)})
	o.withToken("").wantRefusal(401, "GET", "/workspaces", nil)
	until := o.withToken(o.NewToken(simulator.Scope{ExpiresAt: now.Add(time.Hour)}))
	until.mustSend("GET", "/workspaces", nil)
	now = now.Add(time.Hour)
	until.wantRefusal(401, "GET", "/workspaces", nil)
	o.withToken(o.NewToken(simulator.Scope{OrganizationID: "celsewhere"})).wantRefusal(403, "GET", "/workspaces", nil)
	elsewhere := startOrganization(t, simulator.Options{OrganizationID: "celsewhere"})
	elsewhere.url = o.url
	elsewhere.wantRefusal(403, "GET", "/workspaces", nil)
}

func TestTokenClaims(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Options{OrganizationID: "corg"})
	token := s.NewToken(simulator.Scope{WorkspaceIDs: []string{"cw"}, DeploymentIDs: []string{"cd"}, TokenID: "ct", ExpiresAt: time.Unix(1800000000, 0)})
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"permissions": []any{"apiTokenId:ct", "organizationId:corg", "workspaceId:cw", "deploymentId:cd"},
		"apiTokenId":  "ct", "exp": 1800000000.0,
	}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Error(diff)
	}
}
