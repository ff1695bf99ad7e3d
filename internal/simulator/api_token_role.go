package simulator

import (
	"cmp"
	"slices"
)

func isDAGScope(entityType string) bool { return entityType == scopeDAG || entityType == scopeDAGTag }

// tokenEntity returns the ID of the entity on which the token has the role of its scope.
func tokenEntity(state object) string {
	for _, role := range getObjects(state, "roles") {
		if getString(role, "entityType") == getString(state, "scope") {
			return getString(role, "entityId")
		}
	}
	return ""
}

// hasRole reports whether a token has a role on an entity, whatever the scope of the token.
func hasRole(o *resource, entityType, entity string) bool {
	return slices.ContainsFunc(getObjects(o.state, "roles"), func(role object) bool {
		if isDAGScope(getString(role, "entityType")) {
			return entityType == scopeDeployment && getString(role, "deploymentId") == entity
		}
		return getString(role, "entityType") == entityType && getString(role, "entityId") == entity
	})
}

// canAccessEntity reports whether the caller may manage tokens and roles of an entity.
func (s *Server) canAccessEntity(who caller, entityType, entity string) bool {
	switch entityType {
	case scopeWorkspace:
		return who.canAccessWorkspace(entity)
	case scopeDeployment:
		o := s.find(kindDeployment, entity)
		return who.hasOrganizationAccess() || o != nil && who.canAccessDeployment(o)
	}
	return who.hasOrganizationAccess()
}

// validateTokenRole checks one role that a request grants, without regard to the token's other roles.
func (s *Server) validateTokenRole(who caller, role object) {
	entityType, entity, deployment := getString(role, "entityType"), getString(role, "entityId"), getString(role, "deploymentId")
	accessType, customScope := entityType, entityType
	require(!isDAGScope(entityType) || deployment != "", "deploymentId is required with entityType %s", entityType)
	require(isDAGScope(entityType) || deployment == "", "deploymentId is not allowed with entityType %s", entityType)
	if isDAGScope(entityType) {
		accessType, customScope, entity = scopeDeployment, scopeDAG, deployment
	}
	requireAccess(s.canAccessEntity(who, accessType, entity), "the token isn't allowed to grant roles of %s '%s'", accessType, entity)
	kind := map[string]string{scopeOrganization: kindOrganization, scopeWorkspace: kindWorkspace, scopeDeployment: kindDeployment}[accessType]
	s.requireExisting(kind, entity)
	s.requireRole(getString(role, "role"), customScope)
}

// validateTokenRoles checks the roles of a token against its scope and against each other.
func validateTokenRoles(o *resource, roles []object) {
	scope, ownRoles := o.getString("scope"), 0
	isHigher := map[[2]string]bool{
		{scopeWorkspace, scopeOrganization}: true, {scopeDeployment, scopeOrganization}: true, {scopeDeployment, scopeWorkspace}: true,
	}
	seen := map[[3]string]bool{}
	for _, role := range roles {
		entityType, entity := getString(role, "entityType"), getString(role, "entityId")
		key := [3]string{entityType, entity, getString(role, "deploymentId")}
		require(!seen[key], "%s '%s' has more than one role", entityType, entity)
		require(!isHigher[[2]string{scope, entityType}], "a token of scope %s cannot have a role of entityType %s", scope, entityType)
		if entityType == scope {
			require(entity == tokenEntity(o.state), "the role of a token of scope %s must be of '%s'", scope, tokenEntity(o.state))
			ownRoles++
		}
		seen[key] = true
	}
	require(ownRoles == 1, "a token of scope %s must have exactly one role of that entityType", scope)
}

// updateAPITokenRoles replaces all roles. Responses list them in the server's order, not in the order of the request.
func (s *Server) updateAPITokenRoles(c *call) any {
	o := s.kinds[kindAPIToken].reach(s, c)
	roles := getObjects(c.decodeBody(), "roles")
	validateTokenRoles(o, roles)
	for _, role := range roles {
		s.validateTokenRole(c.caller, role)
	}
	o.state["roles"] = toArray(roles)
	sortRoles(o.state)
	s.markUpdated(o, c.caller)
	return tokenRolesView(o)
}

func sortRoles(state object) {
	roles := getObjects(state, "roles")
	slices.SortFunc(roles, func(a, b object) int {
		return cmp.Or(cmp.Compare(getString(a, "entityType"), getString(b, "entityType")), cmp.Compare(getString(a, "entityId"), getString(b, "entityId")),
			cmp.Compare(getString(a, "deploymentId"), getString(b, "deploymentId")))
	})
	state["roles"] = toArray(roles)
}

// tokenRolesView returns the response to a change of roles. The API groups the roles there by entity type, unlike in the
// request.
func tokenRolesView(o *resource) object {
	response := object{}
	add := func(name string, role object) {
		members, _ := response[name].([]any)
		response[name] = append(members, role)
	}
	for _, r := range getObjects(o.state, "roles") {
		role, entity := r["role"], r["entityId"]
		switch getString(r, "entityType") {
		case scopeOrganization:
			response["organizationRole"] = role
		case scopeWorkspace:
			add("workspaceRoles", object{"workspaceId": entity, "role": role})
		case scopeDeployment:
			add("deploymentRoles", object{"deploymentId": entity, "role": role})
		case scopeDAG:
			add("dagRoles", object{"deploymentId": r["deploymentId"], "dagId": entity, "role": role})
		case scopeDAGTag:
			add("dagRoles", object{"deploymentId": r["deploymentId"], "dagTag": entity, "role": role})
		}
	}
	return response
}
