package simulator

var teamFields = []field{{name: "name", min: 1, wrong: blank}, {name: "description"}}

func fillTeam(state map[string]any) {
	fillIn(state, map[string]any{
		"name": "team", "description": "", "isIdpManaged": false, "organizationRole": "ORGANIZATION_MEMBER", "memberIds": []any{},
	})
}

// teamView doesn't tell who is in it.
func teamView(o *object) map[string]any {
	view := plain(o.state)
	delete(view, "memberIds")
	n := 0
	for _, name := range grantLists {
		n += len(groups(view, name))
	}
	view["rolesCount"] = n
	viewGrants(view)
	dropEmpty(view, "description")
	return view
}

func (s *Server) listTeams(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not list Teams")
	}
	return page(c.request.Query, "teams", granted(c, s.collections[kindTeam].objects), teamView)
}

func (s *Server) team(c call) (*object, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not manage Teams")
	}
	if o := s.collections[kindTeam].find(c.id); o != nil {
		return o, nil
	}
	return nil, missing("Team", c.id)
}

// ownTeam is one that may be changed here.
func (s *Server) ownTeam(c call) (*object, *problem) {
	o, p := s.team(c)
	if p == nil && flag(o.state, "isIdpManaged") {
		p = invalid("Team '%s' is managed by an identity provider", o.text("name"))
	}
	return o, p
}

func (s *Server) readTeam(c call) (any, *problem) {
	o, p := s.team(c)
	if p != nil {
		return nil, p
	}
	return teamView(o), nil
}

// createTeam takes a name that exists already: nothing says that the names of Teams are unique.
func (s *Server) createTeam(c call) (any, *problem) {
	if !c.caller.wholeOrganization() {
		return nil, forbidden("the token may not create Teams")
	}
	if flag(s.organizationObject().state, "isScimEnabled") {
		return nil, invalid("Teams are managed by an identity provider")
	}
	body, p := decode(c.request)
	if p != nil {
		return nil, p
	}
	fields := append(must(teamFields, "name"), field{name: "organizationRole", enum: organizationRoles}, field{name: "memberIds", shape: listShape})
	if found := check(fields, body, ""); found != nil {
		return nil, invalidFields(found)
	}
	if p := s.members(body); p != nil {
		return nil, p
	}
	o := s.born(kindTeam, c.caller)
	fillIn(o.state, body)
	fillTeam(o.state)
	s.collections[kindTeam].objects = append(s.collections[kindTeam].objects, o)
	return teamView(o), nil
}

// updateTeam clears a description that isn't sent.
func (s *Server) updateTeam(c call) (any, *problem) {
	o, p := s.ownTeam(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, must(teamFields, "name"))
	if p != nil {
		return nil, p
	}
	o.state["name"], o.state["description"] = body["name"], text(body, "description")
	s.touch(o, c.caller)
	return teamView(o), nil
}

// grantTeam also serves Teams of an identity provider, whose roles are given here.
func (s *Server) grantTeam(c call) (any, *problem) {
	o, p := s.team(c)
	if p != nil {
		return nil, p
	}
	body, p := checked(c.request, must(grantFields, "organizationRole"))
	if p != nil {
		return nil, p
	}
	if p := s.judgeGrants(body); p != nil {
		return nil, p
	}
	replaceGrants(o.state, body)
	s.touch(o, c.caller)
	return subjectRoles(o), nil
}

func (s *Server) deleteTeam(c call) (any, *problem) {
	o, p := s.ownTeam(c)
	if p != nil {
		return nil, p
	}
	s.collections[kindTeam].remove(o.id)
	return nil, nil
}

func teamHalf() half {
	return half{kind: kindTeam, fill: func(_ *Server, state map[string]any) { fillTeam(state) }, routes: map[string]handler{
		"GET teams": (*Server).listTeams, "POST teams": (*Server).createTeam,
		"GET teams/*": (*Server).readTeam, "POST teams/*": (*Server).updateTeam, "DELETE teams/*": (*Server).deleteTeam,
		"POST teams/*/roles":  (*Server).grantTeam,
		"GET teams/*/members": (*Server).listMembers, "POST teams/*/members": (*Server).addMembers, "DELETE teams/*/members/*": (*Server).removeMember,
	}}
}
