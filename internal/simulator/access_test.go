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

func TestTokenLevels(t *testing.T) {
	t.Parallel()
	o, w := populated(t, simulator.Options{})
	other := o.Seed("workspace", map[string]any{"name": "other"})
	own := o.Seed("deployment", map[string]any{"name": "own", "workspaceId": w, "type": "DEDICATED"})
	sibling := o.Seed("deployment", map[string]any{"name": "sibling", "workspaceId": w})
	foreign := o.Seed("deployment", map[string]any{"name": "foreign", "workspaceId": other})
	rename := map[string]any{"name": "w", "description": "", "cicdEnforcedDefault": false}
	update := with(least(w), map[string]any{"name": "own"})
	create := func(workspace string) map[string]any {
		return with(documented(workspace), map[string]any{"name": "new"})
	}

	for name, token := range map[string]string{"organization": o.Token(simulator.Scope{}), "opaque": "astro_opaque"} {
		all := o.as(token)
		if diff := cmp.Diff([]string{own, sibling, foreign}, ids(members(all.do("GET", "/deployments", nil), "deployments"))); diff != "" {
			t.Errorf("%s token: %s", name, diff)
		}
		all.do("GET", "/clusters", nil)
	}

	workspace := o.as(o.Token(simulator.Scope{WorkspaceIDs: []string{w}}))
	if diff := cmp.Diff([]string{w}, ids(members(workspace.do("GET", "/workspaces", nil), "workspaces"))); diff != "" {
		t.Errorf("Workspace token lists: %s", diff)
	}
	if diff := cmp.Diff([]string{own, sibling}, ids(members(workspace.do("GET", "/deployments", nil), "deployments"))); diff != "" {
		t.Errorf("Workspace token lists: %s", diff)
	}
	workspace.do("POST", "/workspaces/"+w, rename)
	workspace.do("POST", "/deployments/"+own, update)
	workspace.do("DELETE", "/deployments/"+workspace.do("POST", "/deployments", create(w))["id"].(string), nil)
	workspace.refused(403, "GET", "/workspaces/"+other, nil)
	workspace.refused(403, "GET", "/workspaces/cnone", nil)
	workspace.refused(403, "POST", "/workspaces", map[string]any{"name": "x"})
	workspace.refused(403, "POST", "/deployments", create(other))
	workspace.refused(403, "GET", "/deployments/"+foreign, nil)
	workspace.refused(403, "GET", "/clusters", nil)

	deployment := o.as(o.Token(simulator.Scope{WorkspaceIDs: []string{w}, DeploymentIDs: []string{own}}))
	if diff := cmp.Diff([]string{own}, ids(members(deployment.do("GET", "/deployments", nil), "deployments"))); diff != "" {
		t.Errorf("Deployment token lists: %s", diff)
	}
	deployment.do("GET", "/deployments/"+own, nil)
	deployment.do("POST", "/deployments/"+own, update)
	deployment.refused(403, "GET", "/workspaces", nil)
	deployment.refused(403, "GET", "/workspaces/"+w, nil)
	deployment.refused(403, "GET", "/deployments/"+sibling, nil)
	deployment.refused(403, "POST", "/deployments", create(w))
	deployment.refused(403, "GET", "/clusters", nil)
	if n := len(o.Objects("deployment")); n != 3 {
		t.Errorf("%d Deployments, want 3", n)
	}
}

func TestTokenIsJudged(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := start(t, simulator.Options{Now: clock(&now)})
	o.as("").refused(401, "GET", "/workspaces", nil)
	until := o.as(o.Token(simulator.Scope{ExpiresAt: now.Add(time.Hour)}))
	until.do("GET", "/workspaces", nil)
	now = now.Add(time.Hour)
	until.refused(401, "GET", "/workspaces", nil)
	o.as(o.Token(simulator.Scope{OrganizationID: "celsewhere"})).refused(403, "GET", "/workspaces", nil)
	elsewhere := start(t, simulator.Options{OrganizationID: "celsewhere"})
	elsewhere.url = o.url
	elsewhere.refused(403, "GET", "/workspaces", nil)
}

func TestTokenClaims(t *testing.T) {
	t.Parallel()
	s := simulator.New(simulator.Options{OrganizationID: "corg"})
	token := s.Token(simulator.Scope{WorkspaceIDs: []string{"cw"}, DeploymentIDs: []string{"cd"}, TokenID: "ct", ExpiresAt: time.Unix(1800000000, 0)})
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
