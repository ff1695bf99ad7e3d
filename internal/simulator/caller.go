package simulator

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// caller identifies the token of a request and the entities that it may access.
type caller struct{ scope Scope }

// authenticate checks the Authorization header. A token that isn't a JWT has access to the whole Organization.
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
	// The document declares no 404 for lists, so an unknown Organization is answered with 403.
	if who.scope.OrganizationID != s.organizationID || organization != s.organizationID {
		return who, forbiddenError("the token has no access to Organization '%s'", organization)
	}
	if o := s.collections[kindAPIToken].findByID(who.scope.TokenID); o != nil {
		o.state["lastUsedAt"] = s.now().UTC().Format(time.RFC3339)
	}
	return who, nil
}

func (c caller) hasOrganizationAccess() bool {
	return len(c.scope.WorkspaceIDs) == 0 && len(c.scope.DeploymentIDs) == 0
}

// isDeploymentOnly reports whether the token is limited to Deployments. It then has no access to their Workspaces, even if
// it names them.
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

// subjectProfile returns the caller in the form of createdBy and updatedBy.
func (c caller) subjectProfile() map[string]any {
	return map[string]any{"id": cmp.Or(c.scope.TokenID, newCUID("token", 0)), "subjectType": "SERVICEKEY", "apiTokenName": "simulated"}
}
