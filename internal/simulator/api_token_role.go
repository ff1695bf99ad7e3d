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

// builtinTokenRoles lists the roles that exist without custom roles, by entity type.
var builtinTokenRoles = map[string][]string{
	scopeOrganization: {"ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_MEMBER"},
	scopeWorkspace:    {"WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "WORKSPACE_MEMBER", "WORKSPACE_ACCESSOR"},
	scopeDeployment:   {"DEPLOYMENT_ADMIN"},
	scopeDAG:          {"DAG_VIEWER", "DAG_AUTHOR"},
	scopeDAGTag:       {"DAG_VIEWER", "DAG_AUTHOR"},
}

func isDAGScope(entityType string) bool { return entityType == scopeDAG || entityType == scopeDAGTag }

// tokenEntity returns the ID of the entity on which the token has the role of its scope.
func tokenEntity(state map[string]any) string {
	for _, role := range getObjects(state, "roles") {
		if getString(role, "entityType") == getString(state, "scope") {
			return getString(role, "entityId")
		}
	}
	return ""
}

// hasRole reports whether a token has a role on an entity, whatever the scope of the token.
func hasRole(o *storedResource, entityType, entity string) bool {
	return slices.ContainsFunc(getObjects(o.state, "roles"), func(role map[string]any) bool {
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
		o := s.collections[kindDeployment].findByID(entity)
		return who.hasOrganizationAccess() || o != nil && who.canAccessDeployment(o)
	}
	return who.hasOrganizationAccess()
}

// validateTokenRole checks one role that a request grants, without regard to the token's other roles.
func (s *Server) validateTokenRole(who caller, role map[string]any) *requestError {
	entityType, entity, name := getString(role, "entityType"), getString(role, "entityId"), getString(role, "role")
	accessType := entityType
	if isDAGScope(entityType) {
		accessType, entity = scopeDeployment, getString(role, "deploymentId")
		if entity == "" {
			return badRequestError("deploymentId is required with entityType %s", entityType)
		}
	} else if getString(role, "deploymentId") != "" {
		return badRequestError("deploymentId is not allowed with entityType %s", entityType)
	}
	if !s.canAccessEntity(who, accessType, entity) {
		return forbiddenError("the token may not grant roles of %s '%s'", accessType, entity)
	}
	exists := entity == s.organizationID
	switch accessType {
	case scopeWorkspace:
		exists = s.collections[kindWorkspace].findByID(entity) != nil
	case scopeDeployment:
		exists = s.collections[kindDeployment].findByID(entity) != nil
	}
	if !exists {
		return badRequestError("%s '%s' does not exist", accessType, entity)
	}
	customScope := entityType
	if isDAGScope(entityType) {
		customScope = scopeDAG
	}
	if slices.Contains(builtinTokenRoles[entityType], name) || slices.ContainsFunc(s.collections[kindRole].resources, func(o *storedResource) bool {
		return o.getString("name") == name && o.getString("scopeType") == customScope
	}) {
		return nil
	}
	return badRequestError("'%s' is not a role of entityType %s", name, entityType)
}

// validateTokenRoles checks the roles of a token against its scope and against each other.
func (s *Server) validateTokenRoles(o *storedResource, roles []map[string]any) *requestError {
	scope, ownRoles := o.getString("scope"), 0
	seen := map[[3]string]bool{}
	for _, role := range roles {
		entityType := getString(role, "entityType")
		key := [3]string{entityType, getString(role, "entityId"), getString(role, "deploymentId")}
		switch {
		case seen[key]:
			return badRequestError("%s '%s' has more than one role", entityType, key[1])
		case entityType == scope && key[1] != tokenEntity(o.state):
			return badRequestError("the role of a token of scope %s must be of '%s'", scope, tokenEntity(o.state))
		case scope != scopeOrganization && entityType == scopeOrganization, scope == scopeDeployment && entityType == scopeWorkspace:
			return badRequestError("a token of scope %s cannot have a role of entityType %s", scope, entityType)
		case entityType == scope:
			ownRoles++
		}
		seen[key] = true
	}
	if ownRoles != 1 {
		return badRequestError("a token of scope %s must have exactly one role of that entityType", scope)
	}
	return nil
}

// updateAPITokenRoles replaces all roles. Responses list them in the server's order, not in the order of the request.
func (s *Server) updateAPITokenRoles(c apiCall) (any, *requestError) {
	o, p := s.findAPIToken(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "UpdateApiTokenRolesRequest")
	if p != nil {
		return nil, p
	}
	roles := getObjects(body, "roles")
	if p := s.validateTokenRoles(o, roles); p != nil {
		return nil, p
	}
	for _, role := range roles {
		if p := s.validateTokenRole(c.caller, role); p != nil {
			return nil, p
		}
	}
	o.state["roles"] = toArray(roles)
	sortRoles(o.state)
	s.markUpdated(o, c.caller)
	return tokenRolesView(o), nil
}

func sortRoles(state map[string]any) {
	roles := getObjects(state, "roles")
	slices.SortFunc(roles, func(a, b map[string]any) int {
		return cmp.Or(cmp.Compare(getString(a, "entityType"), getString(b, "entityType")), cmp.Compare(getString(a, "entityId"), getString(b, "entityId")),
			cmp.Compare(getString(a, "deploymentId"), getString(b, "deploymentId")))
	})
	state["roles"] = toArray(roles)
}

// tokenRolesView returns the response to a change of roles. The API groups the roles there by entity type, unlike in the
// request.
func tokenRolesView(o *storedResource) map[string]any {
	response := map[string]any{}
	add := func(name string, role map[string]any) {
		members, _ := response[name].([]any)
		response[name] = append(members, role)
	}
	for _, r := range getObjects(o.state, "roles") {
		role, entity := r["role"], r["entityId"]
		switch getString(r, "entityType") {
		case scopeOrganization:
			response["organizationRole"] = role
		case scopeWorkspace:
			add("workspaceRoles", map[string]any{"workspaceId": entity, "role": role})
		case scopeDeployment:
			add("deploymentRoles", map[string]any{"deploymentId": entity, "role": role})
		case scopeDAG:
			add("dagRoles", map[string]any{"deploymentId": r["deploymentId"], "dagId": entity, "role": role})
		case scopeDAGTag:
			add("dagRoles", map[string]any{"deploymentId": r["deploymentId"], "dagTag": entity, "role": role})
		}
	}
	return response
}
