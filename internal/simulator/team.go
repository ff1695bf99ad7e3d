package simulator

import "slices"

// teamSpec is a kind whose names aren't unique: the document doesn't require it.
func teamSpec() kindSpec {
	return kindSpec{
		name: kindTeam, title: "Team", path: "/teams/{teamId}", plural: "teams",
		list: func(s *Server, c *call) ([]*resource, *requestError) {
			return s.filterByRole(c, kindTeam), c.requireOrganizationAccess("list", "Teams")
		},
		beforeChange: func(_ *Server, o *resource, _ bool) *requestError { return requireOwnTeam(o) },
		validate: func(s *Server, c *call, _, old *resource) *requestError {
			if old == nil && getBool(s.organization(), "isScimEnabled") {
				return badRequestError("Teams are managed by an identity provider")
			}
			return s.requireUsers(getList(c.body, "memberIds"))
		},
		fill: func(_ *Server, next, _ *resource) {
			setMissing(next.state, object{
				"name": "team", "description": "", "isIdpManaged": false, "organizationRole": "ORGANIZATION_MEMBER",
				"memberIds": []any{},
			})
		},
		view: func(_ *Server, view object) {
			delete(view, "memberIds")
			n := 0
			for _, name := range grantLists {
				n += len(getList(view, name))
			}
			view["rolesCount"] = n
			normalizeGrants(view)
			dropEmpty(view, "description")
		},
		routes: map[string]handlerFunc{
			"POST /teams/{teamId}/roles":                (*Server).updateTeamRoles,
			"GET /teams/{teamId}/members":               (*Server).listMembers,
			"POST /teams/{teamId}/members":              (*Server).addMembers,
			"DELETE /teams/{teamId}/members/{memberId}": (*Server).removeMember,
		},
	}
}

// requireOwnTeam refuses changes of a Team that an identity provider manages.
func requireOwnTeam(o *resource) *requestError {
	if getBool(o.state, "isIdpManaged") {
		return badRequestError("Team '%s' is managed by an identity provider", o.getString("name"))
	}
	return nil
}

// updateTeamRoles also accepts Teams of an identity provider, because their roles are managed in Astro.
func (s *Server) updateTeamRoles(c *call) (any, *requestError) {
	o, p := s.kinds[kindTeam].reach(s, c)
	if p == nil {
		p = c.decodeBody()
	}
	if p != nil {
		return nil, p
	}
	return s.replaceGrants(c, o)
}

func (s *Server) requireUsers(ids []any) *requestError {
	for _, id := range ids {
		if text, _ := id.(string); s.find(kindUser, text) == nil {
			return badRequestError("user '%v' does not exist", id)
		}
	}
	return nil
}

func (s *Server) listMembers(c *call) (any, *requestError) {
	o, p := s.kinds[kindTeam].reach(s, c)
	if p != nil {
		return nil, p
	}
	var members []*resource
	for _, id := range getList(o.state, "memberIds") {
		if text, _ := id.(string); s.find(kindUser, text) != nil {
			members = append(members, s.find(kindUser, text))
		}
	}
	return c.listPage("teamMembers", members, func(u *resource) object {
		return object{"userId": u.id, "username": u.getString("username"), "fullName": u.getString("fullName")}
	})
}

func (s *Server) addMembers(c *call) (any, *requestError) {
	o, p := s.kinds[kindTeam].reach(s, c)
	if p == nil {
		p = requireOwnTeam(o)
	}
	if p == nil {
		p = c.decodeBody()
	}
	added := getList(c.body, "memberIds")
	if p == nil {
		p = s.requireUsers(added)
	}
	if p != nil {
		return nil, p
	}
	members := getList(o.state, "memberIds")
	for _, id := range added {
		if !slices.Contains(members, id) {
			members = append(members, id)
		}
	}
	o.state["memberIds"] = members
	return nil, nil
}

func (s *Server) removeMember(c *call) (any, *requestError) {
	o, p := s.kinds[kindTeam].reach(s, c)
	if p == nil {
		p = requireOwnTeam(o)
	}
	if p != nil {
		return nil, p
	}
	members, id := getList(o.state, "memberIds"), any(c.request.PathValue("memberId"))
	if !slices.Contains(members, id) {
		return nil, notFoundError("Team member", c.request.PathValue("memberId"))
	}
	o.state["memberIds"] = slices.DeleteFunc(slices.Clone(members), func(v any) bool { return v == id })
	return nil, nil
}
