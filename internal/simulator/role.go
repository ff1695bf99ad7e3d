package simulator

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

const (
	scopeOrganization = "ORGANIZATION"
	scopeWorkspace    = "WORKSPACE"
	scopeDeployment   = "DEPLOYMENT"
	scopeDAG          = "DAG"
	scopeDAGTag       = "DAG_TAG"
)

var (
	grantLists = []string{"workspaceRoles", "deploymentRoles", "dagRoles"}
	// organizationRoles lists the strongest role first.
	organizationRoles = []string{
		"ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN",
		"ORGANIZATION_MEMBER",
	}
	// builtinRoles lists the roles that exist without custom roles, by scope.
	builtinRoles = map[string][]string{
		scopeOrganization: organizationRoles,
		scopeWorkspace: {
			"WORKSPACE_OWNER", "WORKSPACE_OPERATOR", "WORKSPACE_AUTHOR", "WORKSPACE_MEMBER", "WORKSPACE_ACCESSOR",
		},
		scopeDeployment: {"DEPLOYMENT_ADMIN"},
		scopeDAG:        {"DAG_VIEWER", "DAG_AUTHOR"},
	}
	scopeKinds = map[string]string{
		scopeOrganization: kindOrganization, scopeWorkspace: kindWorkspace, scopeDeployment: kindDeployment,
	}
	// roleKey lists the members that identify a role of an API token. Responses sort by them.
	roleKey = []string{"entityType", "entityId", "deploymentId"}
	// grantForms holds the two forms of a role: an item of a list of a user or Team, whose idField identifies the entity,
	// and a role of an API token, which has an entityType. The response to a change of a token's roles has the first form.
	grantForms = []struct{ list, idField, entityType string }{
		{"workspaceRoles", "workspaceId", scopeWorkspace},
		{"deploymentRoles", "deploymentId", scopeDeployment},
		{"dagRoles", "dagId", scopeDAG},
		{"dagRoles", "dagTag", scopeDAGTag},
	}
)

// roleSpec is a kind whose update removes restrictions that it omits (unclear for the API).
func roleSpec() kindSpec {
	return kindSpec{
		name: kindRole, title: "role", path: "/roles/{customRoleId}", plural: "roles",
		defaults: object{
			"name": "role", "description": "", "scopeType": scopeDeployment, "permissions": []any{"deployment.get"},
		},
		hidden: []string{"organizationId"}, omitEmpty: []string{"description"},
		validate: func(s *Server, c *call, _, _ *resource) {
			s.requireExisting(kindWorkspace, getList(c.body, "restrictedWorkspaceIds")...)
		},
		fill: func(_ *Server, next, _ *resource) {
			for _, name := range []string{"permissions", "restrictedWorkspaceIds"} {
				next.state[name] = sortedSet(getList(next.state, name))
			}
		},
		item: func(_ *call, view object) { delete(view, "permissions") },
	}
}

func isDAGScope(entityType string) bool { return entityType == scopeDAG || entityType == scopeDAGTag }

// flattenRoles converts the lists of roles of a user or Team to the form of an API token's roles.
func flattenRoles(grants object) []object {
	var roles []object
	for _, form := range grantForms {
		for _, g := range getObjects(grants, form.list) {
			if entity := getString(g, form.idField); entity != "" {
				role := object{"entityType": form.entityType, "entityId": entity, "role": g["role"]}
				if isDAGScope(form.entityType) {
					role["deploymentId"] = g["deploymentId"]
				}
				roles = append(roles, role)
			}
		}
	}
	return roles
}

// groupRoles is the reverse of flattenRoles.
func groupRoles(roles []object) object {
	grants := object{}
	for _, role := range roles {
		if role["entityType"] == scopeOrganization {
			grants["organizationRole"] = role["role"]
		}
		for _, form := range grantForms {
			if role["entityType"] == form.entityType {
				g := object{form.idField: role["entityId"], "role": role["role"]}
				if isDAGScope(form.entityType) {
					g["deploymentId"] = role["deploymentId"]
				}
				grants[form.list] = append(getList(grants, form.list), g)
			}
		}
	}
	return grants
}

