package simulator

import (
	"slices"
)

func fillRole(state map[string]any) {
	setMissing(state, map[string]any{
		"name": "role", "description": "", "scopeType": "DEPLOYMENT", "permissions": []any{"deployment.get"}, "restrictedWorkspaceIds": []any{},
	})
	for _, name := range []string{"permissions", "restrictedWorkspaceIds"} {
		state[name] = sortedSet(state[name])
	}
}

// sortedSet returns the distinct strings of a list, sorted: the server keeps its own order.
func sortedSet(value any) []any {
	var texts []string
	members, _ := value.([]any)
	for _, v := range members {
		if t, ok := v.(string); ok {
			texts = append(texts, t)
		}
	}
	slices.Sort(texts)
	set := []any{}
	for _, t := range slices.Compact(texts) {
		set = append(set, t)
	}
	return set
}

func roleView(o *storedResource) map[string]any {
	view := deepCopy(o.state)
	delete(view, "organizationId")
	dropEmpty(view, "description")
	return view
}

// roleItem returns a role as an item of a list, without its permissions.
func roleItem(o *storedResource) map[string]any {
	view := roleView(o)
	delete(view, "permissions")
	return view
}

func (s *Server) listRoles(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not list roles")
	}
	all := slices.DeleteFunc(slices.Clone(s.collections[kindRole].resources), func(o *storedResource) bool {
		scopes := c.request.Query["scopeTypes"]
		return len(scopes) > 0 && !slices.Contains(scopes, o.getString("scopeType"))
	})
	return listPage(c.request.Query, "roles", all, roleItem)
}

func (s *Server) findRole(c apiCall) (*storedResource, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not manage roles")
	}
	if o := s.collections[kindRole].findByID(c.id); o != nil {
		return o, nil
	}
	return nil, notFoundError("role", c.id)
}

func (s *Server) readRole(c apiCall) (any, *requestError) {
	o, p := s.findRole(c)
	if p != nil {
		return nil, p
	}
	return roleView(o), nil
}

func (s *Server) createRole(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not create roles")
	}
	body, p := s.decodeRoleBody(c, "CreateCustomRoleRequest")
	if p != nil {
		return nil, p
	}
	o := s.newResource(kindRole, c.caller)
	setMissing(o.state, body)
	fillRole(o.state)
	s.collections[kindRole].resources = append(s.collections[kindRole].resources, o)
	return roleView(o), nil
}

// updateRole replaces all fields. It removes restrictions that the request omits (unclear for the API).
func (s *Server) updateRole(c apiCall) (any, *requestError) {
	o, p := s.findRole(c)
	if p != nil {
		return nil, p
	}
	body, p := s.decodeRoleBody(c, "UpdateCustomRoleRequest")
	if p != nil {
		return nil, p
	}
	deleteFields(o.state, "UpdateCustomRoleRequest")
	setMissing(o.state, body)
	fillRole(o.state)
	s.markUpdated(o, c.caller)
	return roleView(o), nil
}

func (s *Server) decodeRoleBody(c apiCall, schemaName string) (map[string]any, *requestError) {
	body, p := decodeAndCheck(c.request, schemaName)
	if p != nil {
		return nil, p
	}
	workspaces, _ := body["restrictedWorkspaceIds"].([]any)
	for _, id := range workspaces {
		if text, _ := id.(string); s.collections[kindWorkspace].findByID(text) == nil {
			return nil, badRequestError("Workspace '%v' does not exist", id)
		}
	}
	return body, nil
}

func (s *Server) deleteRole(c apiCall) (any, *requestError) {
	o, p := s.findRole(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindRole].removeByID(o.id)
	return nil, nil
}

func roleSpec() kindSpec {
	return kindSpec{kind: kindRole, fillDefaults: func(_ *Server, state map[string]any) { fillRole(state) }, routes: map[string]handlerFunc{
		"GET roles":      (*Server).listRoles,
		"POST roles":     (*Server).createRole,
		"GET roles/*":    (*Server).readRole,
		"POST roles/*":   (*Server).updateRole,
		"DELETE roles/*": (*Server).deleteRole,
	}}
}
