package simulator

import (
	"cmp"
	"slices"
)

const (
	scopeOrganization = "ORGANIZATION"
	scopeWorkspace    = "WORKSPACE"
	scopeDeployment   = "DEPLOYMENT"
	scopeDAG          = "DAG"
	scopeDAGTag       = "DAG_TAG"
)

// apiTokenSpec is a kind whose names aren't unique. An update clears a description that it omits (unclear for the API).
func apiTokenSpec() kindSpec {
	return kindSpec{
		name: kindAPIToken, title: "API token", path: "/tokens/{tokenId}", plural: "tokens",
		defaults: tokenDefaults, hidden: hiddenTokenMembers,
		canAccess: func(s *Server, c *call, _ string, o *resource) bool {
			return o != nil && s.canAccessEntity(c.caller, tokenEntity(o.state))
		},
		list:         (*Server).listAPITokens,
		beforeCreate: func(*Server, *call) {}, // validate checks whether the caller is allowed to grant the role
		validate: func(s *Server, c *call, next, old *resource) {
			if old != nil {
				return
			}
			scope, entity := next.getString("scope"), next.getString("entityId")
			require(scope == scopeOrganization || entity != "", "entityId is required with scope %s", scope)
			require(scope != scopeOrganization || entity == "", "entityId is not allowed with scope ORGANIZATION")
			entity = cmp.Or(entity, s.OrganizationID())
			s.validateTokenRole(c.caller, object{"entityType": scope, "entityId": entity, "role": next.state["role"]})
		},
		fill:    (*Server).fillAPIToken,
		created: tokenWithValue,
		routes: map[string]handlerFunc{
			"POST /tokens/{tokenId}/roles":  (*Server).updateAPITokenRoles,
			"POST /tokens/{tokenId}/rotate": (*Server).rotateAPIToken,
		},
	}
}

// fillAPIToken sets the defaults of an API token. A create and a seed can have entityId and role instead of roles.
func (s *Server) fillAPIToken(next, _ *resource) {
	state := next.state
	roles := getObjects(state, "roles")
	for _, scope := range []string{scopeOrganization, scopeWorkspace, scopeDeployment} {
		if slices.ContainsFunc(roles, func(r object) bool { return getString(r, "entityType") == scope }) {
			setMissing(state, object{"scope": scope})
		}
	}
	setMissing(state, object{"scope": scopeOrganization})
	if len(roles) == 0 {
		scope, entity := getString(state, "scope"), s.OrganizationID()
		if scope != scopeOrganization {
			entity = cmp.Or(getString(state, "entityId"), newCUID("entity of "+next.id, 0))
		}
		lowestRole := map[string]string{
			scopeOrganization: "ORGANIZATION_MEMBER", scopeWorkspace: "WORKSPACE_MEMBER", scopeDeployment: "DEPLOYMENT_ADMIN",
		}
		role := cmp.Or(getString(state, "role"), lowestRole[scope])
		state["roles"] = []any{object{"entityType": scope, "entityId": entity, "role": role}}
	}
	deleteMembers(state, "entityId", "role")
	sortListBy(state, "roles", roleKey...)
	s.fillToken(state)
}

// listAPITokens returns all tokens of the Organization, Workspace or Deployment in the query. A token of a Workspace or
// Deployment can list tokens that it can't read one by one.
func (s *Server) listAPITokens(c *call) []*resource {
	query := c.request.URL.Query()
	workspace, deployment, kind := query.Get("workspaceId"), query.Get("deploymentId"), query.Get("kind")
	requireAccess(s.canAccessEntity(c.caller, workspace) || s.canAccessEntity(c.caller, deployment),
		"the token is only allowed to list the API tokens of entities that it has access to")
	return s.filter(kindAPIToken, func(o *resource) bool {
		return (workspace == "" || hasRole(o, scopeWorkspace, workspace)) &&
			(deployment == "" || hasRole(o, scopeDeployment, deployment)) &&
			(query.Get("includeOnlyOrganizationTokens") != "true" || o.getString("scope") == scopeOrganization) &&
			(kind == "" || o.getString("kind") == kind)
	})
}

// rotateAPIToken replaces the value immediately and restarts the validity period.
func (s *Server) rotateAPIToken(c *call) any {
	k := s.kinds[kindAPIToken]
	o := k.reach(s, c)
	s.renewTokenValue(o.state)
	s.markUpdated(o, c.caller)
	o.state["lastRotatedAt"] = o.state["updatedAt"]
	startToken(o.state, o.getString("updatedAt"))
	return tokenWithValue(o, k.read(s, o))
}