// validateRoles checks roles in the form of API tokens: the caller must have access to the entities, the roles must
// exist, and each entity can have one role.
func (s *Server) validateRoles(c *call, roles []object) {
	for i, role := range roles {
		scope, entity := getString(role, "entityType"), getString(role, "entityId")
		deployment := getString(role, "deploymentId")
		isSame := func(other object) bool { return areEqual(role, other, roleKey...) }
		require(!slices.ContainsFunc(roles[:i], isSame), "%s '%s' has more than one role", scope, entity)
		require(isDAGScope(scope) || deployment == "", "deploymentId is not allowed with entityType %s", scope)
		kind := scopeKinds[scope]
		if isDAGScope(scope) {
			require(deployment != "", "deploymentId is required with entityType %s", scope)
			kind, scope, entity = kindDeployment, scopeDAG, deployment
		}
		requireAccess(s.canAccess(c.caller, entity), "the token isn't allowed to grant roles of %s '%s'", scope, entity)
		s.requireExisting(kind, entity)
		name := getString(role, "role")
		isCustomRole := func(o *resource) bool { return o.getString("name") == name && o.getString("scopeType") == scope }
		require(slices.Contains(builtinRoles[scope], name) || s.findWhere(kindRole, isCustomRole) != nil,
			"'%s' is not a role of scope %s", name, scope)
	}
}

// replaceGrants replaces all roles of a user or Team by those in the request, and returns the response. A list that the
// request omits becomes empty.
func (s *Server) replaceGrants(c *call) any {
	s.validateGrants(c)
	state := c.target.state
	deleteMembers(state, grantLists...)
	dropEmpty(c.body, "organizationRole")
	maps.Copy(state, c.body)
	s.markUpdated(c.target, c.caller)
	view := object{}
	for _, name := range append([]string{"organizationRole"}, grantLists...) {
		if v, ok := state[name]; ok {
			view[name] = v
		}
	}
	return view
}

// validateGrants checks the roles of a user or Team. A role in a Deployment requires a role in its Workspace, and a
// role for DAGs a role in their Deployment.
func (s *Server) validateGrants(c *call) {
	role := getString(c.body, "organizationRole")
	isKnown := role == "" || slices.Contains(organizationRoles, role) // the document doesn't list them for this request
	requireField(isKnown, "organizationRole", "oneof", fmt.Sprintf("must be one of %v", organizationRoles))
	for _, g := range getObjects(c.body, "dagRoles") {
		require((getString(g, "dagId") == "") != (getString(g, "dagTag") == ""),
			"a role for DAGs requires either dagId or dagTag")
	}
	roles := flattenRoles(c.body)
	s.validateRoles(c, roles)
	for _, role := range roles {
		required := role["deploymentId"] // nil, except for DAGs
		if role["entityType"] == scopeDeployment {
			required = s.stateOf(kindDeployment, getString(role, "entityId"))["workspaceId"]
		}
		hasRole := func(other object) bool { return other["entityId"] == required }
		require(required == nil || slices.ContainsFunc(roles, hasRole),
			"the role in %s '%s' requires a role in '%s'", role["entityType"], role["entityId"], required)
	}
}

// addInheritedRoles adds a Team's roles to a user's. There is only one Organization role: the strongest one.
func (s *Server) addInheritedRoles(view object, team *resource) {
	roles := deepCopy(team.state)
	for _, name := range grantLists {
		list := getList(view, name)
		for _, grant := range getObjects(roles, name) {
			isSame := func(v any) bool { return reflect.DeepEqual(v, grant) }
			if s.options.InheritedRoles == RepeatInheritedRoles || !slices.ContainsFunc(list, isSame) {
				list = append(list, grant)
			}
		}
		view[name] = list
	}
	rank := func(state object) int { return slices.Index(organizationRoles, getString(state, "organizationRole")) }
	if rank(roles) < rank(view) {
		view["organizationRole"] = roles["organizationRole"]
	}
}

// normalizeGrants sorts the lists of roles in the server's order, and removes empty ones.
func normalizeGrants(view object) {
	sortListBy(view, "workspaceRoles", "workspaceId")
	sortListBy(view, "deploymentRoles", "deploymentId")
	sortListBy(view, "dagRoles", "role")
	dropEmpty(view, grantLists...)
}
