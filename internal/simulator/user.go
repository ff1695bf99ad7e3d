package simulator

import "slices"

func fillUser(state map[string]any) {
	setMissing(state, map[string]any{
		"username": getString(state, "id") + "@example.com", "fullName": "Somebody", "avatarUrl": "", "status": "ACTIVE", "organizationRole": "ORGANIZATION_MEMBER",
	})
	delete(state, "organizationId")
	delete(state, "createdBy")
	delete(state, "updatedBy")
}

// filterByRole returns the subjects that have a role in the Workspace or Deployment of the query.
func filterByRole(c apiCall, all []*storedResource) []*storedResource {
	return slices.DeleteFunc(slices.Clone(all), func(o *storedResource) bool {
		for filter, list := range map[string]string{"workspaceId": "workspaceRoles", "deploymentId": "deploymentRoles"} {
			id := c.request.Query.Get(filter)
			if id != "" && !slices.ContainsFunc(getObjects(o.state, list), func(g map[string]any) bool { return getString(g, filter) == id }) {
				return true
			}
		}
		return false
	})
}

func (s *Server) listUsers(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not list users")
	}
	return listPage(c.request.Query, "users", filterByRole(c, s.collections[kindUser].resources), s.userView)
}

func (s *Server) findUser(c apiCall) (*storedResource, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not manage users")
	}
	if o := s.collections[kindUser].findByID(c.id); o != nil {
		return o, nil
	}
	return nil, notFoundError("user", c.id)
}

func (s *Server) readUser(c apiCall) (any, *requestError) {
	o, p := s.findUser(c)
	if p != nil {
		return nil, p
	}
	return s.userView(o), nil
}

// updateUserRoles replaces all roles. The Organization role is required with any other role.
func (s *Server) updateUserRoles(c apiCall) (any, *requestError) {
	o, p := s.findUser(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "UpdateUserRolesRequest")
	if p != nil {
		return nil, p
	}
	for _, name := range grantLists {
		if len(getObjects(body, name)) > 0 && getString(body, "organizationRole") == "" {
			return nil, invalidFieldsError([]FieldError{newFieldError("organizationRole", "required", "is required")})
		}
	}
	if o.getString("status") != "ACTIVE" {
		return nil, badRequestError("user '%s' is not active", o.getString("username"))
	}
	if p := s.validateGrants(body); p != nil {
		return nil, p
	}
	replaceGrants(o.state, body)
	s.markUpdated(o, c.caller)
	delete(o.state, "updatedBy")
	return subjectRolesView(o), nil
}

func userSpec() kindSpec {
	return kindSpec{kind: kindUser, fillDefaults: func(_ *Server, state map[string]any) { fillUser(state) }, routes: map[string]handlerFunc{
		"GET users":          (*Server).listUsers,
		"GET users/*":        (*Server).readUser,
		"GET users/*/teams":  (*Server).listUserTeams,
		"POST users/*/roles": (*Server).updateUserRoles,
	}}
}
