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

// builtinTokenRoles are the roles that there are without custom ones.
var builtinTokenRoles = map[string][]string{
	scopeOrganization: {"ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_MEMBER"},
	scopeWorkspace:    {"WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "WORKSPACE_MEMBER", "WORKSPACE_ACCESSOR"},
	scopeDeployment:   {"DEPLOYMENT_ADMIN"},
	scopeDAG:          {"DAG_VIEWER", "DAG_AUTHOR"},
	scopeDAGTag:       {"DAG_VIEWER", "DAG_AUTHOR"},
}

var tokenRoleFields = []requestField{{name: "roles", jsonType: jsonArray, required: true, min: 1, fields: requireFields([]requestField{
	{name: "entityType", enum: []string{scopeDeployment, scopeWorkspace, scopeOrganization, scopeDAG, scopeDAGTag}},
	{name: "entityId", min: 1},
	{name: "deploymentId", min: 1},
	{name: "role", min: 1},
}, "entityType", "entityId", "role")}}

func isDAGScope(entityType string) bool { return entityType == scopeDAG || entityType == scopeDAGTag }

// tokenEntity is what a token is for: that of the one role of its own scope.
func tokenEntity(state map[string]any) string {
	for _, role := range getObjects(state, "roles") {
		if getString(role, "entityType") == getString(state, "scope") {
			return getString(role, "entityId")
		}
	}
	return ""
}

// hasRole tells whether a token has a role there, whatever its own scope is.
func hasRole(o *storedResource, entityType, entity string) bool {
	return slices.ContainsFunc(getObjects(o.state, "roles"), func(role map[string]any) bool {
		if isDAGScope(getString(role, "entityType")) {
			return entityType == scopeDeployment && getString(role, "deploymentId") == entity
		}
		return getString(role, "entityType") == entityType && getString(role, "entityId") == entity
	})
}

// canAccessEntity tells whether a caller may manage what has a role of a type there.
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

// validateTokenRole says what a role that is to be given has wrong by itself.
func (s *Server) validateTokenRole(who caller, role map[string]any) *requestError {
	entityType, entity, name := getString(role, "entityType"), getString(role, "entityId"), getString(role, "role")
	place := entityType
	if isDAGScope(entityType) {
		place, entity = scopeDeployment, getString(role, "deploymentId")
		if entity == "" {
			return badRequestError("deploymentId is required with entityType %s", entityType)
		}
	} else if getString(role, "deploymentId") != "" {
		return badRequestError("deploymentId is not allowed with entityType %s", entityType)
	}
	if !s.canAccessEntity(who, place, entity) {
		return forbiddenError("the token may not give roles of %s '%s'", place, entity)
	}
	there := entity == s.organizationID
	switch place {
	case scopeWorkspace:
		there = s.collections[kindWorkspace].findByID(entity) != nil
	case scopeDeployment:
		there = s.collections[kindDeployment].findByID(entity) != nil
	}
	if !there {
		return badRequestError("%s '%s' does not exist", place, entity)
	}
	custom := entityType
	if isDAGScope(entityType) {
		custom = scopeDAG
	}
	if slices.Contains(builtinTokenRoles[entityType], name) || slices.ContainsFunc(s.collections[kindRole].resources, func(o *storedResource) bool {
		return o.getString("name") == name && o.getString("scopeType") == custom
	}) {
		return nil
	}
	return badRequestError("'%s' is no role of entityType %s", name, entityType)
}

// validateTokenRoles holds a token's roles against its scope.
func (s *Server) validateTokenRoles(o *storedResource, roles []map[string]any) *requestError {
	scope, own := o.getString("scope"), 0
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
			own++
		}
		seen[key] = true
	}
	if own != 1 {
		return badRequestError("a token of scope %s must have exactly one role of that entityType", scope)
	}
	return nil
}

// updateAPITokenRoles replaces all roles. Answers have them in an order of the server's own.
func (s *Server) updateAPITokenRoles(c apiCall) (any, *requestError) {
	o, p := s.findAPIToken(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, tokenRoleFields)
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

// tokenRolesView is how the API answers a change of roles, in another shape than it was sent.
func tokenRolesView(o *storedResource) map[string]any {
	answer := map[string]any{}
	add := func(name string, role map[string]any) {
		members, _ := answer[name].([]any)
		answer[name] = append(members, role)
	}
	for _, r := range getObjects(o.state, "roles") {
		role, entity := r["role"], r["entityId"]
		switch getString(r, "entityType") {
		case scopeOrganization:
			answer["organizationRole"] = role
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
	return answer
}
