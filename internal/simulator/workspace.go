package simulator

import "slices"

var clouds = []string{"AWS", "AZURE", "GCP"}

var workspaceFields = []field{
	{name: "name", min: 1, max: 50, wrong: blank},
	{name: "description"},
	{name: "cicdEnforcedDefault", shape: flagShape},
	{name: "defaultClusterId"},
	{name: "defaultCloudProvider", enum: clouds},
	{name: "defaultRegion"},
}

func fillWorkspace(state map[string]any) {
	fillIn(state, map[string]any{"name": "workspace", "description": "", "cicdEnforcedDefault": false})
}

// workspaceView is a Workspace as the API answers it.
func workspaceView(o *object) map[string]any {
	view := plain(o.state)
	view["organizationName"] = "Simulated Organization"
	dropEmpty(view, "description", "defaultClusterId", "defaultCloudProvider", "defaultRegion")
	return view
}

func (s *Server) listWorkspaces(c call) (any, *problem) {
	if c.caller.deploymentOnly() {
		return nil, forbidden("the token may not list Workspaces")
	}
	reached := slices.DeleteFunc(slices.Clone(s.collections[kindWorkspace].objects), func(o *object) bool {
		return !c.caller.reachesWorkspace(o.id)
	})
	return page(c.request.Query, "workspaces", reached, workspaceView)
}

// workspace finds the one in the path. What a token doesn't reach is forbidden, whether it exists or not.
func (s *Server) workspace(c call) (*object, *problem) {
	if !c.caller.reachesWorkspace(c.id) {
		return nil, forbidden("the token does not reach Workspace '%s'", c.id)
	}
	if o := s.collections[kindWorkspace].find(c.id); o != nil {
		return o, nil
	}
	return nil, missing("Workspace", c.id)
}

func (s *Server) readWorkspace(c call) (any, *problem) {
	o, p := s.workspace(c)
	if p != nil {
		return nil, p
	}
	return workspaceView(o), nil
}

// createWorkspace takes a name that exists already: nothing says that Workspace names are unique.
func (s *Server) createWorkspace(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not create Workspaces")
	}
	body, p := s.workspaceBody(c, must(workspaceFields, "name"))
	if p != nil {
		return nil, p
	}
	o := s.born(kindWorkspace, c.caller)
	fillIn(o.state, body)
	fillWorkspace(o.state)
	s.collections[kindWorkspace].objects = append(s.collections[kindWorkspace].objects, o)
	return workspaceView(o), nil
}

// updateWorkspace replaces all; a default destination that isn't sent is cleared (notes 1.2 leave it open).
func (s *Server) updateWorkspace(c call) (any, *problem) {
	o, p := s.workspace(c)
	if p != nil {
		return nil, p
	}
	body, p := s.workspaceBody(c, must(workspaceFields, "name", "description", "cicdEnforcedDefault"))
	if p != nil {
		return nil, p
	}
	for _, f := range workspaceFields {
		delete(o.state, f.name)
	}
	fillIn(o.state, body)
	s.touch(o, c.caller)
	return workspaceView(o), nil
}

func (s *Server) workspaceBody(c call, fields []field) (map[string]any, *problem) {
	body, p := checked(c.request, fields)
	if p != nil {
		return nil, p
	}
	cluster, cloud, region := text(body, "defaultClusterId"), text(body, "defaultCloudProvider"), text(body, "defaultRegion")
	switch {
	case cluster != "" && (cloud != "" || region != ""):
		return nil, invalid("defaultClusterId excludes defaultCloudProvider and defaultRegion")
	case (cloud == "") != (region == ""):
		return nil, invalid("defaultCloudProvider and defaultRegion must be provided together")
	case cluster != "" && s.collections[kindCluster].find(cluster) == nil:
		return nil, invalid("default cluster '%s' does not exist", cluster)
	}
	return body, nil
}

func (s *Server) deleteWorkspace(c call) (any, *problem) {
	o, p := s.workspace(c)
	if p != nil {
		return nil, p
	}
	if slices.ContainsFunc(s.collections[kindDeployment].objects, func(d *object) bool { return d.text("workspaceId") == o.id }) {
		return nil, invalid("Workspace '%s' still has Deployments", o.text("name"))
	}
	s.collections[kindWorkspace].remove(o.id)
	s.forget(o.id)
	return nil, nil
}

func workspaceHalf() half {
	return half{kind: kindWorkspace, fill: func(_ *Server, state map[string]any) { fillWorkspace(state) }, routes: map[string]handler{
		"GET workspaces":      (*Server).listWorkspaces,
		"POST workspaces":     (*Server).createWorkspace,
		"GET workspaces/*":    (*Server).readWorkspace,
		"POST workspaces/*":   (*Server).updateWorkspace,
		"DELETE workspaces/*": (*Server).deleteWorkspace,
	}}
}
