package simulator

import (
	"reflect"
	"slices"
)

// InheritedRoles selects how a user's response shows the roles that the user inherits from Teams. The behaviour of
// the API isn't known; the zero value is the worst case for a client.
type InheritedRoles int

// The possible forms of inherited roles in a response.
const (
	RepeatInheritedRoles InheritedRoles = iota // add them to the user's roles: an entity can occur several times
	MergeInheritedRoles                        // add them to the user's roles, but equal roles only once
	OmitInheritedRoles                         // return only the roles that the user has directly
)

func userSpec() kindSpec {
	return kindSpec{
		name: kindUser, title: "user", path: "/users/{userId}", plural: "users",
		defaults: object{
			"fullName": "Somebody", "avatarUrl": "", "status": "ACTIVE", "organizationRole": "ORGANIZATION_MEMBER",
		},
		hidden: []string{"organizationId", "createdBy", "updatedBy"},
		list:   func(s *Server, c *call) []*resource { return s.listSubjects(c, kindUser) },
		fill: func(_ *Server, next, _ *resource) {
			setMissing(next.state, object{"username": next.id + "@example.com"})
		},
		view: func(s *Server, view object) {
			if s.options.InheritedRoles != OmitInheritedRoles {
				for _, team := range s.teamsOf(getString(view, "id")) {
					s.addInheritedRoles(view, team)
				}
			}
			normalizeGrants(view)
		},
		routes: map[string]handlerFunc{
			"POST /users/{userId}/roles": (*Server).updateUserRoles,
			"GET /users/{userId}/teams":  (*Server).listUserTeams,
		},
	}
}

// updateUserRoles requires the Organization role with any other role.
func (s *Server) updateUserRoles(c *call) any {
	o, body := s.kinds[kindUser].reach(s, c), c.decodeBody()
	for _, name := range grantLists {
		requireField(len(getList(body, name)) == 0 || getString(body, "organizationRole") != "",
			"organizationRole", "required", "is required")
	}
	require(o.state["status"] == "ACTIVE", "user '%s' is not active", o.getString("username"))
	return s.replaceGrants(c, o)
}

// addInheritedRoles adds a Team's roles to a user's. There is only one Organization role: the strongest one.
func (s *Server) addInheritedRoles(view object, team *resource) {
	roles := deepCopy(team.state)
	for _, name := range grantLists {
		list := getList(view, name)
		for _, grant := range getObjects(roles, name) {
			isSame := func(v any) bool { return reflect.DeepEqual(v, grant) }
			if s.options.InheritedRoles == RepeatInheritedRoles || !slices.ContainsFunc(list, isSame) {
				list = append(list, grant)
			}
		}
		view[name] = list
	}
	rank := func(state object) int { return slices.Index(organizationRoles, getString(state, "organizationRole")) }
	if rank(roles) < rank(view) {
		view["organizationRole"] = roles["organizationRole"]
	}
}

// teamsOf returns the Teams that a user is a member of.
func (s *Server) teamsOf(userID string) []*resource {
	return s.filter(kindTeam, func(o *resource) bool {
		return slices.Contains(getList(o.state, "memberIds"), any(userID))
	})
}

// listUserTeams lists a user's Teams with their roles, which the user inherits.
func (s *Server) listUserTeams(c *call) any {
	return c.listPage("teams", s.teamsOf(s.kinds[kindUser].reach(s, c).id), func(team *resource) object {
		view := s.kinds[kindTeam].read(s, team)
		deleteMembers(view, "createdAt", "createdBy", "updatedAt", "updatedBy", "organizationId")
		return view
	})
}
