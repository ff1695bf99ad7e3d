package simulator

import (
	"strings"
	"time"
)

func inviteSpec() kindSpec {
	return kindSpec{
		name: kindInvite, title: "invite", path: "/invites/{inviteId}",
		deleted: func(s *Server, o *resource) {
			s.removeWhere(kindUser, func(user *resource) bool {
				return user.id == o.getString("userId") && user.getString("status") == "PENDING"
			})
		},
		routes: map[string]handlerFunc{"POST /invites": (*Server).createInvite},
	}
}

// createInvite creates the invite and also its user, who is PENDING until the invite is accepted.
func (s *Server) createInvite(c *call) any {
	c.requireOrganizationToken("create", "invites")
	address := getString(c.decodeBody(), "inviteeEmail")
	user := s.findWhere(kindUser, func(o *resource) bool { return strings.EqualFold(o.getString("username"), address) })
	if user == nil {
		user = &resource{state: object{"username": address, "status": "PENDING", "organizationRole": c.body["role"]}}
		s.initialize(user, kindUser, c.caller)
		s.kinds[kindUser].fillDefaults(s, user, nil)
		s.add(kindUser, user)
	}
	require(user.state["status"] == "PENDING", "user '%s' is already a member", user.getString("username"))
	o := &resource{}
	s.initialize(o, kindInvite, c.caller)
	o.state = object{
		"inviteId": o.id, "userId": user.id, "organizationId": s.OrganizationID(), "inviter": c.caller.subjectProfile(),
		"invitee":   object{"id": user.id, "username": user.getString("username"), "subjectType": "USER"},
		"expiresAt": s.options.Now().AddDate(0, 0, 7).UTC().Format(time.RFC3339),
	}
	s.add(kindInvite, o)
	return o.state
}
