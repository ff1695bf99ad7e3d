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
func (s *Server) authenticate(authorization, organization string) (caller, *requestError) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return caller{}, unauthorizedError("no bearer token was sent")
	}
	who := caller{Scope{OrganizationID: s.organizationID}}
	if c, ok := parseToken(token); ok {
		who.scope = c.tokenScope()
	}
	if until := who.scope.ExpiresAt; !until.IsZero() && !s.now().Before(until) {
		return who, unauthorizedError("the token has expired")
	}
	// Lists declare no 404, so an unknown Organization is one that the token doesn't reach.
	if who.scope.OrganizationID != s.organizationID || organization != s.organizationID {
		return who, forbiddenError("the token does not reach Organization '%s'", organization)
	}
	if o := s.collections[kindAPIToken].findByID(who.scope.TokenID); o != nil {
		o.state["lastUsedAt"] = s.now().UTC().Format(time.RFC3339)
	}
	return who, nil
}

func (c caller) hasOrganizationAccess() bool {
	return len(c.scope.WorkspaceIDs) == 0 && len(c.scope.DeploymentIDs) == 0
}

// isDeploymentOnly: a Deployment's token keeps to its Deployments, also when it names their Workspace.
func (c caller) isDeploymentOnly() bool { return len(c.scope.DeploymentIDs) > 0 }

func (c caller) canAccessWorkspace(id string) bool {
	return c.hasOrganizationAccess() || !c.isDeploymentOnly() && slices.Contains(c.scope.WorkspaceIDs, id)
}

func (c caller) canAccessDeployment(o *storedResource) bool {
	if c.isDeploymentOnly() {
		return slices.Contains(c.scope.DeploymentIDs, o.id)
	}
	return c.canAccessWorkspace(o.getString("workspaceId"))
}

// subjectProfile is how the caller stands in createdBy and updatedBy.
func (c caller) subjectProfile() map[string]any {
	return map[string]any{"id": cmp.Or(c.scope.TokenID, newCUID("token", 0)), "subjectType": "SERVICEKEY", "apiTokenName": "simulated"}
}
