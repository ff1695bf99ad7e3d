package current_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"astro-apply/internal/current"
	"astro-apply/internal/simulator"
	"astro-apply/internal/testkit"
)

// The response to a create must have the normalized identity and the parent of the
// resource. If it lacks them, the resource is read again.
func TestVerifyCreated(t *testing.T) {
	t.Parallel()
	const token = "apiTokens: [{ name: ci, workspaceId: cworkspace000000000000001, saveTo: ci, roles: [{ role: WORKSPACE_MEMBER }] }]"
	const agent = "agentTokens: [{ name: agents, deploymentId: cdeployment00000000000001, saveTo: agents }]"
	for name, test := range map[string]struct {
		manifest, answer string
		wrong            string // part of the error; "": accepted
		reads            int
	}{
		"same name":                        {"workspaces: [{ name: data }]", `{"id": "cnew", "name": "data"}`, "", 0},
		"another name":                     {"workspaces: [{ name: data }]", `{"id": "cnew", "name": "other"}`, `Astro returned Workspace "other", id cnew, not Workspace "data"`, 0},
		"a name in another case":           {"workspaces: [{ name: data }]", `{"id": "cnew", "name": "Data"}`, `Workspace "Data"`, 0},
		"an id that existed":               {"workspaces: [{ name: data }]", `{"id": "cold", "name": "data"}`, "id cold, which existed before", 0},
		"an e-mail address in lower case":  {"invites: [{ inviteeEmail: Ada@Example.com, role: ORGANIZATION_MEMBER }]", `{"userId": "cnew", "invitee": {"id": "cnew", "username": "ada@example.com"}}`, "", 0},
		"another e-mail address":           {"invites: [{ inviteeEmail: ada@example.com, role: ORGANIZATION_MEMBER }]", `{"userId": "cnew", "invitee": {"id": "cnew", "username": "eve@example.com"}}`, `invite "eve@example.com"`, 0},
		"no e-mail address":                {"invites: [{ inviteeEmail: ada@example.com, role: ORGANIZATION_MEMBER }]", `{"userId": "cnew"}`, "invite, id cnew", 0},
		"in the same Workspace":            {token, `{"id": "cnew", "name": "ci", "scope": "WORKSPACE", "roles": [{"entityType": "WORKSPACE", "entityId": "cworkspace000000000000001", "role": "WORKSPACE_MEMBER"}]}`, "", 0},
		"in another Workspace":             {token, `{"id": "cnew", "name": "ci", "scope": "WORKSPACE", "roles": [{"entityType": "WORKSPACE", "entityId": "cother", "role": "WORKSPACE_MEMBER"}]}`, "in Workspace cother, id cnew", 0},
		"in the Organization":              {token, `{"id": "cnew", "name": "ci", "scope": "ORGANIZATION", "roles": [{"entityType": "ORGANIZATION", "entityId": "corg", "role": "ORGANIZATION_OWNER"}]}`, "404", 1},
		"without its Workspace":            {token, `{"id": "ctoken0000000000000000001", "name": "ci", "scope": "WORKSPACE"}`, "", 1},
		"only an id, in another Workspace": {token, `{"id": "ctoken0000000000000000002"}`, "in Workspace cother", 1},
		"only an id that doesn't exist":    {token, `{"id": "cnone"}`, "404", 1},
		"in a Deployment":                  {agent, `{"id": "cagent0000000000000000001", "name": "agents"}`, "", 1},
		"in another Deployment":            {agent, `{"id": "cagent0000000000000000002", "name": "agents"}`, "404", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newFixture(t, simulator.Scope{})
				s.server.Seed("workspace", map[string]any{"id": "cworkspace000000000000001", "name": "data"})
				for i, entity := range []string{"cworkspace000000000000001", "cother"} {
					s.server.Seed("apiToken", map[string]any{"id": fmt.Sprint("ctoken000000000000000000", i+1), "name": "ci", "scope": "WORKSPACE", "entityId": entity, "role": "WORKSPACE_MEMBER"})
				}
				for i, id := range []string{"cdeployment00000000000001", "cdeployment00000000000002"} {
					s.server.Seed("deployment", map[string]any{"id": id, "name": id, "workspaceId": "cworkspace000000000000001", "type": "DEDICATED", "remoteExecution": map[string]any{"enabled": true}})
					s.server.Seed("agentToken", map[string]any{"id": fmt.Sprint("cagent000000000000000000", i+1), "name": "agents", "deploymentId": id})
				}
				o := testkit.LoadDesired(t, test.manifest).Resources[0]
				live, err := s.source.VerifyCreated(t.Context(), o, []byte(test.answer), func(id string) bool { return id == "cold" })
				_, unverified := errors.AsType[*current.UnverifiedCreateError](err)
				if (err == nil) != (test.wrong == "") || (live != nil) != (err == nil) || err != nil && (!unverified || !strings.Contains(err.Error(), test.wrong)) {
					t.Errorf("%v, %v", live, err)
				}
				if n := len(s.server.Requests()); n != test.reads {
					t.Errorf("%d reads", n)
				}
			})
		})
	}
}
