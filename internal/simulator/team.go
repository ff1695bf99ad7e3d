package simulator

import "slices"

// teamSpec is a kind whose names aren't unique: the document doesn't require it.
func teamSpec() kindSpec {
	return kindSpec{
		name: kindTeam, title: "Team", path: "/teams/{teamId}", plural: "teams",
		defaults: object{
			"name": "team", "description": "", "isIdpManaged": false, "organizationRole": "ORGANIZATION_MEMBER",
			"memberIds": []any{},
		},
		hidden: []string{"memberIds"}, omitEmpty: []string{"description"},
		list: func(s *Server, c *call) []*resource { return s.listSubjects(c, kindTeam) },
		beforeChange: func(_ *Server, o *resource, _ bool) {
			require(!getBool(o.state, "isIdpManaged"), "Team '%s' is managed by an identity provider", o.getString("name"))
		},
		validate: func(s *Server, c *call, _, old *resource) {
			require(old != nil || !getBool(s.organization(), "isScimEnabled"), "Teams are managed by an identity provider")
			s.requireExisting(kindUser, getList(c.body, "memberIds")...)
		},
		view: func(_ *Server, view object) {
			n := 0
			for _, name := range grantLists {
				n += len(getList(view, name))
			}
			view["rolesCount"] = n
			normalizeGrants(view)
		},
		routes: map[string]handlerFunc{
			"POST /teams/{teamId}/roles":                (*Server).updateTeamRoles,
			"GET /teams/{teamId}/members":               (*Server).listMembers,
			"POST /teams/{teamId}/members":              (*Server).addMembers,
			"DELETE /teams/{teamId}/members/{memberId}": (*Server).removeMember,
		},
	}
}

// updateTeamRoles also accepts Teams of an identity provider, because their roles are managed in Astro.
func (s *Server) updateTeamRoles(c *call) any {
	o := s.kinds[kindTeam].reach(s, c)
	c.decodeBody()
	return s.replaceGrants(c, o)
}

func (s *Server) listMembers(c *call) any {
	var members []*resource
	for _, id := range getList(s.kinds[kindTeam].reach(s, c).state, "memberIds") {
		if text, _ := id.(string); s.find(kindUser, text) != nil {
			members = append(members, s.find(kindUser, text))
		}
	}
	return c.listPage("teamMembers", members, func(u *resource) object {
		return object{"userId": u.id, "username": u.getString("username"), "fullName": u.getString("fullName")}
	})
}

func (s *Server) addMembers(c *call) any {
	o := s.kinds[kindTeam].reachForChange(s, c, false)
	members, added := getList(o.state, "memberIds"), getList(c.decodeBody(), "memberIds")
	s.requireExisting(kindUser, added...)
	for _, id := range added {
		if !slices.Contains(members, id) {
			members = append(members, id)
		}
	}
	o.state["memberIds"] = members
	return nil
}

func (s *Server) removeMember(c *call) any {
	o := s.kinds[kindTeam].reachForChange(s, c, false)
	members, id := getList(o.state, "memberIds"), any(c.request.PathValue("memberId"))
	if !slices.Contains(members, id) {
		refuseNotFound("Team member", c.request.PathValue("memberId"))
	}
	o.state["memberIds"] = slices.DeleteFunc(slices.Clone(members), func(v any) bool { return v == id })
	return nil
}
