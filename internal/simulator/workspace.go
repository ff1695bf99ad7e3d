package simulator

import "slices"

// workspaceSpec is a kind whose names aren't unique: the document doesn't require it. An update clears a default cluster or
// region that it omits (unclear for the API).
func workspaceSpec() kindSpec {
	return kindSpec{
		name: kindWorkspace, title: "Workspace", path: "/workspaces/{workspaceId}", plural: "workspaces",
		canAccess: func(_ *Server, who caller, id string, _ *resource) bool { return who.canAccessWorkspace(id) },
		list: func(s *Server, c *call) ([]*resource, *requestError) {
			if c.caller.isDeploymentOnly() {
				return nil, forbiddenError("the token isn't allowed to list Workspaces")
			}
			return s.filter(kindWorkspace, func(o *resource) bool { return c.caller.canAccessWorkspace(o.id) }), nil
		},
		beforeChange: func(s *Server, o *resource, isDelete bool) *requestError {
			return s.refuseWithDeployments("Workspace", "workspaceId", o, isDelete)
		},
		validate: (*Server).validateWorkspace,
		fill: func(_ *Server, next, _ *resource) {
			setMissing(next.state, object{"name": "workspace", "description": "", "cicdEnforcedDefault": false})
		},
		view: func(_ *Server, view object) {
			view["organizationName"] = "Simulated Organization"
			dropEmpty(view, "description", "defaultClusterId", "defaultCloudProvider", "defaultRegion")
		},
		deleted: (*Server).deleteDependents,
	}
}

func (s *Server) validateWorkspace(_ *call, next, _ *resource) *requestError {
	cluster, cloud, region := next.getString("defaultClusterId"), next.getString("defaultCloudProvider"), next.getString("defaultRegion")
	switch {
	case cluster != "" && (cloud != "" || region != ""):
		return badRequestError("defaultClusterId can't be combined with defaultCloudProvider and defaultRegion")
	case (cloud == "") != (region == ""):
		return badRequestError("defaultCloudProvider and defaultRegion must be set together")
	case cluster != "" && s.find(kindCluster, cluster) == nil:
		return badRequestError("default cluster '%s' does not exist", cluster)
	}
	return nil
}

// refuseWithDeployments refuses the delete of a resource that Deployments name in a field.
func (s *Server) refuseWithDeployments(title, field string, o *resource, isDelete bool) *requestError {
	isUsed := func(d *resource) bool { return d.getString(field) == o.id }
	if isDelete && s.findWhere(kindDeployment, isUsed) != nil {
		return badRequestError("%s '%s' still has Deployments", title, o.getString("name"))
	}
	return nil
}

// requireWorkspaces checks that all Workspaces of a list exist.
func (s *Server) requireWorkspaces(ids []any) *requestError {
	for _, id := range ids {
		if text, _ := id.(string); s.find(kindWorkspace, text) == nil {
			return badRequestError("Workspace '%v' does not exist", id)
		}
	}
	return nil
}

// deleteDependents deletes everything that belongs to a deleted Workspace or Deployment: environment objects, tokens, and
// the links and roles of others.
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
