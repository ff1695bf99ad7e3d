package simulator

import (
	"slices"
)

func fillTeam(state map[string]any) {
	setMissing(state, map[string]any{
		"name": "team", "description": "", "isIdpManaged": false, "organizationRole": "ORGANIZATION_MEMBER", "memberIds": []any{},
	})
}

// teamView returns a Team without its members, as the API does.
func teamView(o *storedResource) map[string]any {
	view := deepCopy(o.state)
	delete(view, "memberIds")
	n := 0
	for _, name := range grantLists {
		n += len(getObjects(view, name))
	}
	view["rolesCount"] = n
	normalizeGrants(view)
	dropEmpty(view, "description")
	return view
}

func (s *Server) listTeams(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not list Teams")
	}
	return listPage(c.request.Query, "teams", filterByRole(c, s.collections[kindTeam].resources), teamView)
}

func (s *Server) findTeam(c apiCall) (*storedResource, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not manage Teams")
	}
	if o := s.collections[kindTeam].findByID(c.id); o != nil {
		return o, nil
	}
	return nil, notFoundError("Team", c.id)
}

// findEditableTeam returns the Team in the path, or an error if an identity provider manages it.
func (s *Server) findEditableTeam(c apiCall) (*storedResource, *requestError) {
	o, p := s.findTeam(c)
	if p == nil && getBool(o.state, "isIdpManaged") {
		p = badRequestError("Team '%s' is managed by an identity provider", o.getString("name"))
	}
	return o, p
}

func (s *Server) readTeam(c apiCall) (any, *requestError) {
	o, p := s.findTeam(c)
	if p != nil {
		return nil, p
	}
	return teamView(o), nil
}

// createTeam accepts a name that already exists, because the document doesn't require unique names of Teams.
func (s *Server) createTeam(c apiCall) (any, *requestError) {
	if !c.caller.hasOrganizationAccess() {
		return nil, forbiddenError("the token may not create Teams")
	}
	if getBool(s.organizationResource().state, "isScimEnabled") {
		return nil, badRequestError("Teams are managed by an identity provider")
	}
	body, p := decodeAndCheck(c.request, "CreateTeamRequest")
	if p != nil {
		return nil, p
	}
	if p := s.validateMembers(body); p != nil {
		return nil, p
	}
	o := s.newResource(kindTeam, c.caller)
	setMissing(o.state, body)
	fillTeam(o.state)
	s.collections[kindTeam].resources = append(s.collections[kindTeam].resources, o)
	return teamView(o), nil
}

// updateTeam clears a description that the request omits.
func (s *Server) updateTeam(c apiCall) (any, *requestError) {
	o, p := s.findEditableTeam(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "UpdateTeamRequest")
	if p != nil {
		return nil, p
	}
	o.state["name"], o.state["description"] = body["name"], getString(body, "description")
	s.markUpdated(o, c.caller)
	return teamView(o), nil
}

// updateTeamRoles also accepts Teams of an identity provider, because their roles are managed in Astro.
func (s *Server) updateTeamRoles(c apiCall) (any, *requestError) {
	o, p := s.findTeam(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "UpdateTeamRolesRequest")
	if p != nil {
		return nil, p
	}
	if p := s.validateGrants(body); p != nil {
		return nil, p
	}
	replaceGrants(o.state, body)
	s.markUpdated(o, c.caller)
	return subjectRolesView(o), nil
}

func (s *Server) deleteTeam(c apiCall) (any, *requestError) {
	o, p := s.findEditableTeam(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindTeam].removeByID(o.id)
	return nil, nil
}

func teamSpec() kindSpec {
	return kindSpec{kind: kindTeam, fillDefaults: func(_ *Server, state map[string]any) { fillTeam(state) }, routes: map[string]handlerFunc{
		"GET teams": (*Server).listTeams, "POST teams": (*Server).createTeam,
		"GET teams/*": (*Server).readTeam, "POST teams/*": (*Server).updateTeam, "DELETE teams/*": (*Server).deleteTeam,
		"POST teams/*/roles":  (*Server).updateTeamRoles,
		"GET teams/*/members": (*Server).listMembers, "POST teams/*/members": (*Server).addMembers, "DELETE teams/*/members/*": (*Server).removeMember,
	}}
}

// validateMembers checks that all members are users.
func (s *Server) validateMembers(body map[string]any) *requestError {
	list, _ := body["memberIds"].([]any)
	for _, id := range list {
		if text, _ := id.(string); s.collections[kindUser].findByID(text) == nil {
			return badRequestError("user '%v' does not exist", id)
		}
	}
	return nil
}

func (s *Server) listMembers(c apiCall) (any, *requestError) {
	o, p := s.findTeam(c)
	if p != nil {
		return nil, p
	}
	ids, _ := o.state["memberIds"].([]any)
	var members []*storedResource
	for _, id := range ids {
		if text, _ := id.(string); s.collections[kindUser].findByID(text) != nil {
			members = append(members, s.collections[kindUser].findByID(text))
		}
	}
	return listPage(c.request.Query, "teamMembers", members, func(u *storedResource) map[string]any {
		return map[string]any{"userId": u.id, "username": u.getString("username"), "fullName": u.getString("fullName")}
	})
}

func (s *Server) addMembers(c apiCall) (any, *requestError) {
	o, p := s.findEditableTeam(c)
	if p != nil {
		return nil, p
	}
	body, p := decodeAndCheck(c.request, "AddTeamMembersRequest")
	if p != nil {
		return nil, p
	}
	if p := s.validateMembers(body); p != nil {
		return nil, p
	}
	ids, _ := o.state["memberIds"].([]any)
	for _, id := range body["memberIds"].([]any) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	o.state["memberIds"] = ids
	return nil, nil
}

func (s *Server) removeMember(c apiCall) (any, *requestError) {
	o, p := s.findEditableTeam(c)
	if p != nil {
		return nil, p
	}
	ids, _ := o.state["memberIds"].([]any)
	if !slices.Contains(ids, any(c.childID)) {
		return nil, notFoundError("Team member", c.childID)
	}
	o.state["memberIds"] = slices.DeleteFunc(slices.Clone(ids), func(id any) bool { return id == c.childID })
	return nil, nil
}
