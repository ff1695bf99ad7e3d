package simulator

import "slices"

func fillWorkspace(state map[string]any) {
	setMissing(state, map[string]any{"name": "workspace", "description": "", "cicdEnforcedDefault": false})
}

// workspaceView returns a Workspace as the API returns it.
func workspaceView(o *storedResource) map[string]any {
	view := deepCopy(o.state)
	view["organizationName"] = "Simulated Organization"
	dropEmpty(view, "description", "defaultClusterId", "defaultCloudProvider", "defaultRegion")
	return view
}

func (s *Server) listWorkspaces(c apiCall) (any, *requestError) {
	if c.caller.isDeploymentOnly() {
		return nil, forbiddenError("the token may not list Workspaces")
	}
	reached := slices.DeleteFunc(slices.Clone(s.collections[kindWorkspace].resources), func(o *storedResource) bool {
		return !c.caller.canAccessWorkspace(o.id)
	})
	return listPage(c.request.Query, "workspaces", reached, workspaceView)
}

// findWorkspace returns the Workspace in the path. Without access to it, the answer is 403, even if it doesn't exist.
func (s *Server) findWorkspace(c apiCall) (*storedResource, *requestError) {
	if !c.caller.canAccessWorkspace(c.id) {
		return nil, forbiddenError("the token has no access to Workspace '%s'", c.id)
	}
	if o := s.collections[kindWorkspace].findByID(c.id); o != nil {
		return o, nil
	}
	return nil, notFoundError("Workspace", c.id)
}

func (s *Server) readWorkspace(c apiCall) (any, *requestError) {
	o, p := s.findWorkspace(c)
	if p != nil {
		return nil, p
	}
	return workspaceView(o), nil
}

// createWorkspace accepts a name that already exists, because the document doesn't require unique names of Workspaces.
func (s *Server) createWorkspace(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not create Workspaces")
	}
	body, p := s.decodeWorkspaceBody(c, "CreateWorkspaceRequest")
	if p != nil {
		return nil, p
	}
	o := s.newResource(kindWorkspace, c.caller)
	setMissing(o.state, body)
	fillWorkspace(o.state)
	s.collections[kindWorkspace].resources = append(s.collections[kindWorkspace].resources, o)
	return workspaceView(o), nil
}

// updateWorkspace replaces all fields. It clears a default cluster or region that the request omits (unclear for the API).
func (s *Server) updateWorkspace(c apiCall) (any, *requestError) {
	o, p := s.findWorkspace(c)
	if p != nil {
		return nil, p
	}
	body, p := s.decodeWorkspaceBody(c, "UpdateWorkspaceRequest")
	if p != nil {
		return nil, p
	}
	deleteFields(o.state, "UpdateWorkspaceRequest")
	setMissing(o.state, body)
	s.markUpdated(o, c.caller)
	return workspaceView(o), nil
}

func (s *Server) decodeWorkspaceBody(c apiCall, schemaName string) (map[string]any, *requestError) {
	body, p := decodeAndCheck(c.request, schemaName)
	if p != nil {
		return nil, p
	}
	cluster, cloud, region := getString(body, "defaultClusterId"), getString(body, "defaultCloudProvider"), getString(body, "defaultRegion")
	switch {
	case cluster != "" && (cloud != "" || region != ""):
		return nil, badRequestError("defaultClusterId can't be combined with defaultCloudProvider and defaultRegion")
	case (cloud == "") != (region == ""):
		return nil, badRequestError("defaultCloudProvider and defaultRegion must be set together")
	case cluster != "" && s.collections[kindCluster].findByID(cluster) == nil:
		return nil, badRequestError("default cluster '%s' does not exist", cluster)
	}
	return body, nil
}

func (s *Server) deleteWorkspace(c apiCall) (any, *requestError) {
	o, p := s.findWorkspace(c)
	if p != nil {
		return nil, p
	}
	if slices.ContainsFunc(s.collections[kindDeployment].resources, func(d *storedResource) bool { return d.getString("workspaceId") == o.id }) {
		return nil, badRequestError("Workspace '%s' still has Deployments", o.getString("name"))
	}
	s.collections[kindWorkspace].removeByID(o.id)
	s.deleteDependents(o.id)
	return nil, nil
}

func workspaceSpec() kindSpec {
	return kindSpec{kind: kindWorkspace, fillDefaults: func(_ *Server, state map[string]any) { fillWorkspace(state) }, routes: map[string]handlerFunc{
		"GET workspaces":      (*Server).listWorkspaces,
		"POST workspaces":     (*Server).createWorkspace,
		"GET workspaces/*":    (*Server).readWorkspace,
		"POST workspaces/*":   (*Server).updateWorkspace,
		"DELETE workspaces/*": (*Server).deleteWorkspace,
	}}
}
