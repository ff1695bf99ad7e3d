package simulator

import "slices"

func fillUser(state map[string]any) {
	fillIn(state, map[string]any{
		"username": text(state, "id") + "@example.com", "fullName": "Somebody", "avatarUrl": "", "status": "ACTIVE", "organizationRole": "ORGANIZATION_MEMBER",
	})
	delete(state, "organizationId")
	delete(state, "createdBy")
	delete(state, "updatedBy")
}

// granted filters by a role in a Workspace or a Deployment.
func granted(c call, all []*object) []*object {
	return slices.DeleteFunc(slices.Clone(all), func(o *object) bool {
		for filter, list := range map[string]string{"workspaceId": "workspaceRoles", "deploymentId": "deploymentRoles"} {
			id := c.request.Query.Get(filter)
			if id != "" && !slices.ContainsFunc(groups(o.state, list), func(g map[string]any) bool { return text(g, filter) == id }) {
				return true
			}
		}
		return false
	})
}

func (s *Server) listUsers(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not list users")
	}
	return page(c.request.Query, "users", granted(c, s.collections[kindUser].objects), s.userView)
}

func (s *Server) user(c call) (*object, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not manage users")
	}
	if o := s.collections[kindUser].find(c.id); o != nil {
		return o, nil
	}
	return nil, missing("user", c.id)
}

func (s *Server) readUser(c call) (any, *problem) {
	o, p := s.user(c)
	if p != nil {
		return nil, p
	}
	return s.userView(o), nil
}

// grantUser replaces all roles; the one in the Organization is needed beside any other (notes 1.9).
func (s *Server) grantUser(c call) (any, *problem) {
	o, p := s.user(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, grantFields)
	if p != nil {
		return nil, p
	}
	for _, name := range grantLists {
		if len(groups(body, name)) > 0 && text(body, "organizationRole") == "" {
			return nil, invalidFields([]FieldError{failed("organizationRole", "required", "is required")})
		}
	}
	if o.text("status") != "ACTIVE" {
		return nil, invalid("user '%s' is not active", o.text("username"))
	}
	if p := s.judgeGrants(body); p != nil {
		return nil, p
	}
	replaceGrants(o.state, body)
	s.touch(o, c.caller)
	delete(o.state, "updatedBy")
	return subjectRoles(o), nil
}

func userHalf() half {
	return half{kind: kindUser, fill: func(_ *Server, state map[string]any) { fillUser(state) }, routes: map[string]handler{
		"GET users":          (*Server).listUsers,
		"GET users/*":        (*Server).readUser,
		"GET users/*/teams":  (*Server).listUserTeams,
		"POST users/*/roles": (*Server).grantUser,
	}}
}
