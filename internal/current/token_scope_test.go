package current_test

import (
	"strings"
	"testing"

	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// A resource that the token can't see may exist, so a failed lookup by name doesn't make
// it new.
func TestTokenScope(t *testing.T) {
	t.Parallel()
	const (
		w1 = "cworkspace000000000000001"
		w2 = "cworkspace000000000000002"
		d1 = "cdeployment00000000000001"
	)
	const (
		mayExist = ": not found, but it may exist, because the token is limited to "
		byID     = "; give its id, or use a Workspace or Organization token"
	)
	tests := map[string]struct {
		scope    simulator.Scope
		manifest string
		want     []string // prefix of each state
		requests int
	}{
		"an Organization token knows everything": {
			simulator.Scope{},
			"workspaces: [{ name: one }, { name: new }]\ndeployments: [{ name: mine, workspace: one }, { name: mine, workspace: two }]",
			[]string{"one is " + w1, "new is new", "mine is " + d1, "mine is new"},
			2,
		},
		"a Workspace token knows its Workspace": {
			simulator.Scope{WorkspaceIDs: []string{w1}},
			"workspaces: [{ name: one }]\ndeployments: [{ name: mine, workspace: one }, { name: new, workspace: one }]",
			[]string{"one is " + w1, "mine is " + d1, "new is new"},
			2,
		},
		"a Workspace token doesn't know other Workspaces": {
			simulator.Scope{WorkspaceIDs: []string{w1}},
			"workspaces: [{ name: two }]\ndeployments: [{ name: x, workspace: two }, { name: v, workspaceId: " + w2 + " }, { name: z, workspace: three }]",
			[]string{
				"two" + mayExist + "Workspace " + w1 + "; use an Organization token", `x: needs Workspace "two", which failed`,
				"v: it is in Workspace " + w2 + ", but the token is limited to Workspace " + w1 + "; use a token for the right Workspace, or an Organization token",
				`z: Workspace "three"` + mayExist + "Workspace " + w1,
			},
			2,
		},
		"a Workspace token doesn't know the Workspace of a reference": {
			simulator.Scope{WorkspaceIDs: []string{w1}},
			"agentTokens: [{ name: agents, deployment: { workspace: two, name: mine }, saveTo: agents }]",
			[]string{`agents: Deployment "mine": Workspace "two"` + mayExist + "Workspace " + w1 + "; use an Organization token"},
			1,
		},
		"a Deployment token knows its own by id": {
			simulator.Scope{DeploymentIDs: []string{d1}}, "deployments: [{ id: " + d1 + " }]", []string{"mine is " + d1}, 1,
		},
		"a Deployment token knows its own by name, if the Workspace is given by id": {
			simulator.Scope{DeploymentIDs: []string{d1}},
			"workspaceId: " + w1 + "\ndeployments: [{ name: mine }, { name: other }]",
			[]string{"mine is " + d1, "other" + mayExist + "Deployment " + d1 + byID},
			1,
		},
		"a Deployment token can't list Workspaces": {
			simulator.Scope{DeploymentIDs: []string{d1, "cdeployment00000000000002"}},
			"workspace: one\ndeployments: [{ name: mine }, { name: other, workspaceId: " + w1 + " }]",
			[]string{`mine: Workspace "one": lookup by name: GET /organizations/{organizationId}/workspaces: 403`, "other" + mayExist + "Deployment " + d1 + " and 1 more" + byID},
			2,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			runWithFixture(t, test.scope, func(s *fixture) {
				s.server.Seed("workspace", map[string]any{"name": "one", "id": w1})
				s.server.Seed("workspace", map[string]any{"name": "two", "id": w2})
				s.server.Seed("deployment", map[string]any{"name": "mine", "id": d1, "workspaceId": w1})
				_, current, states := s.readManifests(test.manifest)
				testkit.AssertEqual(s, "resources", len(test.want), len(states))
				for i, want := range test.want {
					if !strings.HasPrefix(states[i], want) {
						s.Errorf("state %d is %q, want %q", i, states[i], want)
					}
				}
				testkit.AssertEqual(s, "problems", []string(nil), testkit.ProblemTexts(current.Problems))
				testkit.AssertEqual(s, "requests", test.requests, len(s.requestLines()))
			})
		})
	}
}
