package simulator

import (
	"strings"
	"time"
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
	for _, name := range grantLists {
		requireField(len(getList(c.body, name)) == 0 || getString(c.body, "organizationRole") != "",
			"organizationRole", "required", "is required")
	}
	require(c.target.state["status"] == "ACTIVE", "user '%s' is not active", c.target.getString("username"))
	return s.replaceGrants(c)
}

// teamsOf returns the Teams that a user is a member of.
func (s *Server) teamsOf(userID string) []*resource {
	return s.filter(kindTeam, func(team *resource) bool { return isMember(team, userID) })
}

// listUserTeams lists a user's Teams with their roles, which the user inherits.
func (s *Server) listUserTeams(c *call) any {
	return c.listPage("teams", s.teamsOf(c.target.id), func(team *resource) object {
		view := s.kinds[kindTeam].read(s, team)
		deleteMembers(view, "createdAt", "createdBy", "updatedAt", "updatedBy", "organizationId")
		return view
	})
}

// inviteSpec is a kind whose create also creates a user, who is PENDING until the invite is accepted.
func inviteSpec() kindSpec {
	return kindSpec{
		name: kindInvite, title: "invite", path: "/invites/{inviteId}",
		hidden: []string{"id", "inviteeEmail", "role", "createdAt", "createdBy", "updatedAt", "updatedBy"},
		validate: func(s *Server, c *call, next, _ *resource) {
			address := next.getString("inviteeEmail")
			hasAddress := func(o *resource) bool { return strings.EqualFold(o.getString("username"), address) }
			user := s.findWhere(kindUser, hasAddress)
			if user == nil {
				state := object{"username": address, "status": "PENDING", "organizationRole": next.state["role"]}
				user = s.insert(kindUser, state, c.caller)
			}
			require(user.state["status"] == "PENDING", "user '%s' is already a member", user.getString("username"))
			setMissing(next.state, object{
				"userId": user.id, "inviter": c.caller.subjectProfile(),
				"invitee":   object{"id": user.id, "username": user.getString("username"), "subjectType": "USER"},
				"expiresAt": s.options.Now().AddDate(0, 0, 7).UTC().Format(time.RFC3339),
			})
		},
		fill:   func(_ *Server, next, _ *resource) { next.state["inviteId"] = next.id },
		routes: map[string]handlerFunc{"DELETE /invites/{inviteId}": nil},
	}
}
