package simulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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
)

// validateGrants checks roles against each other and against existing resources.
func (s *Server) validateGrants(body object) {
	role := getString(body, "organizationRole")
	isKnown := role == "" || slices.Contains(organizationRoles, role) // the document doesn't list them for this request
	requireField(isKnown, "organizationRole", "oneof", fmt.Sprintf("must be one of %v", organizationRoles))
	inWorkspace, inDeployment, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, g := range getObjects(body, "workspaceRoles") {
		id := getString(g, "workspaceId")
		s.requireExisting(kindWorkspace, id)
		require(!inWorkspace[id], "there is more than one role in Workspace '%s'", id)
		inWorkspace[id] = true
	}
	for _, g := range getObjects(body, "deploymentRoles") {
		id := getString(g, "deploymentId")
		s.requireExisting(kindDeployment, id)
		require(!inDeployment[id], "there is more than one role in Deployment '%s'", id)
		require(inWorkspace[s.find(kindDeployment, id).getString("workspaceId")],
			"a role in Deployment '%s' requires a role in its Workspace", id)
		s.requireRole(getString(g, "role"), scopeDeployment)
		inDeployment[id] = true
	}
	for _, g := range getObjects(body, "dagRoles") {
		id, dag, tag := getString(g, "deploymentId"), getString(g, "dagId"), getString(g, "dagTag")
		key := strings.Join([]string{id, dag, tag}, "\x00")
		require(inDeployment[id], "a role for DAGs requires a role in Deployment '%s'", id)
		require((dag == "") != (tag == ""), "a role for DAGs requires either dagId or dagTag")
		require(!seen[key], "there is more than one role for a DAG or tag")
		s.requireRole(getString(g, "role"), scopeDAG)
		seen[key] = true
	}
}

// requireRole refuses a role that is neither built in nor a custom role of the scope.
func (s *Server) requireRole(name, scope string) {
	isCustomRole := func(o *resource) bool { return o.getString("name") == name && o.getString("scopeType") == scope }
	require(slices.Contains(builtinRoles[scope], name) || s.findWhere(kindRole, isCustomRole) != nil,
		"'%s' is not a role of scope %s", name, scope)
}

// replaceGrants replaces all roles of a user or Team by those in the request, and returns the response. A list that the
// request omits becomes empty.
func (s *Server) replaceGrants(c *call, o *resource) any {
	s.validateGrants(c.body)
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
	return view
}

// listSubjects returns the users or Teams that have a role in the Workspace or Deployment of the query.
func (s *Server) listSubjects(c *call, kind string) []*resource {
	c.requireOrganizationToken("list", s.kinds[kind].title+"s")
	hasRole := func(o *resource, list, field string) bool {
		wanted := c.request.URL.Query().Get(field)
		isWanted := func(g object) bool { return getString(g, field) == wanted }
		return wanted == "" || slices.ContainsFunc(getObjects(o.state, list), isWanted)
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
