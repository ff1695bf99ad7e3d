package simulator

import (
	"cmp"
	"encoding/hex"
	"slices"
	"time"
)

// hiddenTokenMembers contains the value of a token. The API returns the value only once, see tokenWithValue.
var hiddenTokenMembers = []string{"organizationId", "deploymentId", "entityId", "token"}

// apiTokenSpec is a kind whose names aren't unique. An update clears a description that it omits (unclear for the API).
// A token of a Workspace or Deployment can list tokens that it can't read one by one.
func apiTokenSpec() kindSpec {
	return kindSpec{
		name: kindAPIToken, title: "API token", path: "/tokens/{tokenId}", plural: "tokens",
		owner:    []string{"entityId"},
		defaults: object{"name": "token", "description": "", "kind": "STANDARD"}, hidden: hiddenTokenMembers,
		validate: func(s *Server, c *call, next, old *resource) {
			if old != nil {
				return
			}
			scope, entity := next.getString("scope"), next.getString("entityId")
			require(scope == scopeOrganization || entity != "", "entityId is required with scope %s", scope)
			require(scope != scopeOrganization || entity == "", "entityId is not allowed with scope ORGANIZATION")
			s.validateRoles(c, []object{s.ownRole(next.state)})
		},
		fill: (*Server).fillAPIToken, created: tokenWithValue,
		routes: map[string]handlerFunc{
			"POST /tokens/{tokenId}/roles":  (*Server).updateAPITokenRoles,
			"POST /tokens/{tokenId}/rotate": (*Server).rotateAPIToken,
		},
	}
}

// ownRole returns the role that a create grants, which is of the token's own scope.
func (s *Server) ownRole(state object) object {
	entity := cmp.Or(getString(state, "entityId"), s.OrganizationID())
	return object{"entityType": state["scope"], "entityId": entity, "role": state["role"]}
}

// fillAPIToken sets the defaults of an API token. A create and a seed can have entityId and role instead of roles.
func (s *Server) fillAPIToken(next, _ *resource) {
	state := next.state
	for _, scope := range []string{scopeOrganization, scopeWorkspace, scopeDeployment} {
		for _, role := range getObjects(state, "roles") {
			if role["entityType"] == scope {
				setMissing(state, object{"scope": scope})
			}
			if role["entityType"] == state["scope"] && state["scope"] != scopeOrganization {
				setMissing(state, object{"entityId": role["entityId"]})
			}
		}
	}
	setMissing(state, object{"scope": scopeOrganization})
	if state["scope"] != scopeOrganization {
		setMissing(state, object{"entityId": fixedCUID("entity of " + next.id)})
	}
	if state["roles"] == nil {
		setMissing(state, object{"role": map[string]string{
			scopeOrganization: "ORGANIZATION_MEMBER", scopeWorkspace: "WORKSPACE_MEMBER", scopeDeployment: "DEPLOYMENT_ADMIN",
		}[getString(state, "scope")]})
		state["roles"] = []any{s.ownRole(state)}
	}
	delete(state, "role")
	sortListBy(state, "roles", roleKey...)
	s.fillToken(next, nil)
}

// updateAPITokenRoles replaces all roles. Responses list them in the server's order, not in the order of the request.
func (s *Server) updateAPITokenRoles(c *call) any {
	state, roles, ownRoles := c.target.state, getObjects(c.body, "roles"), 0
	scope, owner := getString(state, "scope"), s.ownRole(state)["entityId"]
	order := []string{scopeOrganization, scopeWorkspace, scopeDeployment, scopeDAG, scopeDAGTag}
	for _, role := range roles {
		entityType := getString(role, "entityType")
		require(slices.Index(order, entityType) >= slices.Index(order, scope),
			"a token of scope %s cannot have a role of entityType %s", scope, entityType)
		if entityType == scope {
			require(role["entityId"] == owner, "the role of a token of scope %s must be of '%s'", scope, owner)
			ownRoles++
		}
	}
	require(ownRoles == 1, "a token of scope %s must have exactly one role of that entityType", scope)
	s.validateRoles(c, roles)
	state["roles"] = toArray(roles)
	sortListBy(state, "roles", roleKey...)
	s.markUpdated(c.target, c.caller)
	return groupRoles(getObjects(state, "roles"))
}

// rotateAPIToken replaces the value immediately and restarts the validity period.
func (s *Server) rotateAPIToken(c *call) any {
	state := c.target.state
	s.renewTokenValue(state)
	s.markUpdated(c.target, c.caller)
	state["lastRotatedAt"] = state["updatedAt"]
	startToken(state, getString(state, "updatedAt"))
	return tokenWithValue(c.target, c.kind.read(s, c.target))
}

// agentTokenSpec is a kind whose names aren't unique: the document doesn't require it. Its resources have no roles,
// because the document doesn't promise any. Access to the Deployment in the path is enough for all operations.
func agentTokenSpec() kindSpec {
	return kindSpec{
		name: kindAgentToken, title: "agent token", plural: "tokens", parent: kindDeployment, owner: []string{"deploymentId"},
		path:     "/deployments/{deploymentId}/agent-tokens/{agentTokenId}",
		defaults: object{"name": "token", "description": "", "kind": "STANDARD", "scope": scopeDeployment},
		hidden:   hiddenTokenMembers,
		validate: func(_ *Server, c *call, next, _ *resource) { next.state["deploymentId"] = c.parent.id },
		fill:     (*Server).fillToken, created: tokenWithValue,
	}
}

// tokenWithValue returns the response to a create or a rotation, which includes the value.
func tokenWithValue(o *resource, view object) object {
	view["token"] = o.getString("token")
	return view
}

// fillToken sets the defaults of an API token or agent token.
func (s *Server) fillToken(next, _ *resource) {
	state := next.state
	if days, requested := state["tokenExpiryPeriodInDays"]; requested {
		state["expiryPeriodInDays"] = days
		delete(state, "tokenExpiryPeriodInDays")
	}
	if state["token"] == nil {
		s.renewTokenValue(state)
	}
	end, hasEnd := state["endAt"]
	startToken(state, cmp.Or(getString(state, "startAt"), getString(state, "createdAt")))
	if hasEnd { // a seed can have another end
		state["endAt"] = end
	}
}

// renewTokenValue sets a new, unique value of a token.
func (s *Server) renewTokenValue(state object) {
	sum := s.newHash("token value " + getString(state, "id"))
	state["token"] = "astro-token-" + hex.EncodeToString(sum[:20])
	state["shortToken"] = shortHash(getString(state, "token"))
}

// startToken starts the validity period; a token without a period never expires.
func startToken(state object, start string) {
	state["startAt"] = start
	startTime, err := time.Parse(time.RFC3339, start)
	if days := getNumber(state, "expiryPeriodInDays"); err == nil && days > 0 {
		state["endAt"] = startTime.AddDate(0, 0, int(days)).UTC().Format(timeFormat)
	}
}
