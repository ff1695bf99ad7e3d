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

// grantable are the roles that there are without custom ones.
var grantable = map[string][]string{
	scopeOrganization: {"ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_MEMBER"},
	scopeWorkspace:    {"WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "WORKSPACE_MEMBER", "WORKSPACE_ACCESSOR"},
	scopeDeployment:   {"DEPLOYMENT_ADMIN"},
	scopeDAG:          {"DAG_VIEWER", "DAG_AUTHOR"},
	scopeDAGTag:       {"DAG_VIEWER", "DAG_AUTHOR"},
}

var tokenRoleFields = []field{{name: "roles", shape: listShape, required: true, min: 1, of: must([]field{
	{name: "entityType", enum: []string{scopeDeployment, scopeWorkspace, scopeOrganization, scopeDAG, scopeDAGTag}},
	{name: "entityId", min: 1},
	{name: "deploymentId", min: 1},
	{name: "role", min: 1},
}, "entityType", "entityId", "role")}}

func inDeployment(entityType string) bool { return entityType == scopeDAG || entityType == scopeDAGTag }

// tokenEntity is what a token is for: that of the one role of its own scope.
func tokenEntity(state map[string]any) string {
	for _, role := range groups(state, "roles") {
		if text(role, "entityType") == text(state, "scope") {
			return text(role, "entityId")
		}
	}
	return ""
}

// holdsRole tells whether a token has a role there, whatever its own scope is.
func holdsRole(o *object, entityType, entity string) bool {
	return slices.ContainsFunc(groups(o.state, "roles"), func(role map[string]any) bool {
		if inDeployment(text(role, "entityType")) {
			return entityType == scopeDeployment && text(role, "deploymentId") == entity
		}
		return text(role, "entityType") == entityType && text(role, "entityId") == entity
	})
}

// reachesEntity tells whether a caller may manage what has a role of a type there.
func (s *Server) reachesEntity(who caller, entityType, entity string) bool {
	switch entityType {
	case scopeWorkspace:
		return who.reachesWorkspace(entity)
	case scopeDeployment:
		o := s.collections[kindDeployment].find(entity)
		return who.wholeOrganization() || o != nil && who.reachesDeployment(o)
	}
	return who.wholeOrganization()
}

// judgeRole says what a role that is to be given has wrong by itself.
func (s *Server) judgeRole(who caller, role map[string]any) *problem {
	entityType, entity, name := text(role, "entityType"), text(role, "entityId"), text(role, "role")
	place := entityType
	if inDeployment(entityType) {
		place, entity = scopeDeployment, text(role, "deploymentId")
		if entity == "" {
			return invalid("deploymentId is required with entityType %s", entityType)
		}
	} else if text(role, "deploymentId") != "" {
		return invalid("deploymentId is not allowed with entityType %s", entityType)
	}
	if !s.reachesEntity(who, place, entity) {
		return forbidden("the token may not give roles of %s '%s'", place, entity)
	}
	there := entity == s.organization
	switch place {
	case scopeWorkspace:
		there = s.collections[kindWorkspace].find(entity) != nil
	case scopeDeployment:
		there = s.collections[kindDeployment].find(entity) != nil
	}
	if !there {
		return invalid("%s '%s' does not exist", place, entity)
	}
	custom := entityType
	if inDeployment(entityType) {
		custom = scopeDAG
	}
	if slices.Contains(grantable[entityType], name) || slices.ContainsFunc(s.collections[kindRole].objects, func(o *object) bool {
		return o.text("name") == name && o.text("scopeType") == custom
	}) {
		return nil
	}
	return invalid("'%s' is no role of entityType %s", name, entityType)
}

// judgeRoles holds a token's roles against its scope.
func (s *Server) judgeRoles(o *object, roles []map[string]any) *problem {
	scope, own := o.text("scope"), 0
	seen := map[[3]string]bool{}
	for _, role := range roles {
		entityType := text(role, "entityType")
		key := [3]string{entityType, text(role, "entityId"), text(role, "deploymentId")}
		switch {
		case seen[key]:
			return invalid("%s '%s' has more than one role", entityType, key[1])
		case entityType == scope && key[1] != tokenEntity(o.state):
			return invalid("the role of a token of scope %s must be of '%s'", scope, tokenEntity(o.state))
		case scope != scopeOrganization && entityType == scopeOrganization, scope == scopeDeployment && entityType == scopeWorkspace:
			return invalid("a token of scope %s cannot have a role of entityType %s", scope, entityType)
		case entityType == scope:
			own++
		}
		seen[key] = true
	}
	if own != 1 {
		return invalid("a token of scope %s must have exactly one role of that entityType", scope)
	}
	return nil
}

// updateAPITokenRoles replaces all roles. Answers have them in an order of the server's own.
func (s *Server) updateAPITokenRoles(c call) (any, *problem) {
	o, p := s.apiToken(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, tokenRoleFields)
	if p != nil {
		return nil, p
	}
	roles := groups(body, "roles")
	if p := s.judgeRoles(o, roles); p != nil {
		return nil, p
	}
	for _, role := range roles {
		if p := s.judgeRole(c.caller, role); p != nil {
			return nil, p
		}
	}
	o.state["roles"] = list(roles)
	sortRoles(o.state)
	s.touch(o, c.caller)
	return tokenRoles(o), nil
}

func sortRoles(state map[string]any) {
	roles := groups(state, "roles")
	slices.SortFunc(roles, func(a, b map[string]any) int {
		return cmp.Or(cmp.Compare(text(a, "entityType"), text(b, "entityType")), cmp.Compare(text(a, "entityId"), text(b, "entityId")),
			cmp.Compare(text(a, "deploymentId"), text(b, "deploymentId")))
	})
	state["roles"] = list(roles)
}

// tokenRoles is how the API answers a change of roles, in another shape than it was sent.
func tokenRoles(o *object) map[string]any {
	answer := map[string]any{}
	add := func(name string, role map[string]any) {
		members, _ := answer[name].([]any)
		answer[name] = append(members, role)
	}
	for _, r := range groups(o.state, "roles") {
		role, entity := r["role"], r["entityId"]
		switch text(r, "entityType") {
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
