package simulator

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// caller is who calls, and what the token reaches (notes 3.5).
type caller struct{ scope Scope }

// authenticate judges the Authorization header. A token that is no JWT reaches the whole Organization.
func (s *Server) authenticate(authorization, organization string) (caller, *problem) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return caller{}, unauthorized("no bearer token was sent")
	}
	who := caller{Scope{OrganizationID: s.organization}}
	if c, ok := parseToken(token); ok {
		who.scope = c.scope()
	}
	if until := who.scope.ExpiresAt; !until.IsZero() && !s.now().Before(until) {
		return who, unauthorized("the token has expired")
	}
	// Lists declare no 404, so an unknown Organization is one that the token doesn't reach.
	if who.scope.OrganizationID != s.organization || organization != s.organization {
		return who, forbidden("the token does not reach Organization '%s'", organization)
	}
	if o := s.collections[kindAPIToken].find(who.scope.TokenID); o != nil {
		o.state["lastUsedAt"] = s.now().UTC().Format(time.RFC3339)
	}
	return who, nil
}

func (c caller) wholeOrganization() bool {
	return len(c.scope.WorkspaceIDs) == 0 && len(c.scope.DeploymentIDs) == 0
}

// deploymentOnly: a Deployment's token keeps to its Deployments, also when it names their Workspace.
func (c caller) deploymentOnly() bool { return len(c.scope.DeploymentIDs) > 0 }

func (c caller) reachesWorkspace(id string) bool {
	return c.wholeOrganization() || !c.deploymentOnly() && slices.Contains(c.scope.WorkspaceIDs, id)
}

func (c caller) reachesDeployment(o *object) bool {
	if c.deploymentOnly() {
		return slices.Contains(c.scope.DeploymentIDs, o.id)
	}
	return c.reachesWorkspace(o.text("workspaceId"))
}

// profile is how the caller stands in createdBy and updatedBy.
func (c caller) profile() map[string]any {
	return map[string]any{"id": cmp.Or(c.scope.TokenID, cuid("token", 0)), "subjectType": "SERVICEKEY", "apiTokenName": "simulated"}
}
