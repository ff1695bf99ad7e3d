package simulator

import "slices"

// roleKey lists the members that identify a role of a token. Responses sort by them.
var roleKey = []string{"entityType", "entityId", "deploymentId"}

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

// validateTokenRole checks one role that a request grants, without regard to the token's other roles.
func (s *Server) validateTokenRole(who caller, role object) {
	entityType, entity := getString(role, "entityType"), getString(role, "entityId")
	deployment, accessType, customScope := getString(role, "deploymentId"), entityType, entityType
	require(!isDAGScope(entityType) || deployment != "", "deploymentId is required with entityType %s", entityType)
	require(isDAGScope(entityType) || deployment == "", "deploymentId is not allowed with entityType %s", entityType)
	if isDAGScope(entityType) {
		accessType, customScope, entity = scopeDeployment, scopeDAG, deployment
	}
	requireAccess(s.canAccessEntity(who, entity),
		"the token isn't allowed to grant roles of %s '%s'", accessType, entity)
	s.requireExisting(scopeKinds[accessType], entity)
	s.requireRole(getString(role, "role"), customScope)
}

// validateTokenRoles checks the roles of a token against its scope and against each other.
func validateTokenRoles(o *resource, roles []object) {
	scope, ownRoles := o.getString("scope"), 0
	order := []string{scopeOrganization, scopeWorkspace, scopeDeployment, scopeDAG, scopeDAGTag}
	for i, role := range roles {
		entityType, entity := getString(role, "entityType"), getString(role, "entityId")
		hasSameKey := func(other object) bool { return areEqual(role, other, roleKey...) }
		require(!slices.ContainsFunc(roles[:i], hasSameKey), "%s '%s' has more than one role", entityType, entity)
		require(slices.Index(order, entityType) >= slices.Index(order, scope),
			"a token of scope %s cannot have a role of entityType %s", scope, entityType)
		if entityType == scope {
			owner := tokenEntity(o.state)
			require(entity == owner, "the role of a token of scope %s must be of '%s'", scope, owner)
			ownRoles++
		}
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
	sortListBy(o.state, "roles", roleKey...)
	s.markUpdated(o, c.caller)
	return tokenRolesView(o)
}

// tokenRolesView returns the response to a change of roles. The API groups the roles there by entity type, unlike in
// the request.
func tokenRolesView(o *resource) object {
	forms := map[string]struct{ list, idField string }{
		scopeWorkspace: {"workspaceRoles", "workspaceId"}, scopeDeployment: {"deploymentRoles", "deploymentId"},
		scopeDAG: {"dagRoles", "dagId"}, scopeDAGTag: {"dagRoles", "dagTag"},
	}
	response := object{}
	for _, r := range getObjects(o.state, "roles") {
		form, grouped := forms[getString(r, "entityType")]
		if !grouped {
			response["organizationRole"] = r["role"]
			continue
		}
		grant := object{form.idField: r["entityId"], "role": r["role"]}
		if isDAGScope(getString(r, "entityType")) {
			grant["deploymentId"] = r["deploymentId"]
		}
		response[form.list] = append(getList(response, form.list), grant)
	}
	return response
}
