package simulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

var (
	organizationRoles = []string{"ORGANIZATION_OWNER", "ORGANIZATION_OBSERVE_ADMIN", "ORGANIZATION_OBSERVE_MEMBER", "ORGANIZATION_BILLING_ADMIN", "ORGANIZATION_MEMBER"}
	grantLists        = []string{"workspaceRoles", "deploymentRoles", "dagRoles"}
)

// validateGrants checks roles against each other and against existing resources.
func (s *Server) validateGrants(body object) *requestError {
	if role := getString(body, "organizationRole"); role != "" && !slices.Contains(organizationRoles, role) {
		return invalidFieldError("organizationRole", "oneof", fmt.Sprintf("must be one of %v", organizationRoles))
	}
	inWorkspace, inDeployment, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, g := range getObjects(body, "workspaceRoles") {
		id := getString(g, "workspaceId")
		if s.find(kindWorkspace, id) == nil {
			return badRequestError("Workspace '%s' does not exist", id)
		}
		if inWorkspace[id] {
			return badRequestError("there is more than one role in Workspace '%s'", id)
		}
		inWorkspace[id] = true
	}
	for _, g := range getObjects(body, "deploymentRoles") {
		id := getString(g, "deploymentId")
		o := s.find(kindDeployment, id)
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
	return slices.Contains(builtin, name) || s.findWhere(kindRole, func(o *resource) bool {
		return o.getString("name") == name && o.getString("scopeType") == scope
	}) != nil
}

// replaceGrants replaces all roles of a user or Team by those in the request, and returns the response. A list that the
// request omits becomes empty.
func (s *Server) replaceGrants(c *call, o *resource) (any, *requestError) {
	if p := s.validateGrants(c.body); p != nil {
		return nil, p
	}
	deleteMembers(o.state, grantLists...)
	dropEmpty(c.body, "organizationRole")
	maps.Copy(o.state, c.body)
	s.markUpdated(o, c.caller)
	view := object{}
	for _, name := range append([]string{"organizationRole"}, grantLists...) {
		if v, ok := o.state[name]; ok {
			view[name] = v
		}
	}
	return view, nil
}

// filterByRole returns the users or Teams that have a role in the Workspace or Deployment of the query.
func (s *Server) filterByRole(c *call, kind string) []*resource {
	hasRole := func(o *resource, list, field string) bool {
		wanted := c.request.URL.Query().Get(field)
		return wanted == "" || slices.ContainsFunc(getObjects(o.state, list), func(g object) bool { return getString(g, field) == wanted })
	}
	return s.filter(kind, func(o *resource) bool {
		return hasRole(o, "workspaceRoles", "workspaceId") && hasRole(o, "deploymentRoles", "deploymentId")
	})
}

// normalizeGrants sorts the lists of roles in the server's order, and removes empty ones.
func normalizeGrants(view object) {
	sortListBy(view, "workspaceRoles", "workspaceId")
	sortListBy(view, "deploymentRoles", "deploymentId")
	sortListBy(view, "dagRoles", "role")
	dropEmpty(view, grantLists...)
}
