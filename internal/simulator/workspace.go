package simulator

import "slices"

// workspaceSpec is a kind whose names aren't unique: the document doesn't require it. An update clears a default
// cluster or region that it omits (unclear for the API).
func workspaceSpec() kindSpec {
	return kindSpec{
		name: kindWorkspace, title: "Workspace", path: "/workspaces/{workspaceId}", plural: "workspaces",
		defaults:  object{"name": "workspace", "description": "", "cicdEnforcedDefault": false},
		omitEmpty: []string{"description", "defaultClusterId", "defaultCloudProvider", "defaultRegion"},
		canAccess: func(_ *Server, c *call, id string, _ *resource) bool { return c.caller.canAccessWorkspace(id) },
		list: func(s *Server, c *call) []*resource {
			requireAccess(!c.caller.isDeploymentOnly(), "the token isn't allowed to list Workspaces")
			return s.filter(kindWorkspace, func(o *resource) bool { return c.caller.canAccessWorkspace(o.id) })
		},
		beforeChange: func(s *Server, o *resource, isDelete bool) {
			require(!isDelete || !s.hasDeployments("workspaceId", o.id),
				"Workspace '%s' still has Deployments", o.getString("name"))
		},
		validate: (*Server).validateWorkspace,
		view:     func(_ *Server, view object) { view["organizationName"] = "Simulated Organization" },
		deleted:  (*Server).deleteDependents,
	}
}

func (s *Server) validateWorkspace(_ *call, next, _ *resource) {
	cluster := next.getString("defaultClusterId")
	cloud, region := next.getString("defaultCloudProvider"), next.getString("defaultRegion")
	require(cluster == "" || cloud == "" && region == "",
		"defaultClusterId can't be combined with defaultCloudProvider and defaultRegion")
	require((cloud == "") == (region == ""), "defaultCloudProvider and defaultRegion must be set together")
	require(cluster == "" || s.find(kindCluster, cluster) != nil, "default cluster '%s' does not exist", cluster)
}

// hasDeployments reports whether a Deployment has the ID in a field.
func (s *Server) hasDeployments(field, id string) bool {
	return s.findWhere(kindDeployment, func(o *resource) bool { return o.getString(field) == id }) != nil
}

// requireExisting refuses a request if one of the IDs that it contains doesn't exist.
func (s *Server) requireExisting(kind string, ids ...any) {
	for _, id := range ids {
		text, _ := id.(string)
		require(s.find(kind, text) != nil, "%s '%v' does not exist", s.kinds[kind].title, id)
	}
}

// deleteDependents deletes everything that belongs to a deleted Workspace or Deployment: environment objects,
// tokens, and the links and roles of others.
func (s *Server) deleteDependents(deleted *resource) {
	names := func(field string) func(object) bool {
		return func(v object) bool { return getString(v, field) == deleted.id }
	}
	s.removeWhere(kindEnvironmentObject, func(o *resource) bool { return o.getString("scopeEntityId") == deleted.id })
	for _, o := range s.stored[kindEnvironmentObject] {
		deleteItems(o.state, names("scopeEntityId"), "links", "excludeLinks")
	}
	s.removeWhere(kindAgentToken, func(o *resource) bool { return o.getString("deploymentId") == deleted.id })
	s.removeWhere(kindAPIToken, func(o *resource) bool { return tokenEntity(o.state) == deleted.id })
	for _, o := range s.stored[kindAPIToken] {
		deleteItems(o.state, func(role object) bool {
			return names("entityId")(role) && !isDAGScope(getString(role, "entityType")) || names("deploymentId")(role)
		}, "roles")
	}
	for _, kind := range []string{kindUser, kindTeam} {
		for _, o := range s.stored[kind] {
			deleteItems(o.state, names("workspaceId"), grantLists...)
			deleteItems(o.state, names("deploymentId"), grantLists...)
		}
	}
}

// deleteItems deletes the items that match from lists of objects.
func deleteItems(state object, matches func(object) bool, lists ...string) {
	for _, name := range lists {
		if items := getObjects(state, name); len(items) > 0 {
			state[name] = toArray(slices.DeleteFunc(items, matches))
		}
	}
}
