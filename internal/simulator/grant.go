package simulator

import (
	"fmt"
	"slices"
	"strings"
)

var (
	organizationRoles = []string{"ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_MEMBER"}
	grantLists        = []string{"workspaceRoles", "deploymentRoles", "dagRoles"}
)

// validateGrants checks roles against each other and against existing resources.
func (s *Server) validateGrants(body map[string]any) *requestError {
	if role := getString(body, "organizationRole"); role != "" && !slices.Contains(organizationRoles, role) {
		return invalidFieldsError([]FieldError{newFieldError("organizationRole", "oneof", fmt.Sprintf("must be one of %v", organizationRoles))})
	}
	inWorkspace, inDeployment, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, g := range getObjects(body, "workspaceRoles") {
		id := getString(g, "workspaceId")
		if s.collections[kindWorkspace].findByID(id) == nil {
			return badRequestError("Workspace '%s' does not exist", id)
		}
		if inWorkspace[id] {
			return badRequestError("there is more than one role in Workspace '%s'", id)
		}
		inWorkspace[id] = true
	}
	for _, g := range getObjects(body, "deploymentRoles") {
		id := getString(g, "deploymentId")
		o := s.collections[kindDeployment].findByID(id)
		switch {
		case o == nil:
			return badRequestError("Deployment '%s' does not exist", id)
		case inDeployment[id]:
			return badRequestError("there is more than one role in Deployment '%s'", id)
		case !inWorkspace[o.getString("workspaceId")]:
			return badRequestError("a role in Deployment '%s' requires a role in its Workspace", id)
		case !s.isAssignableRole(getString(g, "role"), "DEPLOYMENT", "DEPLOYMENT_ADMIN"):
			return badRequestError("role '%s' does not exist", getString(g, "role"))
		}
		inDeployment[id] = true
	}
	for _, g := range getObjects(body, "dagRoles") {
		id, dag, tag := getString(g, "deploymentId"), getString(g, "dagId"), getString(g, "dagTag")
		key := strings.Join([]string{id, dag, tag}, "\x00")
		switch {
		case !inDeployment[id]:
			return badRequestError("a role for DAGs requires a role in Deployment '%s'", id)
		case (dag == "") == (tag == ""):
			return badRequestError("a role for DAGs requires either dagId or dagTag")
		case seen[key]:
			return badRequestError("there is more than one role for a DAG or tag")
		case !s.isAssignableRole(getString(g, "role"), "DAG", "DAG_VIEWER", "DAG_AUTHOR"):
			return badRequestError("role '%s' does not exist", getString(g, "role"))
		}
		seen[key] = true
	}
	return nil
}

// isAssignableRole reports whether a role is built in, or a custom role of the scope.
func (s *Server) isAssignableRole(name, scope string, builtin ...string) bool {
	return slices.Contains(builtin, name) || slices.ContainsFunc(s.collections[kindRole].resources, func(o *storedResource) bool {
		return o.getString("name") == name && o.getString("scopeType") == scope
	})
}

// replaceGrants replaces all roles. A list that the request omits becomes empty.
func replaceGrants(state, body map[string]any) {
	for _, name := range grantLists {
		delete(state, name)
		if list, ok := body[name].([]any); ok {
			state[name] = list
		}
	}
	if role := getString(body, "organizationRole"); role != "" {
		state["organizationRole"] = role
	}
}

// normalizeGrants sorts the lists of roles in the server's order, and removes empty ones.
func normalizeGrants(view map[string]any) {
	sortListBy(view, "workspaceRoles", "workspaceId")
	sortListBy(view, "deploymentRoles", "deploymentId")
	sortListBy(view, "dagRoles", "role")
	dropEmpty(view, grantLists...)
}

// subjectRolesView returns the response to a change of roles.
func subjectRolesView(o *storedResource) map[string]any {
	view := map[string]any{}
	for _, name := range append([]string{"organizationRole"}, grantLists...) {
		if v, ok := o.state[name]; ok {
			view[name] = v
		}
	}
	return deepCopy(view)
}

// revokeRoles removes the roles on a deleted Workspace or Deployment.
func (s *Server) revokeRoles(id string) {
	for _, kind := range []string{kindUser, kindTeam} {
		for _, o := range s.collections[kind].resources {
			for _, name := range grantLists {
				list, _ := o.state[name].([]any)
				o.state[name] = slices.DeleteFunc(slices.Clone(list), func(v any) bool {
					g, _ := v.(map[string]any)
					return getString(g, "workspaceId") == id || getString(g, "deploymentId") == id
				})
			}
		}
	}
}
