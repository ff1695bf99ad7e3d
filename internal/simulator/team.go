package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// teamSpec is a kind whose names aren't unique: the document doesn't require it.
func teamSpec() kindSpec {
	return kindSpec{
		name: kindTeam, title: "Team", path: "/teams/{teamId}", plural: "teams",
		defaults: object{
			"name": "team", "description": "", "isIdpManaged": false, "organizationRole": "ORGANIZATION_MEMBER",
			"memberIds": []any{},
		},
		hidden: []string{"memberIds"}, omitEmpty: []string{"description"},
		beforeChange: func(_ *Server, c *call) { // the roles of a Team of an identity provider are managed in Astro
			require(!getBool(c.target.state, "isIdpManaged") || strings.HasSuffix(c.request.URL.Path, "/roles"),
				"Team '%s' is managed by an identity provider", c.target.getString("name"))
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
			"POST /teams/{teamId}/roles":                (*Server).replaceGrants,
			"GET /teams/{teamId}/members":               (*Server).listMembers,
			"POST /teams/{teamId}/members":              (*Server).addMembers,
			"DELETE /teams/{teamId}/members/{memberId}": (*Server).removeMember,
		},
	}
}

func (s *Server) listMembers(c *call) any {
	members := s.filter(kindUser, func(u *resource) bool { return isMember(c.target, u.id) })
	return c.listPage("teamMembers", members, func(u *resource) object {
		return object{"userId": u.id, "username": u.getString("username"), "fullName": u.getString("fullName")}
	})
}

func isMember(team *resource, userID string) bool {
	return slices.Contains(getList(team.state, "memberIds"), any(userID))
}

func (s *Server) addMembers(c *call) any {
	added := getList(c.body, "memberIds")
	s.requireExisting(kindUser, added...)
	c.target.state["memberIds"] = sortedSet(slices.Concat(getList(c.target.state, "memberIds"), added))
	return nil
}

func (s *Server) removeMember(c *call) any {
	id := c.request.PathValue("memberId")
	requireStatus(http.StatusNotFound, isMember(c.target, id), "Team member '%s' does not exist", id)
	isRemoved := func(v any) bool { return v == id }
	c.target.state["memberIds"] = slices.DeleteFunc(getList(c.target.state, "memberIds"), isRemoved)
	return nil
}
